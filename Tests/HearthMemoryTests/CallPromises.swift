import Foundation
import HearthMemory
import TestSupport
import Testing

/// What the article "What a call promises" says.
@Suite(.timeLimit(.minutes(60))) struct CallPromises {
    private let user: UserID = "iris"

    private func all(_ coordinator: MultiAgentMemoryCoordinator) async throws -> Set<MemoryID> {
        Set(try await coordinator.memories(agentID: "alden", userID: user, limit: 10_000).memories.map(\.id))
    }

    /// Begins many stores of two memories each, does something meanwhile, and gives what was stored and what was refused.
    private func storing(
        in coordinator: MultiAgentMemoryCoordinator,
        meanwhile body: ([Task<[MemoryID], any Error>]) async throws -> Void
    ) async throws -> (stored: Set<MemoryID>, errors: [any Error]) {
        let tasks = (0..<200)
            .map { number in
                Task {
                    try await coordinator.storeAgentMemories(
                        agentID: "alden",
                        userID: user,
                        [MemoryDraft(content: "\(number) a"), MemoryDraft(content: "\(number) b")]
                    )
                }
            }
        try await body(tasks)
        var (stored, errors): (Set<MemoryID>, [any Error]) = ([], [])
        for task in tasks {
            switch await task.result {
            case .success(let ids): stored.formUnion(ids)
            case .failure(let error): errors.append(error)
            }
        }
        return (stored, errors)
    }

    @Test func `a cancelled store is done and answered, or did not happen`() async throws {
        let coordinator = try await household()
        var generator = SeededGenerator()
        let cancelled = (0..<200).map { _ in Bool.random(using: &generator) }
        let (stored, errors) = try await storing(in: coordinator) { tasks in
            for (task, isCancelled) in zip(tasks, cancelled) where isCancelled { task.cancel() }
        }
        #expect(try await all(coordinator) == stored)
        #expect(errors.allSatisfy { $0 is CancellationError })
        #expect(stored.count == 2 * (200 - errors.count))
        try await coordinator.close()
    }

    @Test func `closing does what has reached the writer, and refuses what comes later`() async throws {
        let directory = try TemporaryDirectory()
        let file = StoreLocation.file(directory.file("store.db"))
        let coordinator = try await household(file)
        let (stored, errors) = try await storing(in: coordinator) { _ in try await coordinator.close() }
        #expect(errors.allSatisfy { ($0 as? MemoryError)?.code == .closed })
        let again = try await household(file)
        #expect(try await all(again) == stored)
        try await again.close()
        await expect(.closed) { try await again.memories(agentID: "alden", userID: user) }
        try await again.close()
    }

    @Test func `what is there all the time is on one page, whatever is stored and deleted between two`() async throws {
        let coordinator = try await household()
        let now = Date.now
        func store(_ seconds: [Int]) async throws -> [MemoryID] {
            let drafts = seconds.map { MemoryDraft(content: "\($0)", createdAt: now.addingTimeInterval(Double($0))) }
            return try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        }
        func delete(_ ids: some Sequence<MemoryID>) async throws {
            for id in ids {
                // A lease that outlasts all the other tests that run beside this one.
                let lock = try #require(
                    try await coordinator.syncService.acquireMemoryLock(
                        memoryID: id,
                        agentID: "alden",
                        lockDuration: .seconds(3_600)
                    )
                )
                try await coordinator.deleteMemory(id, agentID: "alden", lock: lock)
            }
        }
        // Newest first.
        let there = try await store((0..<30).map { -10 * $0 })
        var seen: [MemoryID] = []
        var page = try await coordinator.memories(agentID: "alden", userID: user, limit: 10)
        seen += page.memories.map(\.id)
        let newer = try await store([1, 2])
        let older = try await store([-155])
        try await delete([there[3], there[9], there[12], there[25]])
        while let next = page.next {
            page = try await coordinator.memories(agentID: "alden", userID: user, limit: 10, after: next)
            seen += page.memories.map(\.id)
        }
        #expect(Set(seen).count == seen.count)
        #expect(Set(seen).isDisjoint(with: newer))
        #expect(Set(seen) == Set(there).union(older).subtracting([there[12], there[25]]))
        try await coordinator.close()
    }

    @Test(arguments: ["", " \n\t", "…", "?!", "\"\""])
    func `an empty query browses nothing`(query: String) async throws {
        let coordinator = try await household()
        try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "tea")
        for type in SearchType.allCases {
            let found = try await coordinator.searchAgentMemories(
                agentID: "alden",
                userID: user,
                query: query,
                searchType: type
            )
            #expect(found.isEmpty, "\(type)")
        }
        try await coordinator.close()
    }

    @Test func `dates are encoded as the encoder is told to, and keep their microseconds`() async throws {
        let coordinator = try await household()
        let date = Date(timeIntervalSince1970: 1_772_389_205.123_456)
        let draft = MemoryDraft(content: "tea", createdAt: date)
        let id = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [draft])[0]
        let memory = try await coordinator.memory(id, agentID: "alden")
        let plain = String(decoding: try JSONEncoder().encode(memory), as: UTF8.self)
        #expect(plain.contains("\"createdAt\":\(memory.createdAt.timeIntervalSinceReferenceDate)"))
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.dateEncodingStrategy = .secondsSince1970
        decoder.dateDecodingStrategy = .secondsSince1970
        let back = try decoder.decode(Memory.self, from: try encoder.encode(memory))
        #expect(abs(back.createdAt.timeIntervalSince(date)) < 0.000_001)
        try await coordinator.close()
    }
}
