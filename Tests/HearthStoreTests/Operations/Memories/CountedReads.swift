import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a view says of reads follows from what its viewer may know of, whenever counts are written.
@Suite struct CountedReads {
    /// Reads so many own memories of an agent that their counts are written.
    private func readMuch(of agent: AgentID, for user: UserID, in shared: SharedStore) async throws {
        let drafts = (0..<ReadCounts.flushThreshold).map { MemoryDraft(content: "Note \($0)") }
        var ids: [MemoryID] = []
        for start in stride(from: 0, to: drafts.count, by: 1_024) {
            let part = Array(drafts[start..<start + 1_024])
            ids += try await shared.store.store(part, agentID: agent, userID: user)
        }
        for start in stride(from: 0, to: ids.count, by: 64) {
            _ = try await shared.store.memories(Array(ids[start..<start + 64]), as: agent)
        }
    }

    /// How many reads the file knows of.
    private func written(in store: MemoryStore) throws -> Int64 {
        try store.read { snapshot in
            try snapshot.connection.first("SELECT coalesce(sum(count), 0) FROM accesses", as: { $0.int64(0) }) ?? 0
        }
    }

    @Test func `what others read does not change what an agent sees of its own reads`() async throws {
        var answers: [[String]] = []
        for hasOthers in [false, true] {
            let directory = try TemporaryDirectory()
            let path = directory.file("hearth.db")
            let shared = try await SharedStore(.file(path), embeds: false)
            let elsewhere = try await SharedStore(.file(path), clock: shared.clock, embeds: false)
            let id = try await shared.memory("The kettle is on.", shareWith: [])
            var seen: [String] = []
            for round in 0..<4 {
                shared.clock.advance(by: .seconds(10))
                if hasOthers, round == 1 { try await readMuch(of: "sentry", for: shared.user, in: shared) }
                if hasOthers, round == 2 { try await readMuch(of: "alden", for: "otto", in: shared) }
                for store in [shared.store, elsewhere.store] {
                    let memory = try await store.memory(id, as: "alden")
                    seen.append("\(memory.accessCount) \(String(describing: memory.lastAccessedAt))")
                }
            }
            answers.append(seen)
            try await elsewhere.store.close()
            try await shared.store.close()
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].map { $0.prefix(1) } == ["0", "0", "1", "1", "2", "2", "3", "3"])
    }

    @Test func `the writing of an owner's counts changes nothing that anybody sees`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("The kettle is on.", shareWith: ["mimic"])
        for _ in 0..<3 { _ = try await shared.store.memory(id, as: "alden") }
        let before = try await shared.store.memory(id, as: "mimic")
        #expect(try written(in: shared.store) == 1)
        try await readMuch(of: "alden", for: shared.user, in: shared)
        #expect(try written(in: shared.store) > 4_000)
        let after = try await shared.store.memory(id, as: "mimic")
        #expect((before.accessCount, after.accessCount) == (3, 4))
        #expect(after.lastAccessedAt == before.lastAccessedAt)
    }

    @Test func `a read of another's memory is counted with its audit row, and own reads when the store closes`()
        async throws
    {
        let directory = try TemporaryDirectory()
        let path = directory.file("hearth.db")
        let shared = try await SharedStore(.file(path), embeds: false)
        let elsewhere = try await SharedStore(.file(path), clock: shared.clock, embeds: false)
        let id = try await shared.memory("The kettle is on.", shareWith: ["mimic"])
        shared.clock.advance(by: .seconds(10))
        _ = try await shared.store.memory(id, as: "mimic")
        _ = try await shared.store.search("kettle", as: "mimic", userID: shared.user)
        for _ in 0..<5 { _ = try await shared.store.memory(id, as: "alden") }
        #expect(try await elsewhere.store.memory(id, as: "alden").accessCount == 2)
        try await shared.store.close()
        let memory = try await elsewhere.store.memory(id, as: "alden")
        #expect(memory.accessCount == 8)
        #expect(memory.lastAccessedAt == shared.clock.storeClock.now().date)
        try await elsewhere.store.close()
    }
}
