/// One value of a counter or a gauge.
package struct MetricSample: Sendable {
    /// The metric.
    package var name: String
    /// Its labels.
    package var labels: [String: String]
    /// The value.
    package var value: Double
}

/// A metric with all its series.
struct MetricFamily: Sendable {
    /// What Prometheus calls its type.
    enum Kind: String, Sendable { case counter, gauge, histogram }

    /// The buckets of a histogram of which nothing is known: powers of four.
    static let ordinaryBounds: [Double] = (0..<10).map { Double(1 << (2 * $0)) }

    let kind: Kind
    private let bounds: [Double]
    /// By their labels as they stand in the page.
    private var series: [String: MetricSeries] = [:]
    private var labels: [String: [MetricText.Label]] = [:]

    init(kind: Kind, bounds: [Double]) {
        self.kind = kind
        self.bounds = bounds
    }

    var isEmpty: Bool { series.isEmpty }

    /// The series of some labels.
    ///
    /// - Parameter limit: How many there are at most. Further ones are one, whose labels all say `other`.
    mutating func series(_ labels: [MetricText.Label], atMost limit: Int) -> MetricSeries {
        let key = MetricText.list(labels)
        if let known = series[key] { return known }
        guard series.count < limit else {
            let rest = labels.map { MetricText.Label(name: $0.name, value: "other") }
            return insert(rest)
        }
        return insert(labels)
    }

    private mutating func insert(_ labels: [MetricText.Label]) -> MetricSeries {
        let key = MetricText.list(labels)
        if let known = series[key] { return known }
        let new = MetricSeries(kind: kind, bounds: bounds)
        series[key] = new
        self.labels[key] = labels
        return new
    }

    /// The values of a counter or a gauge, by labels.
    func samples(of name: String) -> [MetricSample] {
        series.sorted { $0.key < $1.key }
            .map { key, series in
                MetricSample(
                    name: name,
                    labels: Dictionary(uniqueKeysWithValues: (labels[key] ?? []).map { ($0.name, $0.value) }),
                    value: series.values.sum
                )
            }
    }

    mutating func remove(_ removed: MetricSeries) {
        series = series.filter { $0.value !== removed }
        labels = labels.filter { series[$0.key] != nil }
    }

    /// Writes the metric as Prometheus reads it.
    func write(as name: String, help: String?, to page: inout String) {
        if let help { page += "# HELP \(name) \(MetricText.escapedHelp(help))\n" }
        page += "# TYPE \(name) \(kind.rawValue)\n"
        for (labels, series) in series.sorted(by: { $0.key < $1.key }) {
            let values = series.values
            guard kind == .histogram else {
                page += "\(name)\(MetricText.braced(labels)) \(MetricText.number(values.sum))\n"
                continue
            }
            var below = 0
            for (bound, count) in zip(bounds, values.buckets) {
                below += count
                page +=
                    "\(name)_bucket\(MetricText.braced(labels, and: "le=\"\(MetricText.number(bound))\"")) \(below)\n"
            }
            page += "\(name)_bucket\(MetricText.braced(labels, and: "le=\"+Inf\"")) \(values.count)\n"
            page += "\(name)_sum\(MetricText.braced(labels)) \(MetricText.number(values.sum))\n"
            page += "\(name)_count\(MetricText.braced(labels)) \(values.count)\n"
        }
    }
}
