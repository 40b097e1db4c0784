import HearthModel
import HearthRules
import HearthSQLite

/// The row of a conflict, which waits or is settled.
struct ConflictRow: Hashable, Sendable {
    var key: Int64
    var id: ConflictID
    var memory: Int64
    var kind: ConflictKind
    var strategy: ConflictResolution
    /// The common ancestor of the heads.
    var base: VersionID?
    var createdAt: Timestamp
    var isResolved: Bool
}

/// The rows of `conflicts`: for each memory at most one that waits, and those that a decision or an edit has settled.
enum ConflictTable {
    /// The conflict that waits on a memory; nil if none does.
    static func waiting(on record: MemoryRecord, in connection: Connection) throws -> ConflictRow? {
        guard record.flags.contains(.everConflicting) else { return nil }
        return try connection.first(
            """
            SELECT conflict_key, conflict_id, memory_key, kind, strategy, base, created_at, resolved_at IS NOT NULL
            FROM conflicts WHERE memory_key = ?1 AND resolved_at IS NULL
            """,
            record.key,
            as: row
        )
    }

    /// A conflict by its identifier, waiting or settled.
    static func find(_ id: ConflictID, in connection: Connection) throws -> ConflictRow? {
        try connection.first(
            """
            SELECT conflict_key, conflict_id, memory_key, kind, strategy, base, created_at, resolved_at IS NOT NULL
            FROM conflicts WHERE conflict_id = ?1
            """,
            id.rawValue,
            as: row
        )
    }

    /// Every conflict that waits. The oldest comes first.
    static func allWaiting(in connection: Connection) throws -> [ConflictRow] {
        try connection.rows(
            """
            SELECT conflict_key, conflict_id, memory_key, kind, strategy, base, created_at, resolved_at IS NOT NULL
            FROM conflicts WHERE resolved_at IS NULL ORDER BY created_at, conflict_key
            """,
            as: row
        )
    }

    /// The conflicts on memories of a user that wait. The oldest comes first.
    static func waiting(ofUser user: Int64, in connection: Connection) throws -> [ConflictRow] {
        try connection.rows(
            """
            SELECT conflict_key, conflict_id, memory_key, kind, strategy, base, created_at, resolved_at IS NOT NULL
            FROM conflicts WHERE user_key = ?1 AND resolved_at IS NULL ORDER BY created_at, conflict_key
            """,
            user,
            as: row
        )
    }

    /// The memories of a user on which a conflict waits.
    static func waitingMemories(ofUser user: Int64, in connection: Connection) throws -> Set<Int64> {
        Set(
            try connection.rows(
                "SELECT memory_key FROM conflicts WHERE user_key = ?1 AND resolved_at IS NULL",
                user,
                as: { $0.int64(0) }
            )
        )
    }

    static func begin(
        _ conflict: WaitingConflict,
        on record: MemoryRecord,
        strategy: ConflictResolution,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws -> ConflictRow {
        let row = try transaction.connection.first(
            """
            INSERT INTO conflicts (conflict_id, memory_key, user_key, kind, strategy, base, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            RETURNING conflict_key, conflict_id, memory_key, kind, strategy, base, created_at, resolved_at IS NOT NULL
            """,
            IdentifierGenerator.conflictID(at: now).rawValue,
            record.key,
            record.userKey,
            conflict.kind.rawValue,
            strategy.rawValue,
            conflict.base?.bytes,
            now.rawValue,
            as: row
        )
        guard let row else { throw MemoryError.corrupt("A conflict was not stored.") }
        _ = transaction.sequence
        return row
    }

    /// Notes that one more head has joined a conflict.
    static func join(
        _ conflict: ConflictRow,
        kind: ConflictKind,
        base: VersionID?,
        in transaction: StoreTransaction
    ) throws -> ConflictRow {
        var joined = conflict
        joined.kind = kind
        joined.base = base
        try transaction.connection.run(
            "UPDATE conflicts SET kind = ?2, base = ?3 WHERE conflict_key = ?1",
            conflict.key,
            kind.rawValue,
            base?.bytes
        )
        _ = transaction.sequence
        return joined
    }

    static func settle(
        _ conflict: ConflictRow,
        how: String,
        by agent: Int64,
        into version: VersionID,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        try transaction.connection.run(
            """
            UPDATE conflicts SET resolved_at = ?2, resolution = ?3, resolved_by = ?4, resolved_version = ?5 WHERE conflict_key = ?1
            """,
            conflict.key,
            now.rawValue,
            how,
            agent,
            version.bytes
        )
        try Counter.conflictsResolved.add(1, in: transaction)
        _ = transaction.sequence
    }

    private static func row(_ row: Row) throws -> ConflictRow {
        guard let kind = ConflictKind(rawValue: row.string(3)),
            let strategy = ConflictResolution(rawValue: row.string(4))
        else { throw MemoryError.corrupt("Conflict \(row.string(1)) does not read.") }
        return ConflictRow(
            key: row.int64(0),
            id: ConflictID(rawValue: row.string(1)),
            memory: row.int64(2),
            kind: kind,
            strategy: strategy,
            base: row.optionalBytes(5).map { VersionID(bytes: $0) },
            createdAt: Timestamp(rawValue: row.int64(6)),
            isResolved: row.bool(7)
        )
    }
}
