import Synchronization

/// Whose memories the last commits of this process changed.
///
/// A cache of one user that is behind by commits of others alone has nothing to read. Only operations that say whom they
/// concern count: commits with any other operation, and those of other processes, are not known here.
final class RecentCommits: Sendable {
    private struct Commit {
        var sequence: Int64
        var users: Set<Int64>
    }

    /// By ascending sequence.
    private let commits = Mutex<[Commit]>([])

    /// How many are known at most. A reader that is farther behind asks the file.
    private static let most = 64

    /// Notes a commit before anybody is told of it.
    func note(_ sequence: Int64, concerning users: Set<Int64>) {
        commits.withLock { commits in
            if commits.count == Self.most { commits.removeFirst(Self.most / 2) }
            commits.append(Commit(sequence: sequence, users: users))
        }
    }

    /// Whether all commits behind one state of the file, up to another, are known and concern others than a user.
    func concernOthersAlone(than user: Int64, after state: Int64, upTo last: Int64) -> Bool {
        guard state < last, last - state <= Self.most else { return state == last }
        return commits.withLock { commits in
            var missing = last - state
            for commit in commits.reversed() where commit.sequence <= last {
                guard commit.sequence > state else { break }
                if commit.users.contains(user) { return false }
                missing -= 1
            }
            return missing == 0
        }
    }
}
