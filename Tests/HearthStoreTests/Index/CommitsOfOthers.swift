import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// A cache of one user need not look at the file after commits of others.
@Suite struct CommitsOfOthers {
    private static func leave(_ commits: RecentCommits, _ user: Int64, _ sequence: Int64, _ last: Int64) -> Bool {
        commits.added(to: user, after: sequence, upTo: last)?.isEmpty == true
    }

    @Test func `a commit concerns who it says, and behind an unknown one nothing before it is known`() {
        let commits = RecentCommits()
        #expect(Self.leave(commits, 1, 7, 7))
        #expect(!Self.leave(commits, 1, 7, 8))
        commits.note(8, concerning: [2])
        commits.note(9, concerning: [])
        #expect(Self.leave(commits, 1, 7, 8))
        #expect(Self.leave(commits, 1, 7, 9))
        #expect(!Self.leave(commits, 2, 7, 9))
        #expect(Self.leave(commits, 2, 8, 9))
        #expect(!Self.leave(commits, 1, 6, 9))
        commits.note(11, concerning: [1, 2])
        commits.note(12, concerning: [3])
        // Nobody said what the tenth is.
        #expect(!Self.leave(commits, 1, 7, 10))
        #expect(!Self.leave(commits, 1, 7, 9))
        #expect(!Self.leave(commits, 4, 9, 12))
        #expect(!Self.leave(commits, 1, 10, 12))
        #expect(Self.leave(commits, 1, 11, 12))
        #expect(Self.leave(commits, 4, 10, 12))
        #expect(!Self.leave(commits, 4, 12, 11))
        #expect(!Self.leave(commits, 4, 0, 12))
        commits.forget()
        #expect(!Self.leave(commits, 4, 11, 12))
        commits.note(13, concerning: [])
        #expect(Self.leave(commits, 4, 12, 13))
    }

    @Test func `of many commits the last are known`() {
        let commits = RecentCommits()
        for sequence in 1...1_000 { commits.note(Int64(sequence), concerning: [Int64(sequence % 2)]) }
        #expect(Self.leave(commits, 5, 975, 1_000))
        #expect(!Self.leave(commits, 1, 975, 1_000))
        #expect(!Self.leave(commits, 5, 0, 1_000))
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
            return keys.map { Self.leave(store.commits, $0, before, after) }
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
