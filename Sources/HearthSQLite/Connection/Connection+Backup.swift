internal import CSQLite

extension Connection {
    /// How many pages are copied at once: 2 MiB.
    private static let backupPages: Int32 = 512

    /// Copies the state that this connection reads into a new file, and checks the copy.
    ///
    /// The connection must be in a transaction that has read: then all pages are of one state, and others can write
    /// meanwhile. It stops where the read would be stopped.
    ///
    /// - Parameters:
    ///   - file: The file, which is written under its other name and not put in its place.
    ///   - progress: Called with how much is done, 0…1.
    package func copy(into file: NewFile, progress: (Double) -> Void) throws {
        let place = try StoreFile(resolving: file.temporaryPath)
        try place.createEmpty()
        try write(into: place.connect(), progress: progress)
        try NewFile.synchronize(place.path)
        try file.reading { copy in
            let complaint = try copy.rowsDynamic("PRAGMA integrity_check(1)", as: { $0.string(0) }).first
            guard complaint == "ok" else {
                throw SQLiteError(.corrupt, "the copy is damaged: \(complaint ?? "it can't be checked")")
            }
        }
        progress(1)
    }

    private func write(into destination: Connection, progress: (Double) -> Void) throws {
        // The file is thrown away if this fails, so it needs neither a journal on the disk nor waiting for the disk.
        try destination.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;")
        try prepareToRun()
        guard let backup = sqlite3_backup_init(destination.handle, "main", handle, "main") else {
            throw SQLiteError(code: sqlite3_extended_errcode(destination.handle), handle: destination.handle)
        }
        var code = SQLITE_OK
        while code == SQLITE_OK {
            do {
                try interrupter?.check()
            } catch {
                sqlite3_backup_finish(backup)
                throw error
            }
            code = sqlite3_backup_step(backup, Self.backupPages)
            let count = sqlite3_backup_pagecount(backup)
            // The check of the copy takes part of the time.
            if count > 0 { progress(0.9 * Double(count - sqlite3_backup_remaining(backup)) / Double(count)) }
        }
        let end = sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE, end == SQLITE_OK else {
            throw SQLiteError(code: code == SQLITE_DONE ? end : code, handle: destination.handle)
        }
    }
}

extension NewFile {
    /// Reads the database that was written under the file's other name, changing nothing.
    package func reading<R>(_ body: (Connection) throws -> R) throws -> R {
        let connection = try StoreFile(resolving: temporaryPath).connectReadOnly(isImmutable: true)
        return try withExtendedLifetime(connection) { try body(connection) }
    }
}
