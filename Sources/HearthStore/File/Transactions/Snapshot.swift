import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// What a read sees: one committed state of the file, or the state that a transaction has made of it so far.
struct Snapshot {
    let connection: Connection
    let state: StoreState
    let directory: AgentDirectory
    /// The clock by which leases expire.
    let clock: StoreClock
    /// The keys of users' sensitive memories.
    let keyring: Keyring
    /// What keys of the file stand for; nil in a transaction.
    var names: NameCache?
    /// The reads that are not in the file yet.
    let readCounts: ReadCounts

    /// The committed state that a connection reads.
    init(
        _ connection: Connection,
        latest: LatestState,
        directories: AgentDirectoryCache,
        clock: StoreClock,
        keyring: Keyring,
        names: NameCache,
        readCounts: ReadCounts
    ) throws {
        self.connection = connection
        state = try latest.state(in: connection)
        keyring.catchUp(to: state.keysChanged)
        directory = try directories.directory(connection, state: state)
        self.clock = clock
        self.keyring = keyring
        self.names = names
        self.readCounts = readCounts
    }

    /// What a transaction sees, with its own changes.
    init(
        _ transaction: StoreTransaction,
        directory: AgentDirectory,
        clock: StoreClock,
        keyring: Keyring,
        readCounts: ReadCounts = ReadCounts()
    ) {
        connection = transaction.connection
        state = transaction.state
        keyring.catchUp(to: state.keysChanged)
        self.directory = directory
        self.clock = clock
        self.keyring = keyring
        names = nil
        self.readCounts = readCounts
    }
}

/// Thrown inside a read whose snapshot is older than a cache. The read then begins anew.
struct StaleSnapshot: Error {}

/// The one row of `store`, as a transaction sees it.
struct StoreState: Hashable, Sendable {
    var node: String
    var sequence: Int64
    var nextRow: Int64
    var clock: HybridTime
    var policyChanged: Int64
    var analyser: Int
    /// When keys were last replaced or dropped, or a user was erased.
    var keysChanged: Int64
    /// When counts of reads were last written.
    var accessesChanged: Int64
    /// Whether the file exchanges with other devices.
    var exchanges: Bool

    static func read(_ connection: Connection) throws -> StoreState {
        let state = try connection.first(
            """
            SELECT node, sequence, next_row, clock, policy_changed, analyser, keys_changed, accesses_changed, exchanges
            FROM store WHERE id = 1
            """,
            as: { row in
                StoreState(
                    node: row.string(0),
                    sequence: row.int64(1),
                    nextRow: row.int64(2),
                    clock: HybridTime(rawValue: row.int64(3)),
                    policyChanged: row.int64(4),
                    analyser: row.int(5),
                    keysChanged: row.int64(6),
                    accessesChanged: row.int64(7),
                    exchanges: row.bool(8)
                )
            }
        )
        guard let state else { throw MemoryError.corrupt("The row that describes the file is missing.") }
        // These are counted on from here. None comes near such a number by counting.
        for count in [state.sequence, state.nextRow, state.clock.rawValue, state.policyChanged] {
            guard (0..<Int64.max / 4 * 3).contains(count) else {
                throw MemoryError.corrupt("The row that describes the file holds a count that can't be.")
            }
        }
        return state
    }

    func write(_ connection: Connection) throws {
        try connection.run(
            """
            UPDATE store SET sequence = ?1, next_row = ?2, clock = ?3, policy_changed = ?4, analyser = ?5 WHERE id = 1
            """,
            sequence,
            nextRow,
            clock.rawValue,
            policyChanged,
            analyser
        )
    }
}

extension StoreState {
    /// Refuses an index whose words are not those of the present analyser: another release has opened the file since this
    /// one did, and made its index anew. Words looked for in it, added or removed would be wrong ones.
    func checkAnalyser() throws {
        guard analyser == TextAnalyzer.version else {
            throw MemoryError(
                code: .schemaTooNew,
                message: """
                    Another release has opened this file meanwhile and made its word index anew. Open the store again, \
                    best with that release.
                    """
            )
        }
    }
}
