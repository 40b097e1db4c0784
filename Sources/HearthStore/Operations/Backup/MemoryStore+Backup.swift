import HearthModel
import HearthSQLite

extension MemoryStore {
    /// Copies the store to a new file while others read and write; durable on return.
    ///
    /// The copy is of one state of the store. It is written beside its place, written out to the disk, opened again and
    /// checked, and only then comes to its place. Nothing is left behind by a copy that fails or is cancelled. The audit
    /// gets a row before the copy can be had.
    ///
    /// - Parameters:
    ///   - path: The file, which must not exist. Its directory must.
    ///   - progress: Called with how much is done, 0…1, on a thread of its own.
    /// - Throws: `.invalidArgument` if there is something at the path; `.storeFull`; `.storeReadOnly` for a store that
    ///   was opened read-only, because it can't be audited; `.storeCorrupt` if the copy is not sound.
    package func backUp(to path: String, progress: (@Sendable (Double) -> Void)? = nil) async throws {
        try requireWritable()
        let file = try MemoryError.mapping { try NewFile(at: StoreLocation.expandingHome(in: path)) }
        do {
            try await flushReadCounts()
            await writeUnansweredSearches()
            let copied = try await readUntilCancelled { snapshot in
                file.abandon()
                try snapshot.connection.copy(into: file) { progress?($0) }
                return snapshot.state
            }
            let found = try MemoryError.mapping { try file.reading(StoreState.read) }
            guard found == copied else { throw MemoryError.corrupt("The copy is not of the state that was copied.") }
            try Task.checkCancellation()
            try await audit(.backup, detail: ["event": "backup"])
            try MemoryError.mapping { try file.place() }
        } catch {
            file.abandon()
            throw error
        }
    }

    /// Leaves an audit row of what an administrator does with the file.
    func audit(_ action: AuditAction, user: UserID? = nil, detail: [String: String]) async throws {
        let now = clock.now()
        try await writeOnce { transaction in
            let entry = AuditEntry(
                action: action,
                agent: try AgentTable.key(of: AgentProfile.system.id, in: transaction.connection),
                user: try user.flatMap { try UserTable.find($0, in: transaction.connection) },
                detail: detail
            )
            try AuditTrail.append(entry, at: now, to: transaction)
        }
    }

    /// - Throws: `.storeReadOnly` for a store that was opened read-only.
    func requireWritable() throws {
        guard isReadOnly else { return }
        throw MemoryError(
            code: .storeReadOnly,
            message: "The store was opened read-only, so what leaves it can't be audited; open it for writing."
        )
    }
}
