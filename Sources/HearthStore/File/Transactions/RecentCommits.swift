import HearthEmbedding
import HearthModel
import HearthRules
import HearthText
import Synchronization

/// What the last commits of this process changed.
///
/// A cache of one user that is behind by commits of others alone has nothing to read, and behind by new memories it takes
/// these from here. Only operations that say whom they concern count. Behind a commit with any other operation, and behind
/// one of another process, nothing is known of what went before: some of it may be erased or sensitive by then.
final class RecentCommits: Sendable {
    private struct Commit {
        var users: Set<Int64>
        /// All that it changed of these users.
        var added: [AddedDocument]?
    }

    private struct State {
        /// One after another.
        var commits: [Commit] = []
        /// The state of the file that the last one made.
        var last: Int64 = 0
        /// What they added, in bytes.
        var size = 0

        var first: Int64 { last - Int64(commits.count) + 1 }

        mutating func forget() { (commits, size) = ([], 0) }

        mutating func forgetAdded(by index: Int) {
            size -= commits[index].added?.size ?? 0
            commits[index].added = nil
        }
    }

    private let state = Mutex(State())

    /// How many are known at most. A reader that is farther behind asks the file, which takes some twenty pages.
    private static let most = 64
    /// How much is kept at most of what they added, in bytes: some forty turns of a chat of a thousand letters each.
    private static let mostAdded = 256 << 10

    /// Notes a commit before anybody is told of it.
    ///
    /// - Parameter added: All that it changed of the users; nil where it is more than new documents.
    func note(_ sequence: Int64, concerning users: Set<Int64>, added: [AddedDocument]? = nil) {
        state.withLock { state in
            if sequence != state.last + 1 { state.forget() }
            if state.commits.count == Self.most {
                for index in 0..<Self.most / 2 { state.forgetAdded(by: index) }
                state.commits.removeFirst(Self.most / 2)
            }
            state.commits.append(Commit(users: users, added: added))
            state.last = sequence
            state.size += added?.size ?? 0
            var oldest = 0
            while state.size > Self.mostAdded {
                state.forgetAdded(by: oldest)
                oldest += 1
            }
        }
    }

    /// The documents that were added to a user's behind one state of the file, up to another, in the order of their keys;
    /// nil where anything else may have changed.
    func added(to user: Int64, after sequence: Int64, upTo last: Int64) -> [AddedDocument]? {
        guard sequence < last else { return sequence == last ? [] : nil }
        return state.withLock { state in
            guard sequence >= state.first - 1, last <= state.last else { return nil }
            var added: [AddedDocument] = []
            for commit in state.commits[Int(sequence - state.first + 1)...Int(last - state.first)]
            where commit.users.contains(user) {
                guard let new = commit.added else { return nil }
                added += new.filter { $0.user == user }
            }
            return added
        }
    }

    /// Forgets all commits: something else was committed.
    func forget() {
        state.withLock { $0.forget() }
    }
}

/// A new document as caches keep it.
struct AddedDocument: Sendable {
    var user: Int64
    var entry: DocumentEntry
    /// The words of its text and tags.
    var words: AnalyzedDocument
    /// Its vector, and where that is; nil where it has none yet.
    var vector: (vector: QuantizedVector, place: VectorPlace)?
    /// With whom its memory is shared.
    var shares: [(agent: Int64, share: Share)] = []

    /// What it takes, in bytes.
    var size: Int {
        MemoryLayout<Self>.size + words.size + (vector?.vector.components.count ?? 0)
            + shares.count * MemoryLayout<(Int64, Share)>.size
    }
}

extension [AddedDocument] {
    /// What they take, in bytes.
    var size: Int { reduce(0) { $0 + $1.size } }
}
