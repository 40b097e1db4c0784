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
        commits.forget()
        #expect(Self.keys(commits.added(to: iris, after: 7, upTo: 9)) == nil)
    }

    @Test func `of much the last is kept, and who asks for what was before asks the file`() {
        let commits = RecentCommits()
        for commit in 1...60 {
            commits.note(Int64(commit), concerning: [1], added: [Self.document(Int64(commit), of: 1, words: 1_000)])
        }
        let size = Self.document(1, of: 1, words: 1_000).size
        let kept = (256 << 10) / size
        #expect((3..<60).contains(kept))
        #expect(commits.added(to: 1, after: Int64(60 - kept), upTo: 60)?.count == kept)
        #expect(commits.added(to: 1, after: Int64(59 - kept), upTo: 60) == nil)
        #expect(commits.added(to: 2, after: 0, upTo: 60)?.isEmpty == true)
    }

    @Test func `what is reserved for a text counts, however few words it has`() {
        let dashes = AnalyzedDocument(content: String(repeating: "-", count: 100_000), tags: [])
        #expect(dashes.length == 0)
        #expect(dashes.size > 100_000)
    }

    /// A store with two of its users, and what its commits told.
    private struct Told {
        let store: MemoryStore
        var iris: Int64 = 0

        private static let keys = MemoryKeyProvider()

        static func open(_ location: StoreLocation) async throws -> MemoryStore {
            var options = StoreOptions()
            options.embedder = CountingEmbedder()
            options.keyProvider = keys
            return try await MemoryStore.open(location, options: options)
        }

        init(_ location: StoreLocation = .temporary) async throws {
            store = try await Self.open(location)
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
        for text in [(0..<2_000).map { "word\($0)" }.joined(separator: " "), String(repeating: "-", count: 40_000)] {
            let long = try await told.by { try await keep([MemoryDraft(content: text)]) }
            #expect(long.told == nil)
            #expect(long.more == 1)
        }
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

    /// What may take a text away from where it could be found.
    private enum Removal: CaseIterable { case erasure, erasureOfUser, sensitivity, deletion, commitOfAnother }

    @Test(arguments: Removal.allCases)
    private func `what was added is forgotten when anything else is committed`(removal: Removal) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let told = try await Told(.file(path))
        let store = told.store
        _ = try await store.search("lake", as: "alden", userID: "iris")
        let before = try store.read { $0.state.sequence }
        let id = try await store.store([MemoryDraft(content: "the lake")], agentID: "alden", userID: "iris")[0]
        let last = try store.read { $0.state.sequence }
        #expect(store.commits.added(to: told.iris, after: before, upTo: last)?.count == 1)
        switch removal {
        case .erasure: _ = try await store.eraseMemory(id, as: "alden")
        case .erasureOfUser: _ = try await store.eraseUser("iris", as: "system")
        case .sensitivity: try await store.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        case .deletion: try await store.delete(id, as: "alden")
        case .commitOfAnother:
            let another = try await Told.open(.file(path))
            _ = try await another.delete(id, as: "alden")
            try await another.close()
            _ = try await store.search("lake", as: "alden", userID: "iris")
        }
        #expect(store.commits.added(to: told.iris, after: before, upTo: last) == nil)
        try await store.close()
    }
}
