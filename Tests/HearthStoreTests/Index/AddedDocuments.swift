import HearthEmbedding
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore
@testable import HearthText

/// Caches take new memories from the commit that stored them, and ask the file for anything else.
@Suite struct AddedDocuments {
    private static func document(_ key: Int64, of user: Int64, words: Int = 2) -> AddedDocument {
        AddedDocument(
            user: user,
            entry: DocumentEntry(
                document: key,
                memory: key,
                agent: 0,
                owner: 1,
                session: 0,
                createdAt: 0,
                expiresAt: .max,
                importance: 0.5,
                length: Int32(words),
                category: 1,
                flags: [],
                type: 0
            ),
            words: AnalyzedDocument(content: Array(repeating: "walk", count: words).joined(separator: " "), tags: [])
        )
    }

    private static func keys(_ added: [AddedDocument]?) -> [Int64]? { added?.map(\.entry.document) }

    @Test func `what was added is told to whom it concerns, in its order, while all of it is known`() {
        let commits = RecentCommits()
        let (iris, otto): (Int64, Int64) = (1, 2)
        commits.note(8, concerning: [iris], added: [Self.document(20, of: iris)])
        commits.note(
            9,
            concerning: [iris, otto],
            added: [Self.document(21, of: otto), Self.document(22, of: iris)]
        )
        commits.note(10, concerning: [])
        commits.note(11, concerning: [otto])
        #expect(Self.keys(commits.added(to: iris, after: 7, upTo: 11)) == [20, 22])
        #expect(Self.keys(commits.added(to: iris, after: 8, upTo: 9)) == [22])
        #expect(Self.keys(commits.added(to: otto, after: 7, upTo: 10)) == [21])
        #expect(Self.keys(commits.added(to: iris, after: 11, upTo: 11)) == [])
        // The eleventh changed more of otto's.
        #expect(Self.keys(commits.added(to: otto, after: 7, upTo: 11)) == nil)
        // Nobody said what the seventh is, and there is no twelfth.
        #expect(Self.keys(commits.added(to: iris, after: 6, upTo: 9)) == nil)
        #expect(Self.keys(commits.added(to: iris, after: 9, upTo: 12)) == nil)
        commits.forgetAdded()
        #expect(Self.keys(commits.added(to: iris, after: 7, upTo: 9)) == nil)
        #expect(Self.keys(commits.added(to: iris, after: 9, upTo: 11)) == [])
    }

    @Test func `of many words the last are kept, and who asks for those before asks the file`() {
        let commits = RecentCommits()
        for commit in 1...40 {
            commits.note(Int64(commit), concerning: [1], added: [Self.document(Int64(commit), of: 1, words: 1_000)])
        }
        #expect(commits.added(to: 1, after: 24, upTo: 40)?.count == 16)
        #expect(commits.added(to: 1, after: 23, upTo: 40) == nil)
        #expect(commits.added(to: 2, after: 0, upTo: 40)?.isEmpty == true)
    }

    /// A store with two of its users, and what its commits told.
    private struct Told {
        let store: MemoryStore
        var iris: Int64 = 0

        init() async throws {
            var options = StoreOptions()
            options.embedder = CountingEmbedder()
            options.keyProvider = MemoryKeyProvider()
            store = try await MemoryStore.open(.temporary, options: options)
            _ = try await store.store([MemoryDraft(content: "a walk")], agentID: "alden", userID: "iris")
            iris = try store.read { try #require(try UserTable.find("iris", in: $0.connection)) }
        }

        /// The keys of the documents that a change added, and how many documents the user has more behind it.
        func by(_ change: () async throws -> Void) async throws -> (told: [AddedDocument]?, more: Int) {
            func state() throws -> (sequence: Int64, count: Int) {
                try store.read { snapshot in
                    let catalog = try store.catalogs.catalog(of: iris, in: snapshot)
                    return (snapshot.state.sequence, catalog.entries.count { !$0.isGone })
                }
            }
            let before = try state()
            try await change()
            let last = try store.read { $0.state.sequence }
            let told = store.commits.added(to: iris, after: before.sequence, upTo: last)
            return (told, try state().count - before.count)
        }
    }

    @Test func `a store tells what it added, with vectors and shares`() async throws {
        let told = try await Told()
        let store = told.store
        let (added, more) = try await told.by {
            _ = try await store.store(
                [
                    MemoryDraft(content: "the lake at dawn", category: "walks", tags: ["water"]),
                    MemoryDraft(content: ""),
                ],
                agentID: "alden",
                userID: "iris",
                shareWith: ["mimic"]
            )
        }
        #expect(more == 2)
        let documents = try #require(added)
        #expect(documents.map { $0.vector != nil } == [true, false])
        #expect(documents.map { $0.words.indexedTerms.tags } == [["water"], []])
        let mimic = try store.read { try $0.directory.agent("mimic").key }
        #expect(documents.map { $0.shares.map(\.agent).contains(mimic) } == [true, true])
        try store.read { snapshot in
            let entries = try DocumentCatalog(
                user: told.iris,
                connection: snapshot.connection,
                sequence: snapshot.state.sequence
            )
            .entries
            #expect(documents.map(\.entry) == Array(entries.suffix(2)))
        }
        try await store.close()
    }

    @Test func `nothing is told of what is sensitive, much, long, refused, or done by other operations`() async throws {
        let told = try await Told()
        let store = told.store
        func keep(_ drafts: [MemoryDraft]) async throws {
            _ = try await store.store(drafts, agentID: "alden", userID: "iris")
        }
        let sensitive = try await told.by { try await keep([MemoryDraft(content: "a secret", isSensitive: true)]) }
        #expect(sensitive.told == nil)
        #expect(sensitive.more == 1)
        // Of two memories of one call, one of which is sensitive, both come from the file.
        let both = try await told.by {
            try await keep([MemoryDraft(content: "a secret", isSensitive: true), MemoryDraft(content: "none")])
        }
        #expect(both.told == nil)
        #expect(both.more == 2)
        let many = try await told.by { try await keep((0..<17).map { MemoryDraft(content: "walk \($0)") }) }
        #expect(many.told == nil)
        #expect(many.more == 17)
        let long = try await told.by {
            try await keep([MemoryDraft(content: (0..<1_100).map { "word\($0)" }.joined(separator: " "))])
        }
        #expect(long.told == nil)
        #expect(long.more == 1)
        let imported = try await told.by {
            _ = try await store.importMemories([
                MemoryImport(id: "one", userID: "iris", agentID: "alden", draft: MemoryDraft(content: "a boat"))
            ])
        }
        #expect(imported.told == nil)
        #expect(imported.more == 1)
        // A refused operation of a group leaves nothing behind for the next one's commit.
        let refused = try await told.by {
            await #expect(throws: MemoryError.self) {
                try await store.store(
                    [MemoryDraft(content: "an orphan", parentID: "nobody")],
                    agentID: "alden",
                    userID: "iris"
                )
            }
            try await keep([MemoryDraft(content: "bread")])
        }
        #expect(refused.told?.map { $0.words.indexedTerms.content } == [["bread"]])
        #expect(refused.more == 1)
        try await store.close()
    }

    @Test func `what was added is forgotten when something is erased`() async throws {
        let told = try await Told()
        let store = told.store
        var ids: [MemoryID] = []
        let before = try store.read { $0.state.sequence }
        ids += try await store.store([MemoryDraft(content: "the lake")], agentID: "alden", userID: "iris")
        let last = try store.read { $0.state.sequence }
        #expect(store.commits.added(to: told.iris, after: before, upTo: last)?.count == 1)
        _ = try await store.eraseMemory(ids[0], as: "alden")
        #expect(store.commits.added(to: told.iris, after: before, upTo: last) == nil)
        try await store.close()
    }
}
