import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite

/// The storage engine: memories, versions, shares, search and audit in one SQLite file.
///
/// A read runs on the caller's thread in a transaction of its own. A write waits for the writer thread, which commits everything that
/// is waiting at once; when it returns, what it did is committed with the durability asked for. A waiting caller that is cancelled
/// gets `CancellationError`, and what it asked for has then not happened, or has happened whole.
///
/// Every call throws ``MemoryError``, and `CancellationError` where the caller is cancelled.
package final class MemoryStore: Sendable {
    private let database: Database<StoreTransaction>
    let directories: AgentDirectoryCache
    let catalogs = CatalogCache()
    let vectors = VectorCache()
    let searchWorkspaces = SearchWorkspacePool()
    let embeddingQueue = EmbeddingQueue()
    let accesses = ReadCounts()
    let embedder: (any Embedder)?
    let waitingRoom = WaitingRoom()
    let notifications = NotificationHub()
    let defaultResolution: ConflictResolution
    let clock: StoreClock
    /// Whether writes are refused.
    package let isReadOnly: Bool

    /// The next row id when the store was opened.
    let firstRow: Int64

    private init(database: Database<StoreTransaction>, firstRow: Int64, options: StoreOptions) {
        self.database = database
        self.firstRow = firstRow
        clock = options.clock
        directories = AgentDirectoryCache(admission: options.requiresRegistration ? .registered([]) : .everyone)
        embedder = options.embedder
        defaultResolution = options.defaultResolution
        isReadOnly = options.isReadOnly
    }

    /// Opens a store, making the file if there is none.
    ///
    /// - Throws: `.notAHearthStore`, `.schemaTooNew`, `.storeReadOnly`, `.storeBusy`, `.storeCorrupt`, or `.storeUnavailable` for what
    ///   the operating system refuses.
    package static func open(_ location: StoreLocation, options: StoreOptions = .init()) async throws
        -> MemoryStore
    {
        try options.sharing.validate()
        for profile in options.agents { try profile.validate() }
        let database = try MemoryError.mapping {
            try Database<StoreTransaction>.open(location.database, options: options.databaseOptions)
        }
        do {
            let state = try MemoryError.mapping { try database.read(StoreState.read) }
            let store = MemoryStore(database: database, firstRow: state.nextRow, options: options)
            try await store.rebuildIndexOfAnotherAnalyser()
            return store
        } catch {
            try? await database.close()
            throw error
        }
    }

    /// Writes what is still counted in memory, checkpoints and closes the file; calling it again is no error.
    package func close() async throws {
        do {
            if !isReadOnly {
                try await endLeaseWaits()
                try await flushAccesses()
                await refreshCatalogImages()
            }
        } catch let error as MemoryError where error.code == .closed {
            // Closed before.
        }
        notifications.close()
        try await MemoryError.mapping { try await database.close() }
    }

    /// The path of the file; nil in memory.
    package var path: String? { database.path }
}

extension MemoryStore {
    /// Reads one committed state on the caller's thread.
    func read<R>(_ body: (Snapshot) throws -> R) throws -> R {
        try MemoryError.mapping {
            while true {
                do {
                    return try database.read { connection in
                        try body(Snapshot(connection, directories: directories, clock: clock))
                    }
                } catch is StaleSnapshot {
                    // A cache has seen a later commit than this snapshot: the next snapshot is at least as late.
                    continue
                }
            }
        }
    }

    /// Reads one committed state on a thread of its own and stops when the task is cancelled: for what may take long.
    func readUntilCancelled<R: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> R) async throws -> R {
        try await MemoryError.mapping {
            while true {
                do {
                    return try await database.readUntilCancelled { [directories, clock] connection in
                        try body(Snapshot(connection, directories: directories, clock: clock))
                    }
                } catch is StaleSnapshot {
                    continue
                }
            }
        }
    }

    /// What the store stands on.
    var surroundings: DiskHealth {
        DiskHealth(
            freeBytes: database.freeBytes,
            logBytes: database.walBytes,
            checkpointError: database.lastCheckpointError
        )
    }

    /// Runs an operation in the next commit; it may be run more than once, so it must change nothing but the transaction.
    func write<R: Sendable>(_ body: @escaping @Sendable (StoreTransaction) throws -> R) async throws -> R {
        guard !isReadOnly else {
            throw MemoryError(
                code: .storeReadOnly,
                message: "The store was opened read-only; open it for writing to change it."
            )
        }
        return try await MemoryError.mapping { try await database.write(body) }
    }
}

extension StoreLocation {
    fileprivate var database: DatabaseLocation {
        switch self {
        case .file(let path): .file(path)
        case .temporary: .temporary
        case .inMemory: .inMemory
        }
    }
}
