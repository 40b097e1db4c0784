import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// What the memories of a user take up, or those of them that an agent sees.
    ///
    /// Without an agent it reads the rows of these memories, and the pages of the whole file when that has grown or shrunk
    /// by a twentieth since they were counted last. With an agent the index is estimated from what the agent sees, at a
    /// fixed rate for words and memories, so that the answer says nothing of what is hidden from it. It runs on a thread
    /// of its own, and stops when the task is cancelled.
    ///
    /// - Throws: `.invalidArgument`; with an agent `.unknownAgent`, `.agentNotActive`.
    package func allocation(userID: UserID, agentID: AgentID?) async throws -> MemoryAllocation {
        let userID = try userID.validated()
        let times = try upkeepTimes()
        var allocation = try await readUntilCancelled { [self] snapshot -> MemoryAllocation in
            let viewer = try agentID.map { try snapshot.directory.acting($0) }
            guard let user = try UserTable.find(userID, in: snapshot.connection) else { return MemoryAllocation() }
            var count = AllocationCount()
            if let viewer {
                let slice = try catalogs.slice(of: user, for: viewer, in: snapshot)
                let filter = try CatalogFilter(
                    SearchFilter(),
                    user: user,
                    viewer: viewer.key,
                    now: clock.now(),
                    in: snapshot
                )
                for (slot, entry) in slice.catalog.entries.enumerated()
                where slice.visibility.isVisible(slot) && filter.admits(entry) {
                    try count.add(memory: entry.memory, user: user, draftsOf: viewer.key, in: snapshot)
                }
            } else {
                try count.addAll(ofUser: user, in: snapshot)
            }
            guard viewer == nil else {
                return count.allocation(indexBytes: count.estimatedIndexBytes(dimension: embedder?.dimension ?? 0))
            }
            return count.allocation(indexBytes: count.share(of: try measurements.indexPages(in: snapshot)))
        }
        allocation.lastCleanup = times.last?.date
        allocation.nextCleanup = times.next?.date
        return allocation
    }
}

/// The memories that an allocation speaks of, summed up.
private struct AllocationCount {
    private var sum = MemoryAllocation()
    private var words = 0

    /// Bytes of a memory with its older versions, apart from drafts.
    private static let payload: StaticString = """
        SELECT m.owner_key, m.type, coalesce(d.length, 0), length(CAST(m.content AS BLOB)) + coalesce(length(CAST(m.tags AS BLOB)), 0)
            + coalesce(length(CAST(m.metadata AS BLOB)), 0) + coalesce(length(m.sealed), 0)
            + coalesce((SELECT sum(coalesce(length(CAST(v.content AS BLOB)), 0) + coalesce(length(v.sealed), 0)
                + length(CAST(v.tags AS BLOB)) + length(CAST(v.metadata AS BLOB)))
                FROM versions AS v WHERE v.memory_key = m.memory_key AND (?3 IS NULL OR m.owner_key = ?3
                    OR v.published_order >= coalesce((SELECT h.since_order FROM shares AS h WHERE h.user_key = m.user_key
                        AND h.memory_key = m.memory_key AND h.agent_key = ?3), 0))), 0)
            + coalesce((SELECT sum(coalesce(length(CAST(f.content AS BLOB)), 0) + coalesce(length(f.sealed), 0)
                + coalesce(length(CAST(f.tags AS BLOB)), 0) + coalesce(length(CAST(f.metadata AS BLOB)), 0))
                FROM drafts AS f WHERE f.memory_key = m.memory_key AND f.agent_key = coalesce(?3, f.agent_key)), 0)
        FROM memories AS m LEFT JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
        WHERE m.memory_key = ?1 AND m.user_key = ?2
        """

    /// Adds one memory, with the drafts of one agent or, for nil, of all.
    mutating func add(memory: Int64, user: Int64, draftsOf agent: Int64?, in snapshot: Snapshot) throws {
        try snapshot.connection.forEach(Self.payload, memory, user, agent) { row in
            guard let type = MemoryType(place: UInt8(clamping: row.int(1))) else {
                throw MemoryError.corrupt("A memory is of no type that there is.")
            }
            sum.add(owner: try snapshot.directory.agent(key: row.int64(0)).id, type: type, bytes: row.int(3))
            words = words.saturatingAdding(max(0, row.int(2)))
        }
    }

    /// Adds every live memory of a user.
    mutating func addAll(ofUser user: Int64, in snapshot: Snapshot) throws {
        let memories = try snapshot.connection.rows(
            """
            SELECT document_key FROM documents WHERE user_key = ?1 AND agent_key IS NULL AND flags & 1 = 0 ORDER BY document_key
            """,
            user,
            as: { $0.int64(0) }
        )
        for memory in memories { try add(memory: memory, user: user, draftsOf: nil, in: snapshot) }
    }

    func share(of pages: IndexPages?) -> Int? {
        pages?.share(words: words, documents: sum.totalMemories)
    }

    /// What the word index takes for a word, and the other look-ups for a memory without its vector, in bytes. They are
    /// those of a file with 3,000 notes of some twenty words.
    private static let usualBytes = (word: 8, memory: 400)

    /// What the index takes for such memories in a usual file.
    ///
    /// - Parameter dimension: Of their vectors, which have a byte for each component; 0 without an embedder.
    func estimatedIndexBytes(dimension: Int) -> Int {
        words.saturatingMultiplying(by: Self.usualBytes.word)
            .saturatingAdding(sum.totalMemories * (Self.usualBytes.memory + dimension))
    }

    func allocation(indexBytes: Int?) -> MemoryAllocation {
        var result = sum
        result.indexBytes = indexBytes
        result.storageUtilizationMB = Double(result.payloadBytes.saturatingAdding(result.indexBytes ?? 0)) / 1_000_000
        return result
    }
}
