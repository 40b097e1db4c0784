import HearthEmbedding
import HearthModel
import HearthRules
import HearthText
import Synchronization

/// What the last commits of this process changed.
///
/// A cache of one user that is behind by commits of others alone has nothing to read, and behind by new memories it takes
/// these from here. Only operations that say whom they concern count: commits with any other operation, and those of other
/// processes, are not known here.
final class RecentCommits: Sendable {
    private struct Commit {
        var sequence: Int64
        var users: Set<Int64>
        /// All that it changed of these users; nil where it is not known, or no longer.
        var added: [AddedDocument]?
    }

    private struct State {
        /// By ascending sequence.
        var commits: [Commit] = []
        /// The words of all that they added.
        var words = 0

        mutating func forgetAdded(by index: Int) {
            words -= commits[index].added.wordCount
            commits[index].added = nil
        }
    }

    private let state = Mutex(State())

    /// How many are known at most. A reader that is farther behind asks the file.
    private static let most = 64
    /// How many words are kept at most of what they added.
    private static let mostWords = 16_384

    /// Notes a commit before anybody is told of it.
    ///
    /// - Parameter added: All that it changed of the users; nil where it is more than new documents.
    func note(_ sequence: Int64, concerning users: Set<Int64>, added: [AddedDocument]? = nil) {
        state.withLock { state in
            if state.commits.count == Self.most {
                for index in 0..<Self.most / 2 { state.forgetAdded(by: index) }
                state.commits.removeFirst(Self.most / 2)
            }
            state.commits.append(Commit(sequence: sequence, users: users, added: added))
            state.words += added.wordCount
            var oldest = 0
            while state.words > Self.mostWords {
                state.forgetAdded(by: oldest)
                oldest += 1
            }
        }
    }

    /// The documents that were added to a user's behind one state of the file, up to another, in the order of their keys;
    /// nil where anything else may have changed.
    func added(to user: Int64, after sequence: Int64, upTo last: Int64) -> [AddedDocument]? {
        guard sequence < last, last - sequence <= Self.most else { return sequence == last ? [] : nil }
        return state.withLock { state in
            // Mostly the last ones are asked for.
            let end = (state.commits.lastIndex { $0.sequence <= last } ?? -1) + 1
            let first = (state.commits[..<end].lastIndex { $0.sequence <= sequence } ?? -1) + 1
            guard Int64(end - first) == last - sequence else { return nil }
            var added: [AddedDocument] = []
            for commit in state.commits[first..<end] where commit.users.contains(user) {
                guard let new = commit.added else { return nil }
                added += new.filter { $0.user == user }
            }
            return added
        }
    }

    /// Forgets what was added, because some of it is erased.
    func forgetAdded() {
        state.withLock { state in
            for index in state.commits.indices { state.forgetAdded(by: index) }
        }
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
}

extension [AddedDocument]? {
    fileprivate var wordCount: Int { self?.reduce(0) { $0 + $1.words.length } ?? 0 }
}
