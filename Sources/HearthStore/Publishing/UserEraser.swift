import HearthEmbedding
import HearthModel
import HearthSQLite
import HearthText

extension WriteContext {
    /// Erases everything of a user, the keys of its sensitive memories first of all.
    ///
    /// No key is needed, and nothing has to read well. Identifiers leave marks, and so do the texts of plain memories as
    /// far as they are stored whole; those of sensitive memories can't, because what they would be marked under is gone.
    ///
    /// - Parameter isNoted: Whether other devices have to learn of it.
    /// - Returns: How many memories there were.
    func eraseUser(_ user: Int64, id: UserID, isNoted: Bool = true) throws -> Int {
        let memories = try mark(user, id: id)
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
        return memories
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

    private func mark(_ user: Int64, id: UserID) throws -> Int {
        let marks = try ErasureMarks.make(in: transaction)
        var memories = 0
        try connection.forEach(
            """
            SELECT m.identifier, a.agent_id, m.content, m.is_sensitive FROM memories AS m
            JOIN agents AS a ON a.agent_key = m.owner_key WHERE m.user_key = ?1
            """,
            user,
            do: { row in
                memories += 1
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
        return memories
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
