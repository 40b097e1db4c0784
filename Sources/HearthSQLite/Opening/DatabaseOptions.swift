/// Where a database lives.
package enum DatabaseLocation: Sendable, Hashable {
    /// A file; the directory must exist.
    case file(String)
    /// A file in a private directory under `TMPDIR`, removed with it when the database closes.
    case temporary
    /// No file: one connection serves readers and the writer in turn.
    case inMemory
}

/// What an acknowledged commit survives.
package enum Durability: Sendable, Hashable {
    /// The end of the process and the loss of power.
    case full
    /// The end of the process. The latest commits before a loss of power may be missing; the file stays sound.
    case normal
}

/// One step of the schema.
///
/// The steps of a store form a list that only ever grows at its end. Their number is the `user_version` of the file.
package struct Migration: Sendable {
    /// What the step does, for messages.
    package var name: String
    /// Takes the schema one step on, inside a transaction.
    package var apply: @Sendable (Connection) throws -> Void

    /// Makes a step.
    package init(_ name: String, apply: @escaping @Sendable (Connection) throws -> Void) {
        self.name = name
        self.apply = apply
    }
}

/// How a database is opened.
package struct DatabaseOptions: Sendable {
    /// The number in the file's header that says whose file it is; not 0, the number in a file that nobody claims.
    package var applicationID: Int32
    /// The schema, step by step.
    package var migrations: [Migration]
    /// What an acknowledged commit survives.
    package var durability = Durability.full
    /// Whether the file is only read: it must exist and have the present schema.
    package var isReadOnly = false
    /// How long to wait for another process before giving up with ``ResultCode/busy``.
    package var busyTimeout = Duration.seconds(10)
    /// The greatest number of reads at one time; more wait.
    package var maximumReaders = 8
    /// The size of the write-ahead log, in bytes, at which it is copied into the file beside whoever reads.
    package var walCheckpointBytes = 4 << 20
    /// The size of the write-ahead log, in bytes, at which new readers wait until it is copied into the file
    /// completely.
    package var walSoftLimitBytes = 16 << 20
    /// How many bytes of pages each connection may keep in memory; it takes what it uses.
    package var pageCacheBytes = 16 << 20
    /// A quota in pages of 4,096 bytes; past it a write fails with ``ResultCode/full``.
    package var maximumPageCount: Int?
    /// Who is told of openings, commits and checkpoints.
    package var observer: (any DatabaseObserver)?

    /// Options with defaults for everything but whose file it is and its schema.
    package init(applicationID: Int32, migrations: [Migration]) {
        self.applicationID = applicationID
        self.migrations = migrations
    }

    /// The `user_version` of a file with the present schema.
    var schemaVersion: Int { migrations.count }
}
