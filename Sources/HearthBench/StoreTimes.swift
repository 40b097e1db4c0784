import HearthMemory

/// How long stores of one memory take, one after another, in microseconds.
struct StoreTimes: Sendable {
    var p50, p99, longest: Double

    /// Stores a number of times, and for as long as something goes on.
    static func measured(
        atLeast count: Int,
        whilst isGoingOn: @Sendable () -> Bool = { false },
        in coordinator: MultiAgentMemoryCoordinator,
        _ corpus: inout Corpus
    ) async throws -> StoreTimes {
        var times: [Double] = []
        while times.count < count || isGoingOn() {
            let text = corpus.sentence()
            let seconds = try await Stopwatch.seconds {
                try await coordinator.storeAgentMemory(agentID: "alden", userID: "bench", content: text)
            }
            times.append(seconds * 1e6)
        }
        return StoreTimes(p50: times.percentile(0.5), p99: times.percentile(0.99), longest: times.percentile(1))
    }

    /// These times beside those of stores that nothing disturbs.
    func measurements(_ name: String, alone: StoreTimes) -> [Measurement] {
        [
            Measurement(name: "\(name), p50", ours: p50, floor: alone.p50, unit: "µs; floor: alone"),
            Measurement(name: "\(name), p99", ours: p99, floor: alone.p99, unit: "µs; floor: alone"),
            Measurement(name: "\(name), longest", ours: longest, floor: alone.longest, unit: "µs; floor: alone"),
        ]
    }
}
