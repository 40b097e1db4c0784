package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores memories under identifiers of the host's in one transaction, all or none; durable on return.
    ///
    /// A memory that its user and agent hold already is left as it is, deleted or not, so that an import can be repeated.
    ///
    /// An identifier names a memory of one user and one agent. Where a memory of somebody else has it, the import is stored all the
    /// same, under an identifier derived from the three, and a second import finds it there: nobody loses a memory to another's
    /// identifiers, or learns from the counts that they exist. A parent is looked for in the same way.
    ///
    /// - Throws: As ``store(_:agentID:userID:sessionID:shareWith:)``.
    package func importMemories(_ batch: [MemoryImport]) async throws -> ImportCounts {
        guard !batch.isEmpty else { return ImportCounts() }
        let now = clock.now()
        for item in batch { try item.validate() }
        // What is there already needs neither words nor a vector.
        let (missing, nextRow) = try read { snapshot in
            for agent in Set(batch.map(\.agentID)) { _ = try snapshot.directory.acting(agent) }
            var places = ImportIdentifiers(connection: snapshot.connection, directory: snapshot.directory)
            return (try places.missing(batch), snapshot.state.nextRow)
        }
        guard !missing.isEmpty else { return ImportCounts(present: batch.count) }
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            let placed = missing[index]
            var draft = batch[placed.index].draft
            draft.parentID = placed.parentID
            return try NewMemory(
                id: placed.id,
                agentID: batch[placed.index].agentID,
                userID: batch[placed.index].userID,
                sessionID: batch[placed.index].sessionID,
                draft: draft,
                now: Timestamp(rawValue: now.rawValue + Int64(placed.index))
            )
        }
        defer { embedLater() }
        return try await prepare(missing.count, make) { [self] new in
            try await write { [self] transaction in
                var inserter = try inserter(transaction, now: now)
                var places = ImportIdentifiers(connection: transaction.connection, directory: inserter.directory)
                // Every new row moves this count on: while it stands still, what was missing is missing.
                let isUnchanged = transaction.state.nextRow == nextRow
                var counts = ImportCounts(present: batch.count - missing.count)
                try new.visit { index, memory in
                    var memory = memory
                    if !isUnchanged {
                        guard let place = try places.place(of: batch[missing[index].index]) else {
                            counts.present += 1
                            return
                        }
                        (memory.id, memory.parentID) = place
                    }
                    try inserter.add(memory)
                    counts.stored += 1
                }
                try inserter.finish()
                return counts
            }
        }
    }
}
