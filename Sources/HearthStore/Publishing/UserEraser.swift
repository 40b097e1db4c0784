import HearthEmbedding
import HearthModel
import HearthSQLite
import HearthText

extension WriteContext {
    /// Erases everything of a user, the keys of its sensitive memories first of all.
    ///
    /// No key is needed, and nothing has to read well. Identifiers leave marks, and so do the texts of plain memories, of
    /// every version that reads; those of sensitive memories can't, because what they would be marked under is gone.
    ///
    /// - Parameter isNoted: Whether other devices have to learn of it.
    /// - Returns: How many memories there were.
    func eraseUser(_ user: Int64, id: UserID, isNoted: Bool = true) throws -> Int {
        let memories = try mark(user, id: id)
        try ErasedMessages(memories: memories, user: user, userID: id).remove(from: connection)
        if isNoted, transaction.state.exchanges { try noteErasure(ofUser: user, id: id) }
        try transaction.removeIndexedWords(beginningWith: UserKey(user).termPrefix) {
            [documents = try documentsOf(user)] in documents.contains($0)
        }
        try dropVectors(of: user)
        try connection.withoutForeignKeys {
            for statement in Self.statements { try connection.run(statement, user) }
        }
        try connection.run("INSERT INTO erased_users (user_key) VALUES (?1)", user)
        try connection.run("UPDATE store SET keys_changed = ?1 WHERE id = 1", transaction.sequence)
        transaction.keys = KeyCache()
        transaction.sealing = SealingCache()
        _ = transaction.newRow()
        try leaveTraces()
        return memories.count
    }

    /// In an order in which no row refers to one that is gone.
    private static let statements: [StaticString] = [
        "DELETE FROM data_keys WHERE user_key = ?1",
        "DELETE FROM sealed_words WHERE user_key = ?1",
        "DELETE FROM sealed_vectors WHERE user_key = ?1",
        "DELETE FROM tags WHERE user_key = ?1",
        "DELETE FROM documents WHERE user_key = ?1",
        "DELETE FROM erased_documents WHERE user_key = ?1",
        "DELETE FROM tombstones WHERE user_key = ?1",
        "DELETE FROM unanswered_searches WHERE user_key = ?1",
        "DELETE FROM roster_images WHERE user_key = ?1",
        """
        DELETE FROM notifications WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)
            OR conflict_key IN (SELECT conflict_key FROM conflicts WHERE user_key = ?1)
        """,
        "DELETE FROM conflicts WHERE user_key = ?1",
        "DELETE FROM shares WHERE user_key = ?1",
        "DELETE FROM leases WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)",
        "DELETE FROM lease_waiters WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)",
        "DELETE FROM accesses WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)",
        "DELETE FROM drafts WHERE user_key = ?1",
        "DELETE FROM versions WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)",
        "DELETE FROM upkeep_changes WHERE memory_key IN (SELECT memory_key FROM memories WHERE user_key = ?1)",
        "UPDATE memories SET folded_into = NULL WHERE user_key = ?1",
        "DELETE FROM memories WHERE user_key = ?1",
        "DELETE FROM sessions WHERE user_key = ?1",
        "DELETE FROM operations WHERE user_key = ?1",
        "DELETE FROM index_progress WHERE user_key = ?1",
        "DELETE FROM users WHERE user_key = ?1",
    ]

    private func documentsOf(_ user: Int64) throws -> Set<Int64> {
        Set(
            try connection.rows("SELECT document_key FROM documents WHERE user_key = ?1", user, as: { $0.int64(0) })
        )
    }

    /// - Returns: The memories of the user.
    private func mark(_ user: Int64, id: UserID) throws -> [MemoryID] {
        let marks = try ErasureMarks.make(in: transaction)
        // They were made under a key that goes now.
        try ErasureMarks.remove(marks.mark(ofSealedTextsOf: id), in: connection)
        var memories: [MemoryID] = []
        try connection.forEach(
            """
            SELECT m.identifier, a.agent_id, m.content, m.is_sensitive FROM memories AS m
            JOIN agents AS a ON a.agent_key = m.owner_key WHERE m.user_key = ?1
            """,
            user,
            do: { row in
                memories.append(row.memoryID(0))
                let owner = AgentID(rawValue: row.string(1))
                try ErasureMarks.insert(marks.mark(of: row.memoryID(0), user: id, agent: owner), in: connection)
                let text = row.string(2)
                guard !row.bool(3), !text.isBlank else { return }
                try ErasureMarks.insert(marks.mark(ofText: text, user: id), in: connection)
            }
        )
        try connection.forEach(
            """
            SELECT d.content FROM drafts AS d WHERE d.user_key = ?1 AND d.content IS NOT NULL
            UNION ALL SELECT CAST(v.content AS TEXT) FROM versions AS v JOIN memories AS m ON m.memory_key = v.memory_key
            WHERE m.user_key = ?1 AND v.content_form = 'whole' AND v.content IS NOT NULL
            """,
            user,
            do: { row in
                let text = row.string(0)
                guard !text.isBlank else { return }
                try ErasureMarks.insert(marks.mark(ofText: text, user: id), in: connection)
            }
        )
        try markDifferences(of: user, id: id, with: marks)
        return memories
    }

    /// Marks the texts of versions that are stored as differences from others.
    private func markDifferences(of user: Int64, id: UserID, with marks: ErasureMarks) throws {
        let keys = try connection.rows(
            """
            SELECT m.memory_key FROM memories AS m WHERE m.user_key = ?1 AND NOT m.is_sensitive AND EXISTS (
                SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key AND v.content_form = 'delta')
            """,
            user,
            as: { $0.int64(0) }
        )
        for key in keys {
            do {
                guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: snapshot) else {
                    continue
                }
                for text in Set(try VersionReader(of: record, in: snapshot).all().map(\.version.fields.content))
                where !text.isBlank {
                    try ErasureMarks.insert(marks.mark(ofText: text, user: id), in: connection)
                }
            } catch let error as MemoryError where error.isDamage {
                // What does not read can't be marked, and is erased all the same.
                continue
            }
        }
    }

    private func dropVectors(of user: Int64) throws {
        let blocks = try connection.rows(
            "SELECT block_key FROM vector_block_states WHERE user_key = ?1",
            user,
            as: { $0.int64(0) }
        )
        transaction.vectors.drop(Set(blocks))
        for block in blocks {
            try connection.run("DELETE FROM vector_block_states WHERE block_key = ?1", block)
            try connection.run("DELETE FROM vector_blocks WHERE block_key = ?1", block)
        }
    }
}
