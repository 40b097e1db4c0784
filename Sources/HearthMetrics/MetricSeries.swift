import CoreMetrics
import Synchronization

/// One combination of labels of a metric, and its values.
final class MetricSeries: Sendable {
    /// What was collected.
    struct Values: Sendable {
        /// The value of a counter or a gauge, and the sum of a histogram.
        var sum = 0.0
        /// How many values a histogram has.
        var count = 0
        /// How many of them are in each bucket and no lower one; those above every bound are not among them.
        var buckets: [Int]
    }

    private let kind: MetricFamily.Kind
    private let bounds: [Double]
    private let state: Mutex<Values>

    init(kind: MetricFamily.Kind, bounds: [Double]) {
        self.kind = kind
        self.bounds = bounds
        state = Mutex(Values(buckets: Array(repeating: 0, count: bounds.count)))
    }

    var values: Values { state.withLock { $0 } }

    private func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            state.sum += value
            state.count += 1
            if let bucket { state.buckets[bucket] += 1 }
        }
    }

    private func add(_ amount: Double) {
        state.withLock { $0.sum += amount }
    }
}

extension MetricSeries: CounterHandler, FloatingPointCounterHandler {
    /// Adds to a counter, which never goes down: a negative amount is left out.
    func increment(by amount: Int64) { add(Double(max(amount, 0))) }

    func increment(by amount: Double) {
        // A meter goes up by what it is told; a counter by nothing that would spoil it.
        guard kind == .gauge || (amount.isFinite && amount >= 0) else { return }
        add(amount)
    }

    func reset() {
        state.withLock { $0.sum = 0 }
    }
}

extension MetricSeries: MeterHandler, RecorderHandler, TimerHandler {
    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) {
        state.withLock { $0.sum = value }
    }

    func decrement(by amount: Double) { add(-amount) }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        if kind == .histogram { observe(value) } else { set(value) }
    }

    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1_000_000_000) }
}
