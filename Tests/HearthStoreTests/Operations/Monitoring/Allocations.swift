import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Allocations {
    /// A number that the tables give.
    private func count(_ statement: StaticString, in store: MemoryStore) throws -> Int {
        try store.read { try $0.connection.first(statement, as: { $0.int(0) }) ?? 0 }
    }

    /// A store with memories of two users and several agents, some deleted, some edited, some with drafts.
    private func filled(seed: UInt64) async throws -> SharedStore {
        var random = SeededGenerator(seed: seed)
        let shared = try await SharedStore()
        var ids: [(MemoryID, AgentID)] = []
        for index in 0..<60 {
            let agent = AgentProfile.hearthlink.randomElement(using: &random)?.id ?? "alden"
            let draft = MemoryDraft(
                content: String(repeating: "Tee ☕️ \(index) ", count: Int.random(in: 1...40, using: &random)),
                type: MemoryType.allCases.randomElement(using: &random) ?? .episodic,
                tags: index % 3 == 0 ? ["tea", "été"] : []
            )
            let user: UserID = index % 4 == 0 ? "other" : shared.user
            let id = try await shared.store.store([draft], agentID: agent, userID: user)[0]
            if user == shared.user { ids.append((id, agent)) }
        }
        for (index, (id, agent)) in ids.enumerated() {
            if index % 5 == 0 {
                try await shared.edit(id, as: agent, content: "Edited \(index), and longer than before.")
            }
            if index % 7 == 0 { try await shared.store.delete(id, as: agent) }
        }
        for agent in ["alden", "alice"] as [AgentID] { try await shared.sync(agent) }
        return shared
    }

    @Test(arguments: [3, 17] as [UInt64])
    func `counts and bytes are those of the tables`(seed: UInt64) async throws {
        let shared = try await filled(seed: seed)
        let allocation = try await shared.store.allocation(userID: shared.user, agentID: nil)
        #expect(
            try allocation.totalMemories
                == count(
                    """
                    SELECT count(*) FROM memories AS m JOIN users AS u ON u.user_key = m.user_key
                    WHERE m.ended IS NULL AND u.user_id = 'user_123'
                    """,
                    in: shared.store
                ),
            "seed \(seed)"
        )
        #expect(allocation.agentBreakdown.values.reduce(0, +) == allocation.totalMemories, "seed \(seed)")
        #expect(allocation.typeBreakdown.values.reduce(0, +) == allocation.totalMemories, "seed \(seed)")
        #expect(allocation.agentBytes.values.reduce(0, +) == allocation.payloadBytes, "seed \(seed)")
        #expect(allocation.typeBytes.values.reduce(0, +) == allocation.payloadBytes, "seed \(seed)")
        let heads = try count(
            """
            SELECT sum(length(CAST(m.content AS BLOB)) + coalesce(length(CAST(m.tags AS BLOB)), 0)
                + coalesce(length(CAST(m.metadata AS BLOB)), 0)) FROM memories AS m JOIN users AS u ON u.user_key = m.user_key
            WHERE m.ended IS NULL AND u.user_id = 'user_123'
            """,
            in: shared.store
        )
        #expect(allocation.payloadBytes >= heads && allocation.payloadBytes < heads * 3, "seed \(seed)")
        try await shared.store.close()
    }

    @Test func `the shares of all users make up the pages of the index, and no more`() async throws {
        let shared = try await filled(seed: 5)
        let pages = try count(
            """
            SELECT sum(s.pgsize) FROM dbstat AS s JOIN sqlite_schema AS t ON t.name = s.name
            WHERE s.aggregate = TRUE AND (t.type = 'index' OR s.name LIKE 'memory@_index@_%' ESCAPE '@' OR s.name IN
                ('documents', 'tags', 'vector_blocks', 'vector_block_states', 'roster_images', 'sealed_vectors'))
            """,
            in: shared.store
        )
        var shares = 0
        for user in ["user_123", "other"] as [UserID] {
            shares += try await shared.store.allocation(userID: user, agentID: nil).indexBytes ?? 0
        }
        // Drafts that wait have documents too.
        #expect(shares <= pages && shares > pages * 7 / 10, "\(shares) of \(pages)")
        try await shared.store.close()
    }

    @Test func `with an agent it is what that agent sees`() async throws {
        let shared = try await SharedStore()
        _ = try await shared.memory("Of Alden alone.", shareWith: [])
        _ = try await shared.memory("Of Alden, shared.", shareWith: ["alice"])
        _ = try await shared.memory("Of Alice.", of: "alice", shareWith: [])
        let alice = try await shared.store.allocation(userID: shared.user, agentID: "alice")
        #expect(alice.agentBreakdown == ["alden": 1, "alice": 1])
        #expect(alice.payloadBytes == "Of Alden, shared.".utf8.count + "Of Alice.".utf8.count)
        #expect(try await shared.store.allocation(userID: shared.user, agentID: nil).totalMemories == 3)
        #expect(try await shared.store.allocation(userID: "nobody", agentID: nil) == MemoryAllocation())
        await #expect(throws: MemoryError.self) { try await shared.store.allocation(userID: "x", agentID: "stranger") }
        try await shared.store.close()
    }

    @Test func `the pages of the file are counted anew only when it has grown by a twentieth`() async throws {
        let shared = try await filled(seed: 9)
        let (pages, isFresh) = try shared.store.read { snapshot in
            let pages = try IndexPages(snapshot.connection)
            return (pages, try pages.isFresh(in: snapshot.connection))
        }
        #expect(isFresh)
        let drafts = (0..<300).map { MemoryDraft(content: String(repeating: "more \($0) ", count: 60)) }
        _ = try await shared.store.store(drafts, agentID: "alden", userID: shared.user)
        #expect(try !shared.store.read { try pages.isFresh(in: $0.connection) })
        try await shared.store.close()
    }
}
