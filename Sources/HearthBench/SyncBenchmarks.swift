import HearthMemory

/// What edits, syncs, leases and histories cost.
enum SyncBenchmarks {
    static func run(_ scale: Scale) async throws -> [Measurement] {
        var measurements = try await drafts(scale)
        for count in [scale.singles / 2, scale.singles * 5] {
            measurements += try await syncs(count, contestedShare: 0)
            measurements += try await syncs(count, contestedShare: 0.1)
        }
        measurements += try await leases(scale)
        measurements += try await history(versions: 1_000)
        return measurements
    }

    private static let user: UserID = "user_123"

    /// Edits without a lease, one after the other: each is a durable commit.
    private static func drafts(_ scale: Scale) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let ids = try await coordinator.fill(corpus.drafts(scale.singles), user: user)
        let edits = corpus.drafts(scale.singles).map { MemoryChange(content: $0.content) }
        let seconds = try await Stopwatch.seconds {
            for (id, edit) in zip(ids, edits) { try await coordinator.updateMemory(id, agentID: "alden", change: edit) }
        }
        try await coordinator.close()
        let floor = try durableCommit(place, count: scale.singles)
        return [
            Measurement(
                name: "edit as draft, against a bare durable commit",
                ours: seconds / Double(scale.singles) * 1e6,
                floor: floor * 1e6,
                unit: "µs"
            )
        ]
    }

    /// A sync of many drafts, some of which another agent's edits contest.
    private static func syncs(_ count: Int, contestedShare: Double) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        try await coordinator.registerAgent("alice")
        var corpus = Corpus()
        let originals = corpus.drafts(count)
        var ids: [MemoryID] = []
        for start in stride(from: 0, to: count, by: 1_000) {
            ids += try await coordinator.storeAgentMemories(
                agentID: "alden",
                userID: user,
                Array(originals[start..<min(start + 1_000, count)]),
                shareWithAgents: ["alice"]
            )
        }
        try await edit(ids, as: "alden", in: coordinator, corpus.drafts(count).map(\.content))
        let contested = Array(ids.prefix(Int(Double(count) * contestedShare)))
        try await edit(contested, as: "alice", in: coordinator, corpus.drafts(contested.count).map(\.content))
        _ = try await coordinator.syncService.syncAgentMemories(agentID: "alice", userID: user)
        var result: AgentSyncResult?
        let seconds = try await Stopwatch.seconds {
            result = try await coordinator.syncService.syncAgentMemories(agentID: "alden", userID: user)
        }
        try await coordinator.close()
        guard result?.successfulSyncs == count, result?.conflictsResolved == contested.count else {
            throw FloorError(message: "the sync did not settle what it should have: \(String(describing: result))")
        }
        let share = contestedShare == 0 ? "" : ", \(Int(contestedShare * 100)) % contested"
        return [
            Measurement(
                name: "sync of \(count) drafts\(share), each",
                ours: seconds / Double(count) * 1e6,
                floor: nil,
                unit: "µs"
            )
        ]
    }

    /// Edits by many tasks at once, so that they share commits.
    private static func edit(
        _ ids: [MemoryID],
        as agent: AgentID,
        in coordinator: MultiAgentMemoryCoordinator,
        _ contents: [String]
    ) async throws {
        let edits = Array(zip(ids, contents))
        for start in stride(from: 0, to: edits.count, by: 256) {
            try await withThrowingTaskGroup { group in
                for (id, content) in edits[start..<min(start + 256, edits.count)] {
                    group.addTask {
                        _ = try await coordinator.updateMemory(
                            id,
                            agentID: agent,
                            change: MemoryChange(content: content)
                        )
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// Acquiring and releasing one lease: alone, and with others who want the same.
    private static func leases(_ scale: Scale) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "One of a kind.")
        let rounds = scale.singles / 2
        let alone = try await Stopwatch.seconds {
            for _ in 0..<rounds {
                _ = try await service.acquireMemoryLock(memoryID: id, agentID: "alden")
                try await service.releaseMemoryLock(memoryID: id, agentID: "alden")
            }
        }
        let contenders = 8
        let contended = try await Stopwatch.seconds {
            try await withThrowingTaskGroup { group in
                for _ in 0..<contenders {
                    group.addTask {
                        for _ in 0..<rounds / contenders {
                            let lock = try await service.acquireMemoryLock(memoryID: id, agentID: "alden")
                            if let lock { try await service.releaseMemoryLock(lock) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await coordinator.close()
        let floor = try durableCommit(place, count: rounds)
        return [
            Measurement(
                name: "lease acquired and released, against two durable commits",
                ours: alone / Double(rounds) * 1e6,
                floor: floor * 2e6,
                unit: "µs"
            ),
            Measurement(
                name: "the same with \(contenders) contenders, a turn",
                ours: contended / Double(rounds) * 1e6,
                floor: floor * 2e6,
                unit: "µs"
            ),
        ]
    }

    /// Reading and checking a long history, and what it takes on disk.
    private static func history(versions: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        var sentences: [String] = []
        while sentences.reduce(0, { $0 + $1.utf8.count + 1 }) < 10_000 { sentences += corpus.drafts(1).map(\.content) }
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: sentences.joined(separator: " ")
        )
        let first = sentences
        try await coordinator.syncService.withMemoryLock(memoryID: id, agentID: "alden") { lock in
            var corpus = Corpus(seed: 2)
            var sentences = first
            for _ in 1..<versions {
                sentences[corpus.next(below: sentences.count)] = corpus.drafts(1)[0].content
                let change = MemoryChange(content: sentences.joined(separator: " "))
                try await coordinator.updateMemory(id, agentID: "alden", change: change, lock: lock)
            }
        }
        var read: [MemoryVersion] = []
        let seconds = try await Stopwatch.seconds { read = try await coordinator.history(of: id, agentID: "alden") }
        try await coordinator.close()
        return [
            Measurement(
                name: "history of \(read.count) versions of 10 KB, read and checked",
                ours: seconds * 1e3,
                floor: nil,
                unit: "ms"
            ),
            Measurement(
                name: "the file with them, against their texts in full",
                ours: Double(try place.size(of: "ours.db")) / 1_024,
                floor: Double(read.reduce(0) { $0 + $1.content.utf8.count }) / 1_024,
                unit: "KiB"
            ),
        ]
    }

    /// What a bare SQLite takes to commit a changed row durably, in seconds.
    private static func durableCommit(_ place: Workplace, count: Int) throws -> Double {
        let floor = try BareConnection(path: place.file("floor.db"))
        try floor.execute("CREATE TABLE IF NOT EXISTS edits (id INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT")
        var corpus = Corpus()
        let contents = corpus.drafts(count).map(\.content)
        let insert = try floor.prepare("INSERT OR REPLACE INTO edits (id, content) VALUES (?1, ?2)")
        let seconds = try Stopwatch.seconds {
            for (index, content) in contents.enumerated() {
                try floor.execute("BEGIN IMMEDIATE")
                try insert.run([.integer(Int64(index)), .text(content)])
                try floor.execute("COMMIT")
            }
        }
        return seconds / Double(count)
    }
}
