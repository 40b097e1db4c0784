import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// A cache of one user need not look at the file after commits of others.
@Suite struct CommitsOfOthers {
    @Test func `a commit concerns who it says, and everybody where any before it is not known`() {
        let commits = RecentCommits()
        #expect(commits.concernOthersAlone(than: 1, after: 7, upTo: 7))
        #expect(!commits.concernOthersAlone(than: 1, after: 7, upTo: 8))
        commits.note(8, concerning: [2])
        commits.note(9, concerning: [])
        commits.note(11, concerning: [1, 2])
        commits.note(12, concerning: [3])
        #expect(commits.concernOthersAlone(than: 1, after: 7, upTo: 8))
        #expect(commits.concernOthersAlone(than: 1, after: 7, upTo: 9))
        #expect(!commits.concernOthersAlone(than: 2, after: 7, upTo: 9))
        #expect(commits.concernOthersAlone(than: 2, after: 8, upTo: 9))
        // Nobody said what the tenth is.
        #expect(!commits.concernOthersAlone(than: 1, after: 7, upTo: 10))
        #expect(!commits.concernOthersAlone(than: 4, after: 9, upTo: 12))
        #expect(!commits.concernOthersAlone(than: 1, after: 10, upTo: 12))
        #expect(commits.concernOthersAlone(than: 1, after: 11, upTo: 12))
        #expect(commits.concernOthersAlone(than: 4, after: 10, upTo: 12))
        #expect(!commits.concernOthersAlone(than: 4, after: 12, upTo: 11))
        #expect(!commits.concernOthersAlone(than: 4, after: 0, upTo: 12))
    }

    @Test func `of many commits the last are known`() {
        let commits = RecentCommits()
        for sequence in 1...1_000 { commits.note(Int64(sequence), concerning: [Int64(sequence % 2)]) }
        #expect(commits.concernOthersAlone(than: 5, after: 975, upTo: 1_000))
        #expect(!commits.concernOthersAlone(than: 1, after: 975, upTo: 1_000))
        #expect(!commits.concernOthersAlone(than: 5, after: 0, upTo: 1_000))
    }

    /// Which of the last commits are known to leave a user alone.
    @Test func `a store concerns its user, an audit row nobody, and what says nothing anybody`() async throws {
        let directory = try TemporaryDirectory()
        let store = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        let other = try await MemoryStore.open(.file(directory.file("store.db")), options: StoreOptions())
        func keep(_ text: String, for user: UserID, in store: MemoryStore) async throws -> MemoryID {
            try await store.store([MemoryDraft(content: text, category: .knowledge)], agentID: "alden", userID: user)[0]
        }
        let iris = try await keep("a walk", for: "iris", in: store)
        _ = try await keep("a lake", for: "otto", in: store)
        let keys = try store.read { snapshot in
            try ["iris", "otto"].map { try #require(try UserTable.find($0, in: snapshot.connection)) }
        }
        /// For which of the two a change is none.
        func isNone(_ change: () async throws -> Void) async throws -> [Bool] {
            let before = try store.read { $0.state.sequence }
            try await change()
            let after = try store.read { $0.state.sequence }
            #expect(after > before)
            return keys.map { store.commits.concernOthersAlone(than: $0, after: before, upTo: after) }
        }
        #expect(try await isNone { _ = try await keep("bread", for: "otto", in: store) } == [true, false])
        #expect(try await isNone { _ = try await keep("dawn", for: "iris", in: store) } == [false, true])
        #expect(try await isNone { _ = try await store.memory(iris, as: "alice") } == [true, true])
        #expect(try await isNone { try await store.share(iris, as: "alden", with: ["mimic"]) } == [false, false])
        #expect(try await isNone { _ = try await keep("tea", for: "otto", in: other) } == [false, false])
        // Two operations may be in one commit.
        let both = try await isNone {
            async let first = keep("one", for: "iris", in: store)
            async let second = keep("two", for: "otto", in: store)
            _ = try await (first, second)
        }
        #expect(both == [false, false])
        try await store.close()
        try await other.close()
    }
}
