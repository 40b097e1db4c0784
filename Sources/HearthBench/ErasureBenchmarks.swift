import HearthMemory
import Synchronization

/// Erasing a user: how long it takes, and how long others wait meanwhile.
enum ErasureBenchmarks {
    /// - Parameters:
    ///   - count: Memories of the user that is erased; another user has as many.
    ///   - singles: How many stores are measured while nothing else happens.
    static func run(_ count: Int, singles: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        for user: UserID in ["bench", "erased"] { _ = try await coordinator.fill(corpus.drafts(count), user: user) }
        let alone = try await StoreTimes.measured(atLeast: singles, in: coordinator, &corpus)
        let isDone = Atomic(false)
        let erasure = Task {
            defer { isDone.store(true, ordering: .sequentiallyConsistent) }
            return try await Stopwatch.seconds {
                try await coordinator.eraseUser("erased", agentID: AgentProfile.system.id)
            }
        }
        let beside = try await StoreTimes.measured(
            atLeast: 1,
            whilst: { !isDone.load(ordering: .sequentiallyConsistent) },
            in: coordinator,
            &corpus
        )
        let seconds = try await erasure.value
        try await coordinator.close()
        return [
            Measurement(name: "a user of \(count) memories erased beside stores", ours: seconds, floor: nil, unit: "s")
        ] + beside.measurements("store beside an erasure", alone: alone)
    }
}
