import HearthModel
import HearthRules
import HearthSQLite

/// What a reader sees: one committed state of the file, or what a transaction has made of it so far.
struct Snapshot {
    let connection: Connection
    let state: StoreState
    let directory: AgentDirectory
    /// What leases are judged by.
    let clock: StoreClock

    /// The state of the file that a connection reads.
    init(_ connection: Connection, directories: AgentDirectoryCache, clock: StoreClock) throws {
        self.connection = connection
        state = try StoreState.read(connection)
        directory = try directories.directory(connection, state: state)
        self.clock = clock
    }

    /// What a transaction sees, its own changes among it.
    init(_ transaction: StoreTransaction, directory: AgentDirectory, clock: StoreClock) {
        connection = transaction.connection
        state = transaction.state
        self.directory = directory
        self.clock = clock
    }
}
