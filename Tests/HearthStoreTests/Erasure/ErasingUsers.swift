import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Everything of a user is erased, with the keys.
@Suite struct ErasingUsers {
    @Test(arguments: [true, false])
    func `nothing of a user is left, with or without the key, and the others have what they had`(
        hasKey: Bool
    ) async throws {
        let sealed = try await SealedStore()
        let user = sealed.user
        let plain = try await sealed.shared.memory("The quixzle stands by the gate.", tags: ["brambwick"])
        let secret = try await sealed.memory("The fendolary is a secret.", shareWith: ["alice"])
        try await sealed.shared.edit(plain, as: "alice", content: "An osprindle.")
        try await sealed.shared.edit(secret, as: "alden", content: "A wexbury is a secret.")
        try await sealed.shared.sync("alden")
        let others = [MemoryDraft(content: "Another's word."), MemoryDraft(content: "Another's.", isSensitive: true)]
        let kept = try await sealed.store.store(others, agentID: "alden", userID: "other")
        _ = try await sealed.store.createSession(userID: user, agentID: "alden", name: "quixzle session")
        let words = ["quixzle", "brambwick", "fendolary", "osprindle", "wexbury", user.rawValue]
        let first = try Traces(of: plain, words: words, in: sealed.store)
        let second = try Traces(of: secret, words: [], in: sealed.store)
        try await sealed.store.close()

        let store = try await sealed.reopened(provider: hasKey ? sealed.provider : nil)
        let neighbour = try await sealed.reopened(provider: sealed.provider)
        #expect(try await neighbour.memory(secret, as: "alden").content == "A wexbury is a secret.")
        let key = try #require(try neighbour.read { try UserTable.find(user, in: $0.connection) })
        #expect(neighbour.keyring.loaded(key) != nil)
        #expect(try await store.eraseUser(user, as: "system") == ErasureReport(memories: 2, isComplete: true))
        #expect(try Self.danglingRows(in: store) == 0)
        #expect(try await first.found(in: sealed.directory.path) == [])
        #expect(try await second.found(in: sealed.directory.path) == [])

        await expect(.memoryNotFound) { try await neighbour.memory(secret, as: "alden") }
        #expect(neighbour.keyring.loaded(key) == nil)
        #expect(try await neighbour.search("quixzle", as: "alden", userID: user).isEmpty)
        #expect(try await neighbour.memory(kept[1], as: "alden").content == "Another's.")
        #expect(try neighbour.userKeys().allSatisfy { $0.userID == "other" })
        let draft = MemoryDraft(content: "The quixzle is back.")
        let again = try await neighbour.store([draft], agentID: "alden", userID: user)
        #expect(try await store.memory(again[0], as: "alden").content == "The quixzle is back.")
        #expect(try neighbour.read { try UserTable.find(user, in: $0.connection) } != key)
        #expect(try await neighbour.search("quixzle", as: "alden", userID: user).map(\.memory.id) == again)
        let row = try #require(try await store.auditEntries(matching: AuditFilter(actions: [.erase])).rows.first)
        #expect(row.userKey == key && row.userID == nil && row.detail == ["memories": "2"])
        #expect(try await neighbour.verify().findings == [])
        try await store.close()
        try await neighbour.close()
    }

    @Test(arguments: [true, false])
    func `many memories of a user go in several transactions, and none of them is left`(hasKey: Bool) async throws {
        let sealed = try await SealedStore()
        var traces: [Traces] = []
        for number in 0..<12 {
            let id =
                number % 3 == 0
                ? try await sealed.memory("The fendolary \(number) is a secret.", shareWith: ["alice"])
                : try await sealed.shared.memory("The quixzle \(number) stands by the gate.", tags: ["brambwick"])
            if number % 4 == 1 { try await sealed.shared.edit(id, as: "alice", content: "An osprindle \(number).") }
            if number == 5 { try await sealed.store.delete(id, as: "alden") }
            let words = ["quixzle", "fendolary", "osprindle", "brambwick"]
            if number % 4 < 2 { traces.append(try Traces(of: id, words: words, in: sealed.store)) }
        }
        try await sealed.shared.sync("alden")
        let draft = MemoryDraft(content: "Another's word.", isSensitive: true)
        let kept = try await sealed.store.store([draft], agentID: "alden", userID: "other")[0]
        try await sealed.store.close()

        let store = try await sealed.reopened(provider: hasKey ? sealed.provider : nil)
        let report = try await store.eraseUser(sealed.user, as: "system", limit: 3, batch: 2)
        #expect(report == ErasureReport(memories: 12, isComplete: true))
        for trace in traces { #expect(try await trace.found(in: sealed.directory.path) == []) }
        let rows = try await store.auditEntries(matching: AuditFilter(actions: [.erase])).rows
        let counts = rows.compactMap { $0.detail["memories"].flatMap { Int($0) } }
        #expect(counts.reduce(0, +) == 12)
        #expect(counts.count > 4)
        #expect(try Self.danglingRows(in: store) == 0)
        try await store.close()
        let again = try await sealed.reopened(provider: sealed.provider)
        #expect(try await again.memory(kept, as: "alden").content == "Another's word.")
        #expect(try await again.verify().findings == [])
        try await again.close()
    }

    @Test func `a damaged memory among many goes with the rest, and those around it go before`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let first = try await SharedStore(.file(path), embeds: false)
        let user = first.user
        var ids: [MemoryID] = []
        for number in 0..<10 { ids.append(try await first.memory("Note \(number)")) }
        try await first.store.close()
        do {
            let connection = try Connection(opening: path, flags: 2)  // SQLITE_OPEN_READWRITE
            try connection.run("UPDATE memories SET content = 'Nope' WHERE content IN ('Note 4', 'Note 5')")
        }
        let shared = try await SharedStore(.file(path), clock: first.clock, embeds: false)
        await expect(.storeCorrupt) { try await shared.store.memory(ids[4], as: "alden") }
        let report = try await shared.store.eraseUser(user, as: "system", limit: 3, batch: 4)
        #expect(report == ErasureReport(memories: 10, isComplete: true))
        let rows = try await shared.store.auditEntries(matching: AuditFilter(actions: [.erase])).rows
        // The last row is of the two that do not read.
        #expect(rows.compactMap { $0.detail["memories"] }.max { $0.count < $1.count } != "10")
        #expect(rows.contains { $0.detail["memories"] == "2" })
        #expect(try Self.danglingRows(in: shared.store) == 0)
        #expect(try await shared.store.verify().findings == [])
        try await shared.store.close()
    }

    /// How many rows refer to rows that are gone.
    private static func danglingRows(in store: MemoryStore) throws -> Int {
        try store.read {
            try $0.connection.first("SELECT count(*) FROM pragma_foreign_key_check", as: { $0.int(0) }) ?? 0
        }
    }

    @Test func `an erased user whose number was the last leaves it to nobody`() async throws {
        let shared = try await SharedStore(embeds: false)
        _ = try await shared.memory("One.")
        let key = try shared.store.read { try UserTable.find(shared.user, in: $0.connection) }
        try await shared.store.eraseUser(shared.user, as: "system")
        _ = try await shared.store.store([MemoryDraft(content: "Two.")], agentID: "alden", userID: "next")
        let next = try shared.store.read { try UserTable.find("next", in: $0.connection) }
        #expect(next != nil && next != key)
        #expect(try await shared.store.verify().findings == [])
    }
}
