package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores memories under identifiers that the host gives, in one transaction, all or none; durable on return.
    ///
    /// A memory that its user and agent already have is left as it is, deleted or not, so that an import can be
    /// repeated.
    ///
    /// An identifier names a memory of one user and one agent. The same identifier under two users is two memories, each
    /// found under its own, and likewise under two agents. So nobody loses a memory to another's identifiers, or learns
    /// that they exist. A parent is looked for in the same way.
    ///
    /// - Throws: As ``store(_:agentID:userID:sessionID:shareWith:)``.
    package func importMemories(_ batch: [MemoryImport]) async throws -> ImportCounts {
        guard !batch.isEmpty else { return ImportCounts() }
        let now = clock.now()
        for item in batch { try item.validate() }
        // A memory that is there already needs neither words nor a vector.
        let (missing, renamed, nextRow) = try read { snapshot in
            for agent in Set(batch.map(\.agentID)) { _ = try snapshot.directory.acting(agent) }
            var places = ImportIdentifiers(connection: snapshot.connection, directory: snapshot.directory)
            let missing = try places.missing(batch)
            return (missing, places.renamed, snapshot.state.nextRow)
        }
        guard !missing.isEmpty else { return ImportCounts(present: batch.count, renamed: renamed) }
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            let placed = missing[index]
            var draft = batch[placed.index].draft
            draft.parentID = placed.place.parentID
            var memory = try NewMemory(
                id: batch[placed.index].id,
                agentID: batch[placed.index].agentID,
                userID: batch[placed.index].userID,
                sessionID: batch[placed.index].sessionID,
                draft: draft,
                now: Timestamp(rawValue: now.rawValue + Int64(placed.index))
            )
            memory.hasNamesake = placed.place.hasNamesake
            return memory
        }
        defer { embedLater() }
        return try await prepare(missing.count, make) { [self] new in
            try await write { [self] transaction in
                var inserter = try inserter(transaction, now: now)
                var places = ImportIdentifiers(connection: transaction.connection, directory: inserter.directory)
                // Every new row raises this count. While it is the same, what was missing is still missing.
                let isUnchanged = transaction.state.nextRow == nextRow
                var counts = ImportCounts(present: batch.count - missing.count, renamed: renamed)
                try new.visit { index, memory in
                    var memory = memory
                    if !isUnchanged {
                        let item = missing[index].index
                        guard let place = try places.place(of: batch[item], at: item) else {
                            counts.present += 1
                            counts.renamed[item] = places.renamed[item]
                            return
                        }
                        (memory.hasNamesake, memory.parentID) = (place.hasNamesake, place.parentID)
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
