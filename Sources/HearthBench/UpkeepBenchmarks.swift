import HearthMemory

/// Upkeep: what a cycle costs, and how long a store waits behind one.
enum UpkeepBenchmarks {
    static func run(_ count: Int, singles: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        _ = try await coordinator.fill(corpus.drafts(count), user: "bench")
        let first = try await Stopwatch.seconds {
            while try await coordinator.maintain().isCutShort {}
        }
        _ = try await coordinator.maintain()
        let cycles = 20
        let idle = try await Stopwatch.seconds {
            for _ in 0..<cycles { _ = try await coordinator.maintain() }
        }
        let alone = try await StoreTimes.measured(atLeast: singles, in: coordinator, &corpus)
        // Now everything is past its days, and goes while others store.
        var profile = AgentProfile.alden
        profile.retention = .seconds(1)
        try await coordinator.registerAgent("alden", profile: profile)
        let upkeep = Task {
            var deleted = 0
            let seconds = try await Stopwatch.seconds {
                while !Task.isCancelled {
                    let report = try await coordinator.maintain(only: [.retention])
                    deleted += report[.retention]?.affected ?? 0
                    guard report.isCutShort else { return }
                }
            }
            return (deleted: deleted, seconds: seconds)
        }
        let beside = try await StoreTimes.measured(atLeast: singles, in: coordinator, &corpus)
        upkeep.cancel()
        let done = await upkeep.result
        try await coordinator.close()
        let each = idle / Double(cycles) * 1e3
        var measurements =
            [
                Measurement(name: "upkeep, first cycle of \(count) memories", ours: first, floor: nil, unit: "s"),
                Measurement(name: "upkeep, cycle with nothing to do", ours: each, floor: nil, unit: "ms"),
            ] + beside.measurements("store beside upkeep", alone: alone)
        if case .success(let outcome) = done, outcome.deleted > 0 {
            let rate = Double(outcome.deleted) / outcome.seconds
            measurements.append(
                Measurement(name: "upkeep, deleted beside stores", ours: rate, floor: nil, unit: "memories/s")
            )
        }
        return measurements
    }
}
