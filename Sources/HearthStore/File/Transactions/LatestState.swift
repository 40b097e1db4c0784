import HearthSQLite
import Synchronization

/// The row of `store` at the last commit that is known here, whoever made it.
///
/// A read that needs nothing else of the file then need not look at it.
final class LatestState: Sendable {
    private let latest = Mutex<(version: CommittedVersion, state: StoreState)?>(nil)

    /// Notes what a commit has made of the row.
    func note(_ state: StoreState, at version: CommittedVersion) {
        latest.withLock { latest in
            if let known = latest?.state.sequence, known > state.sequence { return }
            latest = (version, state)
        }
    }

    /// The row as a read sees it.
    ///
    /// While the read's transaction has not begun, that is the present row. If the transaction begins later, and somebody has
    /// committed meanwhile, its first statement throws ``StaleSnapshot``.
    func state(in connection: Connection) throws -> StoreState {
        // A read inside another one sees what that one sees.
        guard connection.isDue, !connection.expects, let version = connection.committedVersion else {
            return try StoreState.read(connection)
        }
        if let latest = latest.withLock({ $0 }), latest.version == version {
            connection.expect { connection in
                guard try StoreState.read(connection) == latest.state else { throw StaleSnapshot() }
            }
            return latest.state
        }
        let state = try StoreState.read(connection)
        // Nobody has committed while it was read.
        if connection.committedVersion == version { note(state, at: version) }
        return state
    }
}
