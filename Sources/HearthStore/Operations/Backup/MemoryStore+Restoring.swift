package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Puts a backup in the place of a store's file.
    ///
    /// The backup is copied beside the place, brought to the present schema and verified; it stays as it is. What was
    /// erased from the file that is there now is erased from the copy. What was made sensitive there meanwhile is sealed in
    /// the copy; without a key that is refused, because the store that is then in place no longer knows of it. Then that
    /// file is moved aside, and the copy comes to its place. The restored store's audit gets a row.
    ///
    /// - Parameters:
    ///   - backup: The backup.
    ///   - path: The store's file. It may be missing.
    ///   - isForced: Whether the file that is there may be of another store, or have what the backup lacks, or be
    ///     damaged. It is moved aside in any case and never removed.
    ///   - allowsPlain: Whether memories that were made sensitive may be plain again, if there is no key to seal them with.
    ///     The report counts them.
    ///   - options: How the copy is opened.
    ///   - progress: Called with how much is done, 0…1.
    /// - Throws: `.storeCorrupt` for a backup that is not sound; `.storeBusy` if anybody has the store open;
    ///   `.versionMismatch` if the file there is newer or of another store; `.keyUnavailable` if something would be plain
    ///   again; `.notAHearthStore`, `.schemaTooNew`.
    package static func restore(
        _ backup: String,
        to path: String,
        isForced: Bool = false,
        allowsPlain: Bool = false,
        options: StoreOptions = .init(),
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> RestoreReport {
        let source = try StoreLocation.expandingHome(in: backup)
        let target = try StoreLocation.expandingHome(in: path)
        let file = try MemoryError.mapping { try NewFile(at: target, mayExist: true) }
        do {
            // Looked at before the work begins, and again once it is done.
            let present = try await present(at: file, options: options, isForced: isForced)
            try await runOnThread { [databaseOptions = options.databaseOptions] in
                try file.copy(databaseAt: source, options: databaseOptions) { progress?($0 * 0.6) }
            }
            let store = try await open(.file(file.temporaryPath), options: options)
            var report = RestoreReport(file: file.path, memories: 0)
            try await store.closingOnFailure {
                try await store.requireSoundness(of: source)
                progress?(0.9)
                if let present, !isForced { try store.refuseOlder(than: present, at: file.path) }
                report = try await store.repeatErasures(of: present, into: report)
                report = try await store.repeatSealing(of: present, allowsPlain: allowsPlain, into: report)
            }
            try await store.close()
            report.movedAside = try await runOnThread {
                try file.exchange(for: present, options: options, isForced: isForced)
            }
            progress?(1)
            return report
        } catch {
            file.abandon()
            throw error
        }
    }

    private static func runOnThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        try await MemoryError.mapping { try await onThread(body) }
    }

    private static func present(at file: NewFile, options: StoreOptions, isForced: Bool) async throws -> PresentStore? {
        try await runOnThread { try file.held(options: options, isForced: isForced)?.present }
    }

    /// - Throws: `.storeCorrupt`.
    private func requireSoundness(of backup: String) async throws {
        guard let finding = try await verify().findings.first else { return }
        throw MemoryError(
            code: .storeCorrupt,
            message: """
                The backup is not sound, and nothing was changed: \(finding.message) Use another one. \
                `hearth verify --db \(backup)` names everything.
                """
        )
    }

    /// - Throws: `.versionMismatch`.
    private func refuseOlder(than present: PresentStore, at path: String) throws {
        guard let objection = try read({ try present.objection(to: $0.connection, $0.state) }) else { return }
        throw MemoryError(
            code: .versionMismatch,
            message: """
                \(path) \(objection), so the backup does not take its place, and nothing was changed. If it is to do so all \
                the same, force it: the file that is there is then moved aside.
                """
        )
    }

    private func repeatErasures(of present: PresentStore?, into report: RestoreReport) async throws -> RestoreReport {
        let node = try read(\.state.node)
        // Another store's erasures are not this one's.
        let erasures = present.flatMap { $0.node == node ? $0.erasures : nil }
        var report = report
        (report.erasedMemories, report.erasedUsers) = try await writePublishing { context in
            let counts = try erasures.map(context.repeatErasures) ?? (memories: 0, users: 0)
            let system = try context.directory.agent(AgentProfile.system.id).key
            let detail = [
                "event": "restore", "memories_erased": "\(counts.memories)", "users_erased": "\(counts.users)",
            ]
            let entry = AuditEntry(action: .backup, agent: system, detail: detail)
            try AuditTrail.append(entry, at: context.now, to: context.transaction)
            return counts
        }
        report.memories = try read { snapshot in
            try snapshot.connection.first("SELECT count(*) FROM memories", as: { $0.int(0) }) ?? 0
        }
        return report
    }
}

extension MemoryStore {
    /// How many memories one transaction seals.
    private static let sealedAtOnce = 64

    /// Seals what is plain in the backup and sensitive in the file that it takes the place of.
    ///
    /// - Throws: `.keyUnavailable` if something would be plain again, and that is not allowed.
    private func repeatSealing(
        of present: PresentStore?,
        allowsPlain: Bool,
        into report: RestoreReport
    ) async throws -> RestoreReport {
        guard let present, try read(\.state.node) == present.node, !present.sensitive.isEmpty else { return report }
        var plain = try read { snapshot in
            try snapshot.connection.rows(
                "SELECT memory_key FROM memories WHERE NOT is_sensitive ORDER BY memory_key",
                as: { $0.int64(0) }
            )
        }
        .filter(present.sensitive.contains)
        var report = report
        var reason: MemoryError?
        do {
            while keyring.provider != nil, !plain.isEmpty {
                let batch = plain.prefix(Self.sealedAtOnce)
                try await writePublishing { context in
                    for key in batch {
                        let record = try MemoryRecord.find(key: key, includingDeleted: true, in: context.snapshot)
                        if let record { _ = try context.setSensitive(true, record) }
                    }
                }
                report.sealedMemories += batch.count
                plain.removeFirst(batch.count)
            }
        } catch let error as MemoryError where error.code == .keyUnavailable || error.code == .decryptionFailed {
            log.note(error, "Memories that had been made sensitive can't be sealed in the restored store.")
            reason = error
        }
        guard plain.isEmpty || allowsPlain else { throw MemoryError.plainAgain(plain.count, because: reason) }
        report.plainMemories = plain.count
        return report
    }
}

extension MemoryError {
    /// Thrown instead of a restored store in which memories are plain that had been made sensitive.
    fileprivate static func plainAgain(_ count: Int, because reason: MemoryError?) -> MemoryError {
        MemoryError(
            code: .keyUnavailable,
            message: """
                \(count == 1 ? "1 memory that was" : "\(count) memories that were") made sensitive since \(count == 1 ? "is" : "are") plain \
                in the backup, and can't be sealed: \(reason?.message ?? "there is no key.") Nothing was changed. Give the key, by the \
                configuration's keyProvider or by --key-file, --key-command or --passphrase. Or allow that they are plain again: \
                allowsPlain, or --allow-plain.
                """,
            underlyingError: reason
        )
    }
}

extension NewFile {
    /// A store that is at the place, and what holds it there.
    fileprivate struct Held {
        var file: HeldFile
        var present: PresentStore
    }

    /// Takes hold of the store that is at the place.
    ///
    /// - Returns: Nil if there is none, or what is there is no sound store and may be moved aside.
    fileprivate func held(options: StoreOptions, isForced: Bool) throws -> Held? {
        do {
            guard isTaken, let file = try HeldFile(at: path, options: options.databaseOptions) else { return nil }
            return Held(file: file, present: try PresentStore.read(file.connection, schema: file.schemaVersion))
        } catch StoreFileError.inUse(let path) {
            throw StoreFileError.inUse(path: path)
        } catch ResultCode.busy {
            throw StoreFileError.inUse(path: path)
        } catch  where isForced {
            return nil
        }
    }

    /// Brings the file to its place.
    ///
    /// - Returns: Where the file is now that was there.
    fileprivate func exchange(for expected: PresentStore?, options: StoreOptions, isForced: Bool) throws -> String? {
        guard isOnePiece else { throw StoreFileError.inUse(path: temporaryPath) }
        guard isTaken else {
            try place()
            return nil
        }
        let held = try held(options: options, isForced: isForced)
        guard held?.present == expected else { throw StoreFileError.inUse(path: path) }
        let aside = "\(path).before-restore-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
        try withExtendedLifetime(held) { try place(movingPresentTo: aside) }
        return aside
    }
}
