import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Swift compares texts by Unicode's equivalence, and the file compares bytes.
@Suite struct IdentifierSpellings {
    /// é, as one scalar and as two.
    private static let spellings = ["caf\u{E9}", "cafe\u{301}"]

    @Test func `identifiers are told apart by their bytes`() {
        let (one, two) = (UserID(rawValue: Self.spellings[0]), UserID(rawValue: Self.spellings[1]))
        #expect(one.rawValue == two.rawValue)
        #expect(one != two)
        #expect(Set([one, two]).count == 2)
        #expect(one < two || two < one)
        #expect(one == UserID(rawValue: "caf\u{E9}"))
    }

    @Test func `two users of one look share nothing, in one transaction either`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let users = Self.spellings.map { UserID(rawValue: $0) }
        _ = try await store.importMemories(
            users.enumerated()
                .map { index, user in
                    MemoryImport(
                        id: MemoryID(rawValue: "m\(index)"),
                        userID: user,
                        agentID: "alden",
                        sessionID: SessionID(rawValue: Self.spellings[index]),
                        draft: MemoryDraft(content: "memory \(index)")
                    )
                }
        )
        for (index, user) in users.enumerated() {
            let memories = try await store.browse(as: "alden", userID: user).memories
            #expect(memories.map(\.content) == ["memory \(index)"])
            #expect(memories.first?.userID == user)
        }
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `a category is one, whatever its spelling, and so is its restriction`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let categories = Self.spellings.map { MemoryCategory(rawValue: $0) }
        let drafts = categories.map { MemoryDraft(content: "a secret", category: $0) }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        for category in categories {
            let filter = SearchFilter(categories: [category])
            #expect(try await store.browse(as: "alden", userID: "iris", filter: filter).memories.count == 2)
        }
        var policy = SharingPolicy.hearthlink
        policy.restrictedCategories["alden"] = [categories[1]]
        try await store.setSharingPolicy(policy)
        for id in ids {
            await expect(.restrictedCategory) { try await store.share(id, as: "alden", with: ["alice"]) }
        }
        #expect(try await store.verify().isSound)
        try await store.close()
    }
}
