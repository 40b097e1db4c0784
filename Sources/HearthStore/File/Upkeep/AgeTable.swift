import HearthModel
import HearthRules
import HearthSQLite

/// The rows of `ages` and `upkeep_changes`: which memory is due when, found without reading the others.
enum AgeTable {
    /// What a row counts the age of.
    enum Kind: Int64 {
        case live = 0
        case deleted = 1
    }

    /// Which part of upkeep looks at what was changed.
    enum Part: Int64, CaseIterable {
        case ages = 1
        case duplicates = 2
    }

    struct Row: Sendable {
        var since: Timestamp
        var memory: Int64
    }

    /// The oldest rows of an agent; of deleted memories, the agent is 0.
    static func due(
        _ kind: Kind,
        agent: Int64,
        until cutoff: Timestamp,
        atMost count: Int,
        in connection: Connection
    ) throws -> [Row] {
        try connection.rows(
            """
            SELECT since, memory_key FROM ages WHERE kind = ?1 AND agent_key = ?2 AND since <= ?3
            ORDER BY since, memory_key LIMIT ?4
            """,
            kind.rawValue,
            agent,
            cutoff.rawValue,
            count,
            as: { Row(since: Timestamp(rawValue: $0.int64(0)), memory: $0.int64(1)) }
        )
    }

    static func remove(_ row: Row, _ kind: Kind, agent: Int64, in connection: Connection) throws {
        try connection.run(
            "DELETE FROM ages WHERE kind = ?1 AND agent_key = ?2 AND since = ?3 AND memory_key = ?4",
            kind.rawValue,
            agent,
            row.since.rawValue,
            row.memory
        )
    }

    static func insert(_ row: Row, _ kind: Kind, agent: Int64, in connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO ages (kind, agent_key, since, memory_key) VALUES (?1, ?2, ?3, ?4)",
            kind.rawValue,
            agent,
            row.since.rawValue,
            row.memory
        )
    }

    /// Notes when a memory's time comes.
    static func note(_ memory: AgedMemory, in connection: Connection) throws {
        let row = Row(since: memory.since, memory: memory.key)
        if memory.isDeleted {
            try insert(row, .deleted, agent: 0, in: connection)
        } else {
            try insert(row, .live, agent: memory.owner, in: connection)
        }
    }

    /// Notes that a memory was edited, deleted or restored.
    static func noteChange(of memory: Int64, in connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO upkeep_changes (part, memory_key) VALUES (1, ?1), (2, ?1)",
            memory
        )
    }

    /// Notes that a person took a memory out of the one that stood for it, so that it is not folded again.
    static func keepApart(_ memory: Int64, in connection: Connection) throws {
        try connection.run("INSERT OR IGNORE INTO upkeep_changes (part, memory_key) VALUES (3, ?1)", memory)
    }

    static func isKeptApart(_ memory: Int64, in connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM upkeep_changes WHERE part = 3 AND memory_key = ?1",
            memory,
            as: { _ in true }
        ) ?? false
    }

    /// The changed memories that a part of upkeep has not looked at yet.
    static func changes(_ part: Part, in connection: Connection) throws -> [Int64] {
        try connection.rows(
            "SELECT memory_key FROM upkeep_changes WHERE part = ?1",
            part.rawValue,
            as: { $0.int64(0) }
        )
    }

    /// Takes some of the changed memories that a part of upkeep has not looked at yet.
    static func takeChanges(_ part: Part, atMost count: Int, in connection: Connection) throws -> [Int64] {
        let memories = try connection.rows(
            "SELECT memory_key FROM upkeep_changes WHERE part = ?1 ORDER BY memory_key LIMIT ?2",
            part.rawValue,
            count,
            as: { $0.int64(0) }
        )
        for memory in memories {
            try connection.run(
                "DELETE FROM upkeep_changes WHERE part = ?1 AND memory_key = ?2",
                part.rawValue,
                memory
            )
        }
        return memories
    }
}
