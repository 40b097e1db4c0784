import Crypto
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Keys and sealed parts that damage has taken away: a verification says so, nothing new hides the loss, and a rotation
/// goes on with everything else.
@Suite struct LostKeys {
    /// A store of two users' sensitive memories.
    private struct Household {
        let sealed: SealedStore
        let first: MemoryID
        let second: MemoryID
        let others: MemoryID

        init() async throws {
            sealed = try await SealedStore()
            first = try await sealed.memory("The gazebo by the gate.", shareWith: ["alice"])
            second = try await sealed.memory("The boiler in the cellar.", of: "alice")
            let draft = MemoryDraft(content: "Rowan's diary.", isSensitive: true)
            others = try await sealed.store.store([draft], agentID: "alden", userID: "rowan")[0]
        }

        /// Closes the store, runs statements of a stranger, and opens it again.
        func damaged(_ statements: String...) async throws -> MemoryStore {
            try await sealed.store.close()
            try damage(statements)
            return try await sealed.reopened(provider: sealed.provider)
        }

        func damage(_ statements: [String]) throws {
            let connection = try Connection(opening: sealed.path, flags: 2)
            for statement in statements { try connection.execute(statement) }
        }
    }

    private static let iris = "(SELECT user_key FROM users WHERE user_id = 'user_123')"
    private static let rowan = "(SELECT user_key FROM users WHERE user_id = 'rowan')"

    private static func findings(_ store: MemoryStore) async throws -> [String] {
        let report = try await store.verify()
        return report.findings.map { "\($0.component): \($0.message)" }
    }

    @Test(arguments: [
        "DELETE FROM data_keys WHERE user_key = \(iris)",
        "DELETE FROM data_keys WHERE user_key = \(iris) AND number = 1",
        "DELETE FROM data_keys WHERE user_key = \(iris) AND number = 0",
        "UPDATE data_keys SET wrapped = zeroblob(60) WHERE user_key = \(iris)",
        """
        UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys AS o WHERE o.user_key = \(rowan) AND o.number = data_keys.number)
        WHERE user_key = \(iris)
        """,
    ])
    func `a lost key is a finding, with the memories that need it, and no new key takes its place`(
        damage: String
    ) async throws {
        let household = try await Household()
        let store = try await household.damaged(damage)
        let report = try await store.verify()
        #expect(report.sealed == [] && report.findings.contains { $0.component == "key" })
        for id in [household.first, household.second] {
            #expect(report.findings.contains { $0.component == "memory" && $0.message.contains("\(id)") })
        }
        #expect(!report.findings.contains { $0.message.contains("\(household.others)") })
        let keys = try store.userKeys()
        let draft = MemoryDraft(content: "Another one.", isSensitive: true)
        await #expect(throws: MemoryError.self) {
            try await store.store([draft], agentID: "alden", userID: household.sealed.user)
        }
        #expect(try store.userKeys() == keys)
        #expect(try await store.memory(household.others, as: "alden").content == "Rowan's diary.")
        try await store.close()
    }

    @Test func `keys that the provider does not give are no finding, and a wrapped key is checked while it is in use`()
        async throws
    {
        let household = try await Household()
        let (sealed, store) = (household.sealed, household.sealed.store)
        #expect(try await Self.findings(store) == [])
        for provider in [nil, MemoryKeyProvider(identifier: "another")] {
            let other = try await sealed.reopened(provider: provider)
            let report = try await other.verify()
            #expect(report.findings == [] && report.sealed.count == 3)
            try await other.close()
        }
        try household.damage(["UPDATE data_keys SET wrapped = zeroblob(60) WHERE user_key = \(Self.iris)"])
        #expect(try await store.memory(household.first, as: "alden").content == "The gazebo by the gate.")
        #expect(try await Self.findings(store).contains { $0.hasPrefix("key: ") && $0.contains("user_123") })
        try await store.close()
    }

    @Test func `words that beginnings are found by are checked against the texts, and a rotation writes them anew`()
        async throws
    {
        let exchange = """
            UPDATE sealed_words SET sealed = (SELECT o.sealed FROM sealed_words AS o
                WHERE o.user_key = sealed_words.user_key AND o.word_key != sealed_words.word_key ORDER BY o.word_key LIMIT 1)
            WHERE word_key IN (SELECT word_key FROM sealed_words WHERE user_key = \(Self.iris) ORDER BY word_key LIMIT 2)
            """
        for damage in ["DELETE FROM sealed_words", exchange] {
            let household = try await Household()
            let store = try await household.damaged(damage)
            #expect(try await Self.findings(store).contains { $0.hasPrefix("index: ") }, "\(damage)")
            _ = try await store.search("gaz*", as: "alden", userID: household.sealed.user, type: .keyword)
            #expect(try await store.rotateKeys().findings == [])
            #expect(try await Self.findings(store) == [], "\(damage)")
            let found = try await store.search("gaz*", as: "alden", userID: household.sealed.user, type: .keyword)
            #expect(found.map(\.memory.id) == [household.first])
            try await store.close()
        }
    }

    @Test func `a vector that does not open keeps nobody from searching, and is made anew`() async throws {
        let household = try await Household()
        let (sealed, user) = (household.sealed, household.sealed.user)
        try await sealed.store.close()
        try household.damage([
            """
            UPDATE sealed_vectors SET sealed = CAST(substr(sealed, 1, length(sealed) - 4) || x'00000000' AS BLOB)
            WHERE user_key = \(Self.iris) AND document_key = (SELECT min(document_key) FROM sealed_vectors)
            """
        ])
        let shared = try await SharedStore(.file(sealed.path), clock: sealed.shared.clock) { options in
            options.keyProvider = sealed.provider
        }
        let store = shared.store
        let found = try await store.search("boiler cellar", as: "alice", userID: user, type: .hybrid)
        #expect(found.first?.memory.id == household.second)
        #expect(try await Self.findings(store).contains { $0.hasPrefix("vector: ") })
        #expect(try await store.rotateKeys().findings == [])
        #expect(try await Self.findings(store) == [])
        try await store.close()
    }

    @Test(arguments: [
        "UPDATE memories SET is_sensitive = 0 WHERE user_key = \(iris) AND owner_key = (SELECT agent_key FROM agents WHERE agent_id = 'alden')",
        "UPDATE memories SET sealed = CAST(sealed || x'00' AS BLOB) WHERE user_key = \(iris) AND owner_key = (SELECT agent_key FROM agents WHERE agent_id = 'alden')",
    ])
    func `a rotation passes over a damaged memory, names it, and ends`(damage: String) async throws {
        let household = try await Household()
        let store = try await household.damaged(damage)
        household.sealed.provider.add(identifier: "test-2")
        for round in 0..<2 {
            let report = try await store.rotateKeys()
            #expect(report.findings.contains { $0.message.contains("\(household.first)") } && !report.isComplete)
            #expect(report.memoriesResealed == (round == 0 ? 2 : 1))
        }
        let keys = try store.userKeys()
        #expect(keys.allSatisfy { $0.providerKey == "test-2" })
        #expect(keys.filter { $0.userID == "user_123" }.map(\.number) == [0, 1, 2])
        #expect(keys.filter { $0.userID == "rowan" }.map(\.number) == [0, 3])
        #expect(try await store.memory(household.second, as: "alice").content == "The boiler in the cellar.")
        #expect(try await store.memory(household.others, as: "alden").content == "Rowan's diary.")
        try await store.close()
    }

    @Test func `a vector without a document does not keep a rotation from ending`() async throws {
        let household = try await Household()
        let store = try await household.damaged(
            """
            INSERT INTO sealed_vectors (user_key, document_key, model_key, sealed, changed)
            SELECT user_key, 999999, model_key, sealed, changed FROM sealed_vectors WHERE user_key = \(Self.iris) LIMIT 1
            """
        )
        #expect(try await Self.findings(store).contains { $0.hasPrefix("vector: ") })
        #expect(try await store.rotateKeys().findings == [])
        #expect(try store.userKeys().map(\.number) == [0, 2, 0, 2])
        #expect(try await Self.findings(store) == [])
        try await store.close()
    }

    @Test func `wrapped keys of a user that do not open keep no other user's from being replaced`() async throws {
        let household = try await Household()
        let store = try await household.damaged(
            "UPDATE data_keys SET wrapped = zeroblob(60) WHERE user_key = \(Self.iris)"
        )
        household.sealed.provider.add(identifier: "test-2")
        let report = try await store.rotateKeys()
        #expect(report.findings.contains { $0.component == "key" && $0.message.contains("user_123") })
        let rowans = try store.userKeys().filter { $0.userID == "rowan" }
        #expect(rowans.map(\.number) == [0, 2] && rowans.allSatisfy { $0.providerKey == "test-2" })
        try await store.close()
    }

    @Test func `what becomes of a key is in the audit when it does`() async throws {
        let household = try await Household()
        let sealed = household.sealed
        sealed.provider.add(identifier: "test-2")
        _ = try await sealed.store.rotateKeys()
        let events = try await sealed.store.auditEntries(matching: AuditFilter(actions: [.key]), order: .oldestFirst)
            .rows.map { "\($0.userID.map(\.rawValue) ?? "-") \($0.detail["event"] ?? "")" }
        #expect(
            events == [
                "user_123 make", "rowan make", "user_123 rewrap", "rowan rewrap", "user_123 renew", "user_123 retire",
                "rowan renew",
                "rowan retire", "- rotate",
            ]
        )
        try await sealed.store.close()
    }
}
