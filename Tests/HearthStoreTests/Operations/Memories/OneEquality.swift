import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Strings are equal by canonical equivalence, wherever they are compared.
@Suite struct OneEquality {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test(arguments: [(composed, decomposed), (decomposed, composed)])
    func `to compose or decompose characters is no edit`(before: String, after: String) async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory(before, tags: [before])
        let edited = try await shared.edit(id, as: "alden", content: after, tags: [after])
        #expect(edited.syncStatus == .synced)
        #expect(edited.content.utf8.elementsEqual(before.utf8))
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let underLease = try await shared.edit(id, as: "alden", content: after, metadata: [:], lock: lock)
        #expect(underLease.syncStatus == .synced)
        #expect(try await shared.store.history(of: id, as: "alden").count == 1)
        let metadata = try await shared.edit(id, as: "alden", metadata: [before: before], lock: lock)
        #expect(metadata.syncStatus == .synced)
        try await shared.edit(id, as: "alden", metadata: [after: after], lock: lock)
        #expect(try await shared.store.history(of: id, as: "alden").count == 2)
        #expect(try await shared.store.verify().isSound)
    }

    @Test func `a tag is found in each of its forms, and in those that are in the file already`() async throws {
        let shared = try await SharedStore()
        let ids = [
            try await shared.memory("One", tags: [Self.composed]),
            try await shared.memory("Two", tags: [Self.decomposed]),
            try await shared.memory("Three", tags: [Self.decomposed]),
        ]
        _ = try await shared.memory("Four", tags: ["cafe"])
        // As an earlier release wrote it.
        try await shared.store.write { transaction in
            try transaction.connection.run(
                "UPDATE tags SET tag = ?1 WHERE document_key = (SELECT memory_key FROM memories WHERE memory_id = ?2)",
                Self.decomposed,
                ids[2].rawValue
            )
        }
        for tag in [Self.composed, Self.decomposed] {
            let filter = SearchFilter(tags: [tag])
            let listed = try await shared.store.browse(as: "alden", userID: shared.user, filter: filter).memories
            #expect(Set(listed.map(\.id)) == Set(ids))
            let found = try await shared.store.search("one two three", as: "alden", userID: shared.user, filter: filter)
            #expect(found.count == 3)
        }
        #expect(try await shared.store.verify().isSound)
        for id in ids {
            try await shared.edit(id, as: "alden", tags: ["tea"])
            try await shared.sync("alden")
        }
        #expect(try await shared.store.verify().isSound)
    }

    @Test func `a tag of which one letter is composed and another is not is found in both forms`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("One", tags: ["\u{E9}te\u{301}"])
        for tag in ["\u{E9}t\u{E9}", "e\u{301}te\u{301}", "e\u{301}t\u{E9}"] {
            let filter = SearchFilter(tags: [tag])
            let listed = try await shared.store.browse(as: "alden", userID: shared.user, filter: filter).memories
            #expect(listed.map(\.id) == [id])
        }
    }
}
