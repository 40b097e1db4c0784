import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// Seals the next memories of a user with the newest data key, whichever they were sealed with.
    ///
    /// - Parameters:
    ///   - user: The user's key.
    ///   - start: The memory that was looked at last.
    ///   - count: How many memories to look at.
    /// - Returns: The memory that was looked at last now, nil if there was none, and how many were sealed anew.
    func reseal(user: Int64, after start: Int64, atMost count: Int) throws -> (last: Int64?, resealed: Int) {
        let memories = try connection.rows(
            """
            SELECT memory_key FROM memories WHERE user_key = ?1 AND is_sensitive AND memory_key > ?2
            ORDER BY memory_key LIMIT ?3
            """,
            user,
            start,
            count,
            as: { $0.int64(0) }
        )
        var resealed = 0
        for memory in memories where try reseal(memory) { resealed += 1 }
        return (memories.last, resealed)
    }

    /// - Returns: Whether anything of it was sealed with an older key.
    private func reseal(_ memory: Int64) throws -> Bool {
        guard let record = try MemoryRecord.find(key: memory, includingDeleted: true, in: snapshot),
            let seal = try currentSeal(of: record)
        else { return false }
        var isChanged = try resealHead(of: record, by: seal)
        isChanged = try resealVersions(of: record, by: seal) || isChanged
        for draft in try DraftTable.all(memory: memory, in: snapshot) where draft.sealedWith != seal.keys.newest.number
        {
            isChanged = true
            let fields = draft.change.applied(to: record.fields)
            let key = try record.dataKey(of: draft)
            try DraftTable.write(draft, sealedBy: seal, in: transaction)
            try resealDocument(draft.key, of: fields, user: record.userKey, from: key, by: seal)
        }
        return isChanged
    }

    private func resealHead(of record: MemoryRecord, by seal: MemorySeal) throws -> Bool {
        guard record.sealedWith != seal.keys.newest.number, let head = record.head.bytes else { return false }
        try connection.run(
            "UPDATE memories SET sealed = ?2 WHERE memory_key = ?1",
            record.key,
            try seal.seal(SealedPayload(record.fields), as: .head(version: head))
        )
        try resealDocument(record.key, of: record.fields, user: record.userKey, from: record.dataKey, by: seal)
        return true
    }

    private func resealVersions(of record: MemoryRecord, by seal: MemorySeal) throws -> Bool {
        let rows = try connection.rows(
            "SELECT version_id, content_form, content_base, sealed FROM versions WHERE memory_key = ?1 AND sealed IS NOT NULL",
            record.key,
            as: { (id: $0.bytes(0), form: $0.string(1), base: $0.optionalBytes(2), sealed: $0.bytes(3)) }
        )
        var isChanged = false
        for row in rows where Seal.number(of: row.sealed) != seal.keys.newest.number {
            isChanged = true
            let place = MemorySeal.Place.version(row.id, form: row.form, base: row.base)
            try connection.run(
                "UPDATE versions SET sealed = ?3 WHERE memory_key = ?1 AND version_id = ?2",
                record.key,
                row.id,
                try seal.seal(seal.open(row.sealed, as: place), as: place)
            )
        }
        return isChanged
    }

    /// Puts the tokens of the newest key in the place of those of an older one, and seals the vector anew.
    private func resealDocument(
        _ document: Int64,
        of fields: MemoryFields,
        user: Int64,
        from old: DataKey?,
        by seal: MemorySeal
    ) throws {
        if !fields.isDeleted {
            let new = seal.keys.newest
            let before = transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user, key: old)
            transaction.changeIndex(.remove(document: document, before.words))
            let after = transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user, key: new)
            if let keyed = after.keyed { try SealedVocabulary.add(keyed, user: user, in: transaction) }
            transaction.changeIndex(.insert(document: document, after.words))
            try DocumentTable.delete(tags: fields.tags, document: document, user: user, key: old, in: connection)
            try DocumentTable.insert(tags: fields.tags, document: document, user: user, key: new, in: connection)
        }
        try SealedVectorTable.reseal(document: document, keys: seal.keys, in: transaction)
    }
}
