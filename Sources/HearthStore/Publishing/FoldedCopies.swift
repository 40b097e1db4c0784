import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// The memories that upkeep has folded into one, and into those, and so on. They say the same, so what is to leave no
    /// trace of the one takes them along.
    ///
    /// A fold never crosses users or owners. A link that does is of a file that somebody made by hand, and does not count.
    ///
    /// - Parameter opening: Whether they are read as far as they can be. A damaged one is read unchecked at any rate if it
    ///   is not ``MemoryRecord/Opening/required``.
    func foldedCopies(of record: MemoryRecord, opening: MemoryRecord.Opening) throws -> [MemoryRecord] {
        let keys = try connection.rows(
            """
            WITH RECURSIVE copies (memory_key) AS (
                SELECT memory_key FROM memories
                WHERE folded_into = ?1 AND ended IS NOT NULL AND user_key = ?2 AND owner_key = ?3
                UNION SELECT m.memory_key FROM copies AS c JOIN memories AS m ON m.folded_into = c.memory_key
                WHERE m.ended IS NOT NULL AND m.user_key = ?2 AND m.owner_key = ?3
            )
            SELECT memory_key FROM copies WHERE memory_key <> ?1 ORDER BY memory_key
            """,
            record.key,
            record.userKey,
            record.ownerKey,
            as: { $0.int64(0) }
        )
        return try keys.compactMap { try copy($0, opening: opening) }
    }

    private func copy(_ key: Int64, opening: MemoryRecord.Opening) throws -> MemoryRecord? {
        func find(_ opening: MemoryRecord.Opening) throws -> MemoryRecord? {
            try MemoryRecord.find(key: key, includingDeleted: true, opening: opening, in: snapshot)
        }
        guard opening != .required else { return try find(.required) }
        do {
            guard let record = try find(.ifPossible) else { return nil }
            if !record.isLocked {
                // What is behind the head may be damaged alone.
                _ = try VersionReader(of: record, in: snapshot).all()
                _ = try DraftTable.all(memory: key, in: snapshot)
            }
            return record
        } catch let error as MemoryError where error.isDamage {
            return try find(.never)
        }
    }
}
