import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite struct Slices {
    private let user: UserID = "user_123"

    @Test func `pages join to the whole, newest first, without gap or repetition`() async throws {
        let coordinator = try await household()
        var generator = SeededGenerator()
        // Few distinct instants, so that pages end among equals.
        let drafts = (0..<200)
            .map { index in
                let time = Date(timeIntervalSince1970: Double(Int.random(in: 0..<20, using: &generator)) * 60)
                return MemoryDraft(content: "memory \(index)", createdAt: time)
            }
        let ids = try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        for limit in [1, 7, 50, 200, 1_000] {
            var pages: [Memory] = []
            var cursor: SliceCursor?
            repeat {
                let page = try await coordinator.memories(agentID: "alden", userID: user, limit: limit, after: cursor)
                #expect(page.memories.count <= limit)
                pages += page.memories
                cursor = page.next
            } while cursor != nil
            #expect(Set(pages.map(\.id)) == Set(ids))
            #expect(pages.count == ids.count)
            #expect(zip(pages, pages.dropFirst()).allSatisfy { $0.createdAt >= $1.createdAt })
        }
        try await coordinator.close()
    }

    @Test func `statistics count the whole slice and not the page`() async throws {
        let coordinator = try await household()
        for index in 0..<30 {
            try await coordinator.storeAgentMemory(
                agentID: index % 3 == 0 ? "alice" : "alden",
                userID: user,
                content: "memory \(index)",
                memoryType: index % 2 == 0 ? .semantic : .working,
                memoryCategory: index % 3 == 0 ? .preference : .conversation
            )
        }
        let slice = try await coordinator.syncService.agentMemorySlice(agentID: "alden", userID: user, limit: 3)
        #expect(slice.entries.count == 3)
        #expect(slice.next != nil)
        #expect(slice.statistics.totalMemories == 30)
        #expect(slice.statistics.ownMemories == 20)
        #expect(slice.statistics.sharedMemories == 10)
        #expect(slice.statistics.memoryTypes == [.semantic: 15, .working: 15])
        #expect(slice.statistics.syncStatus == [.synced: 30])
        let working = try await coordinator.syncService.agentMemorySlice(
            agentID: "alden",
            userID: user,
            memoryTypes: [.working],
            includeSyncMetadata: false
        )
        #expect(working.entries.count == 15)
        #expect(working.entries.allSatisfy { $0.sync == nil && $0.memory.type == .working })
        try await coordinator.close()
    }

    @Test func `filters narrow by type, category, tag, time and importance`() async throws {
        let coordinator = try await household()
        for index in 0..<20 {
            let draft = MemoryDraft(
                content: "memory \(index)",
                type: index % 2 == 0 ? .semantic : .episodic,
                category: index % 4 == 0 ? .task : .knowledge,
                tags: ["t\(index % 5)"],
                importance: Double(index) / 20,
                createdAt: Date(timeIntervalSince1970: Double(index))
            )
            try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [draft])
        }
        func count(_ filter: SearchFilter) async throws -> Int {
            try await coordinator.memories(agentID: "alden", userID: user, filter: filter).memories.count
        }
        #expect(try await count(SearchFilter(types: [.semantic])) == 10)
        #expect(try await count(SearchFilter(categories: [.task])) == 5)
        #expect(try await count(SearchFilter(categories: ["nothing of the kind"])) == 0)
        #expect(try await count(SearchFilter(tags: ["t1", "t2"])) == 8)
        #expect(try await count(SearchFilter(createdAfter: Date(timeIntervalSince1970: 5))) == 15)
        #expect(try await count(SearchFilter(createdBefore: Date(timeIntervalSince1970: 5))) == 5)
        #expect(try await count(SearchFilter(minimumImportance: 0.5)) == 10)
        await expect(.invalidArgument) { try await count(SearchFilter(minimumImportance: .nan)) }
        let reversed = SearchFilter(
            createdAfter: Date(timeIntervalSince1970: 5),
            createdBefore: Date(timeIntervalSince1970: 4)
        )
        await expect(.invalidArgument) { try await count(reversed) }
        let moment = Date(timeIntervalSince1970: 5)
        let empty = await #expect(throws: MemoryError.self) {
            try await count(SearchFilter(createdAfter: moment, createdBefore: moment))
        }
        #expect(empty?.code == .invalidArgument)
        #expect(empty?.message.contains("createdAfter and createdBefore") == true)
        await expect(.invalidArgument) { try await coordinator.memories(agentID: "alden", userID: user, limit: 0) }
        await expect(.invalidArgument) { try await coordinator.memories(agentID: "alden", userID: user, limit: -1) }
        try await coordinator.close()
    }
}
