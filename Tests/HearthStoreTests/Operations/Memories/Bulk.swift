import HearthEmbedding
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Bulk {
    /// Memories of several agents, users, sessions and categories, some of which continue others of the same batch.
    private func batch(_ count: Int, _ random: inout SeededGenerator) -> [MemoryImport] {
        let words = ["tea", "rain", "garden", "letter", "train", "piano", "bread", "harbour", "lamp", "winter"]
        let users: [UserID] = ["iris", "joss"]
        let agents: [AgentID] = ["alden", "alice", "mimic"]
        var batch: [MemoryImport] = []
        for index in 0..<count {
            let user = users.randomElement(using: &random)!
            let agent = agents.randomElement(using: &random)!
            let parents = batch.filter { $0.userID == user && $0.agentID == agent }
            let isChild = Int.random(in: 0..<10, using: &random) == 0
            batch.append(
                MemoryImport(
                    id: MemoryID(rawValue: "\(index)"),
                    userID: user,
                    agentID: agent,
                    sessionID: [nil, "morning", "evening"].randomElement(using: &random)!,
                    draft: MemoryDraft(
                        content: (0..<6).map { _ in words.randomElement(using: &random)! }.joined(separator: " ")
                            + " \(index)",
                        type: MemoryType.allCases.randomElement(using: &random)!,
                        category: [.general, .userPreferences, .securityAlerts, .behavioralPatterns, "journal"]
                            .randomElement(using: &random)!,
                        tags: words.filter { _ in Int.random(in: 0..<8, using: &random) == 0 },
                        importance: Double.random(in: 0...1, using: &random),
                        metadata: Bool.random(using: &random) ? ["place": "\(index)"] : [:],
                        parentID: isChild ? parents.randomElement(using: &random)?.id : nil
                    )
                )
            )
        }
        return batch
    }

    /// What an agent sees of a memory, except times and digests.
    private struct Sight: Equatable {
        var id: MemoryID
        var owner: AgentID
        var content: String
        var tags: [String]
        var metadata: [String: String]
        var category: MemoryCategory
        var session: SessionID?
        var parent: MemoryID?
        var status: SyncStatus
    }

    private func sights(of agent: AgentID, user: UserID, in store: MemoryStore) async throws -> [Sight] {
        try await store.browse(as: agent, userID: user, limit: 10_000).memories
            .map { memory in
                Sight(
                    id: memory.id,
                    owner: memory.agentID,
                    content: memory.content,
                    tags: memory.tags,
                    metadata: memory.metadata,
                    category: memory.category,
                    session: memory.sessionID,
                    parent: memory.parentID,
                    status: memory.syncStatus
                )
            }
            .sorted { $0.id < $1.id }
    }

    @Test func `many memories of one call are what they would be one by one`() async throws {
        var random = SeededGenerator()
        let batch = batch(700, &random)
        let together = try await MemoryStore.open(.temporary)
        let apart = try await MemoryStore.open(.temporary)
        #expect(try await together.importMemories(batch) == ImportCounts(stored: 700))
        for item in batch { #expect(try await apart.importMemories([item]) == ImportCounts(stored: 1)) }

        for user in ["iris", "joss"] as [UserID] {
            for agent in ["alden", "alice", "mimic", "sentry"] as [AgentID] {
                let seen = try await sights(of: agent, user: user, in: together)
                #expect(seen == (try await sights(of: agent, user: user, in: apart)))
            }
        }
        // This checks words, vectors, versions and the audit chain against what they were made from.
        #expect(try await together.verify().isSound)
        #expect(try await apart.verify().isSound)
        for item in batch.prefix(50) {
            let results = try await together.search(
                item.draft.content,
                as: item.agentID,
                userID: item.userID,
                type: .semantic
            )
            #expect(results.contains { $0.memory.id == item.id })
        }
        try await together.close()
        try await apart.close()
    }

    @Test(arguments: [0, 70, 699]) func `one that is refused refuses all of its call`(bad: Int) async throws {
        let store = try await MemoryStore.open(.temporary)
        var drafts = (0..<700).map { MemoryDraft(content: "memory \($0)") }
        drafts[bad].importance = 2
        await expect(.invalidArgument) { try await store.store(drafts, agentID: "alden", userID: "iris") }
        drafts[bad].importance = 0.5
        drafts[bad].parentID = "nobody's"
        await expect(.memoryNotFound) { try await store.store(drafts, agentID: "alden", userID: "iris") }
        #expect(try await store.browse(as: "alden", userID: "iris").memories.isEmpty)

        drafts[bad].parentID = nil
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        #expect(Set(ids).count == 700)
        for (id, draft) in zip(ids, drafts).prefix(3) + [(ids[bad], drafts[bad])] {
            #expect(try await store.memory(id, as: "alden").content == draft.content)
        }
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `many memories are shared with whom the call names, or none is stored`() async throws {
        let store = try await MemoryStore.open(.temporary)
        var drafts = (0..<700).map { MemoryDraft(content: "memory \($0)") }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris", shareWith: ["alice"])
        let seen = try await store.browse(as: "alice", userID: "iris", limit: 1_000).memories
        #expect(Set(seen.map(\.id)) == Set(ids))
        #expect(try await store.browse(as: "mimic", userID: "iris").memories.isEmpty)

        // This includes what its owner keeps to itself.
        drafts[600].category = .privateTasks
        await expect(.restrictedCategory) {
            try await store.store(drafts, agentID: "alden", userID: "iris", shareWith: ["alice"])
        }
        #expect(try await store.browse(as: "alden", userID: "iris", limit: 1_000).memories.count == 700)
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `long imports of the same memories at once store each once`() async throws {
        let store = try await MemoryStore.open(.temporary)
        var random = SeededGenerator()
        let batch = batch(400, &random)
        let counts = try await withThrowingTaskGroup(of: ImportCounts.self) { group in
            for _ in 0..<3 { group.addTask { try await store.importMemories(batch) } }
            return try await group.reduce(into: ImportCounts()) {
                $0.stored += $1.stored
                $0.present += $1.present
            }
        }
        #expect(counts == ImportCounts(stored: 400, present: 800))
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `a cancelled call's memories are all there or none is`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let drafts = (0..<2_000).map { MemoryDraft(content: "memory \($0)") }
        for _ in 0..<5 {
            let call = Task { try await store.store(drafts, agentID: "alden", userID: "iris") }
            call.cancel()
            _ = await call.result
            // Once another write has had its turn, the work that had begun is done.
            _ = try await store.store([MemoryDraft(content: "after")], agentID: "alice", userID: "joss")
            let statistics = try await store.embeddingStatus()
            #expect(
                statistics.documents % 2_000 == (try await store.browse(as: "alice", userID: "joss").memories.count)
            )
        }
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `of calls that come at once those that fail leave nothing of their vectors`() async throws {
        let store = try await MemoryStore.open(.temporary)
        await withTaskGroup { group in
            for call in 0..<60 {
                group.addTask {
                    var drafts = (0..<5).map { MemoryDraft(content: "call \(call) stores number \($0) of five") }
                    if call.isMultiple(of: 3) { drafts[4].parentID = "nobody's" }
                    _ = try? await store.store(drafts, agentID: "alden", userID: "iris")
                }
            }
        }
        let memories = try await store.browse(as: "alden", userID: "iris", limit: 1_000).memories
        #expect(memories.count == 40 * 5)
        #expect(try await store.verify().isSound)
        #expect(try await store.embeddingStatus().embedded == 40 * 5)
        try await store.close()
    }

    @Test func `the vector of an operation that failed is not written beside those of one that didn't`() async throws {
        let store = try await MemoryStore.open(.temporary)
        _ = try await store.store([MemoryDraft(content: "the first")], agentID: "alden", userID: "iris")
        let embedder = StaticEmbedder()
        let texts = ["kept", "forgotten", "kept too"]
        try await store.write { transaction in
            _ = transaction.newRow()
            for (index, text) in texts.enumerated() {
                transaction.vectors.mark()
                _ = try VectorTable.append(
                    embedder.quantizedVector(for: text),
                    of: embedder,
                    document: Int64(1_000 + index),
                    user: 1,
                    in: transaction
                )
                if text == "forgotten" { transaction.vectors.rollbackToMark() }
            }
            // The last operation of the transaction.
            transaction.vectors.mark()
            _ = try VectorTable.append(
                embedder.quantizedVector(for: "forgotten too"),
                of: embedder,
                document: 2_000,
                user: 1,
                in: transaction
            )
            transaction.vectors.rollbackToMark()
        }
        let block = try store.read { snapshot in
            try snapshot.connection.first(
                "SELECT block_key, data FROM vector_blocks",
                as: { (key: $0.int64(0), data: $0.bytes(1)) }
            )
        }
        let size = VectorBlock.slotSize(dimension: embedder.dimension)
        let (key, data) = try #require(block)
        let documents =
            data
            .withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: size)
                    .map { VectorBlock.document(bytes, at: $0, block: key) }
            }
        #expect(documents.dropFirst().prefix { $0 != 0 } == [1_000, 1_002])
        #expect(documents.dropFirst(3).allSatisfy { $0 == 0 })
        try await store.close()
    }
}
