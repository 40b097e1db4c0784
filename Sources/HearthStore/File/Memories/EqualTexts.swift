import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// The look-up of equal texts, by `memories.text_key`.
enum EqualTexts {
    /// Those of one owner that came from the same place.
    struct Kind {
        var owner: Int64
        /// Where they came from, as the file holds it.
        var provenance: ProvenanceKey
        /// The first of them.
        var memory: Int64

        /// Before every kind.
        static let start = Kind(owner: .min, provenance: .number(.min), memory: .min)
    }

    /// The kind of a user's equal texts that follows on another. It is found by two steps into the index, whatever the
    /// number of texts.
    static let kinds: StaticString = """
        SELECT * FROM (
            SELECT owner_key, provenance, memory_key, typeof(provenance) FROM memories
            WHERE text_key = ?1 AND user_key = ?2 AND owner_key = ?3 AND provenance > ?4
                AND content = ?5 AND state != 'folded' AND memory_key IS NOT ?6
            ORDER BY provenance, memory_key LIMIT 1)
        UNION ALL SELECT * FROM (
            SELECT owner_key, provenance, memory_key, typeof(provenance) FROM memories
            WHERE text_key = ?1 AND user_key = ?2 AND owner_key > ?3
                AND content = ?5 AND state != 'folded' AND memory_key IS NOT ?6
            ORDER BY owner_key, provenance, memory_key LIMIT 1)
        LIMIT 1
        """

    /// The next text of a kind.
    static let others: StaticString = """
        SELECT memory_key FROM memories
        WHERE text_key = ?1 AND user_key = ?2 AND owner_key = ?3 AND provenance = ?4 AND memory_key > ?5
            AND content = ?6 AND state != 'folded' AND memory_key IS NOT ?7
        ORDER BY memory_key LIMIT 1
        """

    /// The number that leads to a text; nil for a blank one, which is not looked for.
    ///
    /// - Parameter digest: Of the text, where it is known.
    static func key(of content: String, digest: [UInt8]? = nil) -> Int64? {
        guard !content.isBlank else { return nil }
        return (digest ?? ContentDigest.exact(content)).prefix(8).reduce(0) { $0 << 8 | Int64($1) }
    }

    /// What the file keeps of a text so that it is found; nil if it is sealed or has the standard provenance.
    static func column(_ fields: MemoryFields, digest: [UInt8]? = nil, isSealed: Bool) -> Int64? {
        isSealed || fields.provenance == .standard ? nil : key(of: fields.content, digest: digest)
    }
}

extension Snapshot {
    /// Where the texts that are equal to one came from, of a user's memories that an agent can see: every provenance
    /// once for each owner, without the standard one.
    ///
    /// The agent's own count even if they are deleted, because it could delete one to store its text again. What the agent
    /// can't see changes nothing for it.
    ///
    /// - Parameters:
    ///   - digest: Of the text, where it is known.
    ///   - memory: A memory that does not count, because its text is the one that is replaced.
    func provenances(
        ofTextsEqualTo content: String,
        digest: [UInt8]? = nil,
        user: Int64,
        seenBy agent: KnownAgent,
        besides memory: Int64? = nil,
        now: Timestamp
    ) throws -> [Provenance] {
        guard let key = EqualTexts.key(of: content, digest: digest) else { return [] }
        var found: [Provenance] = []
        var kind = EqualTexts.Kind.start
        var seen: Set<Int64> = []
        while let next = try connection.first(
            EqualTexts.kinds,
            key,
            user,
            kind.owner,
            kind.provenance,
            content,
            memory,
            as: {
                let provenance = try ProvenanceKey($0, 1, type: 3)
                return EqualTexts.Kind(owner: $0.int64(0), provenance: provenance, memory: $0.int64(2))
            }
        ) {
            // A damaged row would come again and again.
            guard seen.insert(next.memory).inserted else {
                throw MemoryError.corrupt("The provenance of a memory does not read; restore the file from a backup.")
            }
            kind = next
            var candidate: Int64? = kind.memory
            while let one = candidate, try !counts(one, of: kind.owner, for: agent, now: now) {
                candidate = try connection.first(
                    EqualTexts.others,
                    key,
                    user,
                    kind.owner,
                    kind.provenance,
                    one,
                    content,
                    memory,
                    as: { $0.int64(0) }
                )
            }
            if candidate != nil { found.append(try kind.provenance.value) }
        }
        return found
    }

    /// Whether an equal text is the agent's own, or one that it can see.
    private func counts(_ memory: Int64, of owner: Int64, for agent: KnownAgent, now: Timestamp) throws -> Bool {
        if owner == agent.key { return true }
        guard let record = try MemoryRecord.find(key: memory, in: self), !record.isExpired(at: now) else {
            return false
        }
        return try standing(of: agent, to: record) != .none
    }
}
