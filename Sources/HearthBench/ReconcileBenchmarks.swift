import HearthModel
import HearthRules
import HearthText

/// What it costs to join heads, and to keep a long text that is edited often.
enum ReconcileBenchmarks {
    static func run(_ scale: Scale) async throws -> [Measurement] {
        try joins(scale) + texts(scale)
    }

    /// Heads that all changed the content and the importance.
    private static func joins(_ scale: Scale) throws -> [Measurement] {
        try [ConflictResolution.latestWins, .mergeContent]
            .flatMap { strategy in
                try [2, 3, 8]
                    .map { count in
                        let first = version(of: nil, at: 0) { _ in }
                        let heads = (1...count)
                            .map { number in
                                version(of: first, at: Int64(number)) {
                                    $0.content += " Edit \(number) says something of its own."
                                    $0.importance = Double(number) / 10
                                }
                            }
                        let graph = VersionGraph([first] + heads)
                        let policy = ReconcilePolicy(strategy: strategy)
                        let seconds = try Stopwatch.seconds {
                            for _ in 0..<scale.reads {
                                _ = try Reconcile.reconcile(graph, heads: heads.map(\.id), policy: policy)
                            }
                        }
                        return Measurement(
                            name: "reconcile \(count) heads, \(strategy.rawValue)",
                            ours: seconds / Double(scale.reads) * 1e6,
                            floor: nil,
                            unit: "µs"
                        )
                    }
            }
    }

    /// A text of 10 KB edited 1,000 times, each version kept as its difference from the next.
    private static func texts(_ scale: Scale) throws -> [Measurement] {
        var corpus = Corpus()
        var sentences: [String] = []
        while sentences.reduce(0, { $0 + $1.utf8.count + 1 }) < 10_000 { sentences += corpus.drafts(1).map(\.content) }
        var versions: [[UInt8]] = []
        for _ in 0...1_000 {
            sentences[corpus.next(below: sentences.count)] = corpus.drafts(1)[0].content
            versions.append(Array(sentences.joined(separator: " ").utf8))
        }
        let pairs = Array(zip(versions, versions.dropFirst()))
        var deltas: [[UInt8]] = []
        let writing = Stopwatch.seconds {
            deltas = pairs.map { TextDelta.encode(target: $0, reference: $1) }
        }
        let reading = try Stopwatch.seconds {
            for (delta, pair) in zip(deltas, pairs) { _ = try TextDelta.decode(delta, reference: pair.1, limit: .max) }
        }
        let count = Double(deltas.count)
        return [
            Measurement(
                name: "an edit of a 10 KB text, kept as a difference",
                ours: deltas.reduce(0) { $0 + Double($1.count) } / count,
                floor: versions.reduce(0) { $0 + Double($1.count) } / Double(versions.count),
                unit: "bytes"
            ),
            Measurement(name: "the same, writing the difference", ours: writing / count * 1e6, floor: nil, unit: "µs"),
            Measurement(name: "the same, reading it back", ours: reading / count * 1e6, floor: nil, unit: "µs"),
        ]
    }

    private static func version(
        of parent: Version?,
        at time: Int64,
        _ change: (inout MemoryFields) -> Void
    ) -> Version {
        var fields =
            parent?.fields ?? MemoryFields(content: "Ana likes tea. She lives in Oslo. Her cat is called Miso.")
        change(&fields)
        return Version(
            memoryID: "mem_0198f3a2c1d27b4e9a5f60718293a4b5",
            parents: parent.map { [$0.id] } ?? [],
            author: "alden",
            node: "bench",
            time: HybridTime(rawValue: time),
            fields: fields,
            number: (parent?.number ?? 0) + 1
        )
    }
}
