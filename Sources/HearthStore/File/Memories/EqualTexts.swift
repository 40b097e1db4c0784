import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// The look-up of equal texts.
enum EqualTexts {
    /// The memories of a user whose text is equal to one and whose provenance is not the standard one.
    static let statement: StaticString = """
        -- The plus keeps the text out of the left side, which then is the index's expression.
        SELECT memory_key FROM memories
        WHERE (length(content) * 4294967296 + unicode(substr(content, 1 + length(content) / 3, 1)) % 65536 * 65536
            + unicode(substr(content, 1 + length(content) * 2 / 3, 1)) % 65536)
            = (length(?2) * 4294967296 + unicode(substr(?2, 1 + length(?2) / 3, 1)) % 65536 * 65536
            + unicode(substr(?2, 1 + length(?2) * 2 / 3, 1)) % 65536)
            AND +content = ?2 AND user_key = ?1 AND provenance IS NOT NULL AND state != 'folded' AND memory_key IS NOT ?3
        """
}

extension Snapshot {
    /// Where the texts that are equal to one came from, of a user's memories that an agent can see: of each whose provenance
    /// is not the standard one.
    ///
    /// The agent's own count even if they are deleted, because it could delete one to store its text again. What the agent
    /// can't see changes nothing for it.
    ///
    /// - Parameter memory: A memory that does not count, because its text is the one that is replaced.
    func provenances(
        ofTextsEqualTo content: String,
        user: Int64,
        seenBy agent: KnownAgent,
        besides memory: Int64? = nil,
        now: Timestamp
    ) throws -> [Provenance] {
        guard !content.isBlank else { return [] }
        let keys = try connection.rows(
            EqualTexts.statement,
            user,
            content,
            memory,
            as: { $0.int64(0) }
        )
        return try keys.compactMap { key in
            guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: self) else { return nil }
            if record.owner == agent.id { return record.fields.provenance }
            guard !record.fields.isDeleted, !record.isExpired(at: now), try standing(of: agent, to: record) != .none
            else {
                return nil
            }
            return record.fields.provenance
        }
    }
}
