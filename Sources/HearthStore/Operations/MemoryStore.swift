import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// The storage engine: memories, versions, shares, search and audit in one SQLite file.
///
/// A read runs on the caller's thread in a transaction of its own, unless it may take long. A write waits for the writer's thread, which commits
/// everything that is waiting at once. When a write returns, it is committed with the durability asked for. A caller
/// that is cancelled while it waits gets `CancellationError`. Its operation has then either not happened or happened
/// whole.
///
/// Every call throws ``MemoryError``, and `CancellationError` if the caller is cancelled.
package final class MemoryStore: Sendable {
    private let database: Database<StoreTransaction>
    let directories: AgentDirectoryCache
    let commits = RecentCommits()
    private let latest = LatestState()
    let catalogs: CatalogCache
    let vectors: VectorCache
    let searchWorkspaces = SearchWorkspacePool()
    let embeddingQueue: EmbeddingQueue
    let readCounts = ReadCounts()
    let unanswered = UnansweredSearches()
    /// The keys of users' sensitive memories.
    let keyring: Keyring
    private let names = NameCache()
    let embedder: (any Embedder)?
    let waitingRoom = WaitingRoom()
    let notifications = NotificationHub()
    /// When an administrator was last told that the disk is full.
    let lastFullDisk = Mutex<BootInstant?>(nil)
    /// What the last attempt to remove the bytes of erased memories came to, if it did not remove them.
    let scrubProblem = Mutex<ScrubProblem?>(nil)
    let defaultResolution: ConflictResolution
    let maintenancePolicy: MaintenancePolicy
    let clock: StoreClock
    package let log: StoreLog
    /// Nil where the host has no backend for metrics; then nothing is counted or measured.
    package let metrics: StoreMetrics?
    let measurements = MeasurementCache()
    /// Whether writes are refused.
    package let isReadOnly: Bool

    /// The next row id when the store was opened.
    let nextRowAtOpening: Int64

    private init(
        database: Database<StoreTransaction>,
        nextRow: Int64,
        options: StoreOptions,
        metrics: StoreMetrics?
    ) {
        self.metrics = metrics
        self.database = database
        self.nextRowAtOpening = nextRow
        catalogs = CatalogCache(commits: commits)
        vectors = VectorCache(commits: commits)
        clock = options.clock.bounded
        log = StoreLog(options.logger)
        embeddingQueue = EmbeddingQueue(log: log) { [clock] rest in
            try await clock.sleep(clock.bootInstant.advanced(by: rest).nanoseconds)
        }
        directories = AgentDirectoryCache(admission: options.requiresRegistration ? .registered([]) : .everyone)
        embedder = options.embedder
        keyring = Keyring(provider: options.keyProvider)
        defaultResolution = options.defaultResolution
        maintenancePolicy = options.maintenance
        isReadOnly = options.isReadOnly
    }

    /// Opens a store, and makes the file if there is none.
    ///
    /// - Throws: `.notAHearthStore`, `.schemaTooNew`, `.storeReadOnly`, `.storeBusy`, `.storeCorrupt`, or
    ///   `.storeUnavailable` if the operating system refuses something.
    package static func open(_ location: StoreLocation, options: StoreOptions = .init()) async throws
        -> MemoryStore
    {
        try options.sharing.validate()
        for profile in options.agents { try profile.validate() }
        try options.maintenance.validate()
        let log = StoreLog(options.logger)
        let metrics = StoreMetrics.ofHost()
        var databaseOptions = options.databaseOptions
        databaseOptions.observer = StoreObserver(log: log, metrics: metrics)
        let database = try await MemoryError.mapping { [databaseOptions] in
            try await Database<StoreTransaction>.openOnThread(location.database(), options: databaseOptions)
        }
        return
            try await log
            .closing(
                { try await database.close() },
                onFailureOf: {
                    let state = try MemoryError.mapping { try database.read(StoreState.read) }
                    let store = MemoryStore(
                        database: database,
                        nextRow: state.nextRow,
                        options: options,
                        metrics: metrics
                    )
                    try await store.rebuildOutdatedIndex()
                    await store.scrubIfDue()
                    return store
                }
            )
    }

    /// Does what belongs to opening the store. If it fails, the store is closed, and the error is that of what failed.
    package func closingOnFailure(_ body: () async throws -> Void) async throws {
        try await log.closing({ try await close() }, onFailureOf: body)
    }

    /// Stops making vectors, writes what is still counted in memory, checkpoints and closes the file; calling it again is
    /// no error.
    package func close() async throws {
        defer { keyring.wipe() }
        await embeddingQueue.close()
        do {
            if !isReadOnly {
                try await endLeaseWaits()
                try await flushReadCounts()
                await writeUnansweredSearches()
                await refreshCatalogImages()
                await scrubIfDue()
            }
        } catch let error as MemoryError where error.code == .closed {
            // Closed before.
        } catch let error as MemoryError where error.code == .storeFull {
            // Nothing that a caller was told is in question: these are counts and shortcuts.
            log.note(error, "The disk has no room for the counts of reads and for what makes the next opening faster.")
        }
        await notifications.close()
        try await MemoryError.mapping { try await database.close() }
        log.sayClosed()
    }

    /// The path of the file; nil in memory.
    package var path: String? { database.path }

    /// The size of the write-ahead log in bytes.
    var logBytes: Int { database.walBytes }
}

extension MemoryStore {
    /// Reads one committed state on the caller's thread. For what needs no keys.
    ///
    /// - Parameter isFromMemory: Whether the read probably finds all it needs in memory. It looks at the file only where it
    ///   does not.
    func read<R>(fromMemory isFromMemory: Bool = false, _ body: (Snapshot) throws -> R) throws -> R {
        try MemoryError.mapping {
            var beginsLate = isFromMemory
            while true {
                do {
                    return try database.read(beginningLate: beginsLate) { connection in
                        try body(snapshot(connection))
                    }
                } catch is StaleSnapshot where !database.isReading {
                    // A cache has seen a later commit than this snapshot: the next snapshot is at least as late. A read inside
                    // another would have the same again: the outer one begins anew.
                    beginsLate = false
                }
            }
        }
    }

    private func snapshot(_ connection: Connection) throws -> Snapshot {
        try Snapshot(
            connection,
            latest: latest,
            directories: directories,
            clock: clock,
            keyring: keyring,
            names: names,
            readCounts: readCounts
        )
    }

    /// From so many memories on a read goes to a thread of its own.
    static let longRead = 256

    /// Reads one committed state: on the caller's thread, or if that may take long on a thread of its own.
    ///
    /// - Parameter isFromMemory: Whether the read probably finds all it needs in memory.
    func read<R: Sendable>(
        mayTakeLong: Bool,
        fromMemory isFromMemory: Bool = false,
        _ body: @escaping @Sendable (Snapshot) throws -> R
    ) async throws -> R {
        try await mayTakeLong ? readUntilCancelled(body) : withKeys { try read(fromMemory: isFromMemory, body) }
    }

    /// Lets other tasks have the thread, if reads have kept it for long.
    package func giveWay() async {
        if ReadingTime.isOver() { await Task.yield() }
    }

    /// Reads one committed state on a thread of its own, for a read that may take long; it stops when the task is
    /// cancelled.
    func readUntilCancelled<R: Sendable>(_ body: @escaping @Sendable (Snapshot) throws -> R) async throws -> R {
        try await withKeys {
            try await MemoryError.mapping {
                while true {
                    do {
                        return try await database.readUntilCancelled { [self] connection in
                            try body(snapshot(connection))
                        }
                    } catch is StaleSnapshot {
                        continue
                    }
                }
            }
        }
    }

    /// The state of the disk and of the write-ahead log.
    var diskHealth: DiskHealth {
        DiskHealth(
            freeBytes: database.freeBytes,
            logBytes: database.walBytes,
            checkpointError: database.lastCheckpointError
        )
    }

    /// Copies the write-ahead log into the file and cuts it off.
    ///
    /// - Parameter removesTraces: Whether what pages of the file still hold of removed rows is overwritten too.
    /// - Returns: Whether nothing of it is left that was written before; a reader of another process may keep it.
    func cutLog(removingTraces removesTraces: Bool = false) async throws -> Bool {
        try await MemoryError.mapping { try await database.checkpoint(removingTraces: removesTraces) }
    }

    /// Runs an operation in the next commit. The operation may run more than once, so it must change nothing but its
    /// transaction.
    func write<R: Sendable>(
        givingWay givesWay: Bool = false,
        _ body: @escaping @Sendable (StoreTransaction) throws -> R
    ) async throws -> R {
        try await withKeys { try await writeOnce(givingWay: givesWay, body) }
    }

    /// Runs an operation that needs no keys in the next commit.
    ///
    /// - Parameters:
    ///   - noticesFullDisk: Whether an administrator is told if there is no space for it.
    ///   - givesWay: Whether the operations of others go first, and none is in the same commit.
    func writeOnce<R: Sendable>(
        noticingFullDisk noticesFullDisk: Bool = true,
        givingWay givesWay: Bool = false,
        _ body: @escaping @Sendable (StoreTransaction) throws -> R
    ) async throws -> R {
        guard !isReadOnly else {
            throw MemoryError(
                code: .storeReadOnly,
                message: "The store was opened read-only; open it for writing to change it."
            )
        }
        do {
            return try await MemoryError.mapping {
                try await database.write(givingWay: givesWay) { [commits, latest] transaction in
                    transaction.note(in: commits, and: latest)
                    return try body(transaction)
                }
            }
        } catch let error as MemoryError where error.code == .storeFull && noticesFullDisk {
            await raiseThatDiskIsFull()
            throw error
        }
    }
}

extension MemoryStore {
    /// Runs an operation that may publish. After the commit, administrators get its notifications and missing vectors
    /// are made.
    func writePublishing<R: Sendable>(
        prepared: [String: QuantizedVector] = [:],
        givingWay givesWay: Bool = false,
        _ body: @escaping @Sendable (WriteContext) throws -> R
    ) async throws -> R {
        let now = clock.now()
        let done = try await write(givingWay: givesWay) {
            [directories, clock, keyring, readCounts, embedder, defaultResolution] transaction in
            // This is made here because an operation may run more than once, and only its last run counts.
            let afterCommit = WriteContext.AfterCommit()
            let context = WriteContext(
                transaction: transaction,
                afterCommit: afterCommit,
                directory: try transaction.directory(directories),
                clock: clock,
                keyring: keyring,
                readCounts: readCounts,
                now: now,
                vectors: VectorSource(embedder: embedder, prepared: prepared),
                defaultResolution: defaultResolution
            )
            if let news = try transaction.returnToClock(at: now) { afterCommit.notifications.append(news) }
            let result = try body(context)
            return (result: result, after: afterCommit.outcome)
        }
        notifications.publish(done.after.notifications)
        metrics?.found(done.after.conflicts)
        if done.after.lacksVectors { embedMissing() }
        if done.after.leavesTraces { await scrubIfDue() }
        return done.result
    }
}

extension MemoryStore {
    /// From this many new row ids on, images may be due. A process that stored only a few memories does not look.
    private static let rowsUntilImages: Int64 = 1_024

    /// Makes catalog images if much was stored since the store was opened.
    func refreshCatalogImages() async {
        do {
            let nextRow = try read { $0.state.nextRow }
            guard path != nil, nextRow - nextRowAtOpening >= Self.rowsUntilImages else { return }
            try await write { transaction in try CatalogImage.refresh(in: transaction) }
        } catch {
            // The disk may be full. An image only makes the next opening faster, so closing goes on without it.
            log.note(error, "The next opening takes longer: no catalog images were made.")
        }
    }
}

extension StoreLocation {
    fileprivate func database() throws(MemoryError) -> DatabaseLocation {
        switch self {
        case .file(let path): .file(try Self.expandingHome(in: path))
        case .temporary: .temporary
        case .inMemory: .inMemory
        }
    }
}
