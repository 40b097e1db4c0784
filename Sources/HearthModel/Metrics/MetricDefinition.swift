/// A metric that the engine gives: what it is called, what labels it has, and what it says.
///
/// Names and units are those of Prometheus: seconds, bytes, and `_total` behind what only grows.
package struct MetricDefinition: Hashable, Sendable {
    /// How its values come together.
    package enum Kind: Hashable, Sendable {
        /// What only grows.
        case counter
        /// What goes up and down.
        case gauge
        /// How often values of each size occurred.
        ///
        /// - Parameter bounds: The upper bounds of the buckets, ascending. What is greater is in a bucket of its own.
        case histogram(bounds: [Double])
    }

    /// Where its values come from.
    package enum Source: String, Sendable {
        /// What this process has done since it opened the store.
        case process
        /// What the file says, whoever wrote it.
        case file
    }

    /// The full name.
    package var name: String
    /// How its values come together.
    package var kind: Kind
    /// Where its values come from.
    package var source: Source
    /// The names of its labels, in order. Their values are few: agents, types, strategies and codes, never a user or a
    /// memory.
    package var labels: [String]
    /// What it says, in a sentence.
    package var help: String

    /// Describes a metric.
    package init(
        _ name: String,
        _ kind: Kind,
        from source: Source,
        labels: [String] = [],
        _ help: String
    ) {
        self.name = name
        self.kind = kind
        self.source = source
        self.labels = labels
        self.help = help
    }
}

extension MetricDefinition.Kind {
    /// For a span of time: from a tenth of a millisecond, which a read takes, to ten seconds, for which a write waits.
    package static let duration = Self.histogram(bounds: [
        0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ])
    /// For a number of operations, up to the most that a group commit takes.
    package static let operations = Self.histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
}
