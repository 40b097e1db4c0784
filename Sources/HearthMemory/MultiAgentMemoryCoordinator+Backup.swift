public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Copies the store to a new file while others read and write; durable on return.
    ///
    /// The copy is of one state of the store. It is written beside its place, written out to the disk, opened again and
    /// checked, and only then comes to its place. A backup that fails or is cancelled leaves nothing behind. The audit
    /// gets a row, which the copy does not have. Only the owner of the file can read the copy; sensitive memories are
    /// sealed in it as they are in the store.
    ///
    /// The administrator's: no agent is asked for.
    ///
    /// - Parameters:
    ///   - path: The file, which must not exist. Its directory must.
    ///   - progress: Called with how much is done, 0…1, on a thread of its own.
    /// - Throws: `.invalidArgument` if there is something at the path; `.storeFull`; `.storeReadOnly` for a store that
    ///   was opened read-only, because it can't be audited; `.storeCorrupt` if the copy is not sound.
    public func backup(to path: String, progress: (@Sendable (Double) -> Void)? = nil) async throws {
        try await operations.administer { try await $0.backUp(to: path, progress: progress) }
    }

    /// Puts a backup in the place of a store's file, which nobody may have open; durable on return.
    ///
    /// The backup is copied, brought to the present schema and verified first, and stays as it is. Memories and users
    /// that were erased from the file since stay erased, and memories that were made sensitive since are sealed. The file that was
    /// at the place is moved aside, never removed.
    ///
    /// - Parameters:
    ///   - backup: The backup.
    ///   - path: The store's file; it may be missing.
    ///   - isForced: Whether the file at the place may be of another store, or have what the backup lacks, or be
    ///     damaged.
    ///   - allowsPlain: Whether memories that were made sensitive since may be plain again, if there is no key to seal them
    ///     with. The store that is then in place no longer knows of them.
    ///   - configuration: How the store is opened; only the key provider and the embedder matter.
    ///   - progress: Called with how much is done, 0…1.
    /// - Throws: `.storeCorrupt` for a backup that is not sound; `.storeBusy` if anybody has the store open;
    ///   `.versionMismatch` if the file at the place is newer or of another store; `.keyUnavailable` if something would be
    ///   plain again; `.notAHearthStore`, `.schemaTooNew`.
    public static func restore(
        backup: String,
        to path: String,
        isForced: Bool = false,
        allowsPlain: Bool = false,
        configuration: CoordinatorConfiguration = .init(),
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> RestoreReport {
        try configuration.validate()
        var options = StoreOptions()
        options.embedder = configuration.embedder
        options.keyProvider = configuration.keyProvider
        options.clock = configuration.clock
        options.busyTimeout = configuration.busyTimeout
        return try await MemoryStore.restore(
            backup,
            to: path,
            isForced: isForced,
            allowsPlain: allowsPlain,
            options: options,
            progress: progress
        )
    }
}
