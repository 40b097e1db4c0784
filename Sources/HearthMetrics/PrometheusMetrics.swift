public import CoreMetrics
import HearthModel
import Synchronization

/// A backend of swift-metrics that gives what it collects in Prometheus' text format.
///
/// ```swift
/// let metrics = PrometheusMetrics()
/// MetricsSystem.bootstrap(metrics)  // before the store is opened
/// let coordinator = try await MultiAgentMemoryCoordinator.open("memory.db")
/// // at every scrape
/// try await coordinator.recordMetrics()
/// let body = metrics.exposition()
/// ```
///
/// It takes the metrics of every library in the process. A counter is named `…_total` and a timer `…_seconds`, whatever
/// they are called. Timers and aggregating recorders become histograms, other recorders and meters gauges.
///
/// What it keeps is bounded. A metric has at most ``seriesLimit`` combinations of labels; what goes beyond is counted
/// together, under the label value `other`. Of more than ``familyLimit`` metrics the later ones are not kept.
public final class PrometheusMetrics: MetricsFactory {
    /// What the text format is called in an HTTP header.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// How many combinations of labels one metric has at most.
    public let seriesLimit: Int
    /// How many metrics there are at most.
    public let familyLimit: Int

    private let definitions: [String: MetricDefinition]
    private let families = Mutex<[String: MetricFamily]>([:])

    /// Makes a backend that has collected nothing.
    ///
    /// - Parameters:
    ///   - seriesLimit: How many combinations of labels one metric has at most, from 1.
    ///   - familyLimit: How many metrics there are at most.
    public init(seriesLimit: Int = 500, familyLimit: Int = 1_000) {
        self.seriesLimit = max(seriesLimit, 1)
        self.familyLimit = familyLimit
        definitions = Dictionary(uniqueKeysWithValues: MetricDefinition.all.map { ($0.name, $0) })
    }

    /// Everything that was collected, as a page that Prometheus scrapes: metrics by name, and within one by labels.
    public func exposition() -> String {
        var page = ""
        for (name, family) in sortedFamilies() { family.write(as: name, help: definitions[name]?.help, to: &page) }
        return page
    }

    /// What was read from the file, without what this process has done itself.
    package func expositionOfFile() -> String {
        var page = ""
        for (name, family) in sortedFamilies() where definitions[name]?.source == .file {
            family.write(as: name, help: definitions[name]?.help, to: &page)
        }
        return page
    }

    /// The values that were read from the file, one by one.
    package func samplesOfFile() -> [MetricSample] {
        sortedFamilies().filter { definitions[$0.name]?.source == .file }
            .flatMap { name, family in family.samples(of: name) }
    }

    private func sortedFamilies() -> [(name: String, family: MetricFamily)] {
        families.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A series; nil where a metric of this name is of another kind, or there are too many.
    private func series(_ label: String, suffix: String, kind: MetricFamily.Kind, dimensions: [(String, String)])
        -> MetricSeries?
    {
        var name = MetricText.name(label)
        if !suffix.isEmpty, !name.hasSuffix(suffix) { name += suffix }
        let labels = MetricText.labels(dimensions, isHistogram: kind == .histogram)
        return families.withLock { families in
            if families[name] == nil {
                guard families.count < familyLimit else { return nil }
                families[name] = MetricFamily(kind: kind, bounds: bounds(of: name, kind))
            }
            guard families[name]?.kind == kind else { return nil }
            return families[name]?.series(labels, atMost: seriesLimit)
        }
    }

    private func bounds(of name: String, _ kind: MetricFamily.Kind) -> [Double] {
        guard kind == .histogram else { return [] }
        if case .histogram(let bounds) = definitions[name]?.kind { return bounds }
        guard name.hasSuffix("_seconds"), case .histogram(let bounds) = MetricDefinition.Kind.duration else {
            return MetricFamily.ordinaryBounds
        }
        return bounds
    }

    private func remove(_ handler: AnyObject) {
        guard let series = handler as? MetricSeries else { return }
        families.withLock { families in
            for name in families.keys { families[name]?.remove(series) }
            families = families.filter { !$0.value.isEmpty }
        }
    }
}

extension PrometheusMetrics {
    /// A counter; its name ends in `_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, suffix: "_total", kind: .counter, dimensions: dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A counter of fractions; its name ends in `_total`.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, suffix: "_total", kind: .counter, dimensions: dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, suffix: "", kind: .gauge, dimensions: dimensions) ?? NOOPMetricsHandler.instance
    }

    /// A histogram where `aggregate` is true, else a gauge.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, suffix: "", kind: aggregate ? .histogram : .gauge, dimensions: dimensions)
            ?? NOOPMetricsHandler.instance
    }

    /// A histogram in seconds; its name ends in `_seconds`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, suffix: "_seconds", kind: .histogram, dimensions: dimensions) ?? NOOPMetricsHandler.instance
    }

    /// Forgets the series of a handler.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    /// Forgets the series of a handler.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
    /// Forgets the series of a handler.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    /// Forgets the series of a handler.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    /// Forgets the series of a handler.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }
}
