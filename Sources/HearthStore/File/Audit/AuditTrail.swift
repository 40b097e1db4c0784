import Crypto
import HearthModel
import HearthRules
import HearthSQLite

/// An audit row that is to be written.
struct AuditEntry: Sendable {
    var action: AuditAction
    /// Who acted.
    var agent: Int64
    /// Whose memories.
    var user: Int64?
    /// Which memories, by key, so that the row tells nothing once a memory is erased.
    var memories: [Int64] = []
    /// More for people to read: other agents, permission, reason. Never a word of a memory.
    var detail: [String: String] = [:]
}

extension AuditEntry {
    /// The row of an attempt that was refused.
    init(refusing attempt: String, of record: MemoryRecord, to agent: KnownAgent) {
        self.init(
            action: .refuse,
            agent: agent.key,
            user: record.userKey,
            memories: [record.key],
            detail: ["attempt": attempt]
        )
    }
}

/// A link of the chain: how many rows it has up to here, and the hash of the last of them.
struct AuditEnd: Hashable, Sendable {
    var count: Int64
    var hash: [UInt8]

    /// Before the first row.
    static let genesis = AuditEnd(count: 0, hash: AuditTrail.genesis)

    /// The last link.
    static func read(_ connection: Connection) throws -> AuditEnd {
        try checked(
            connection.first("SELECT count, hash FROM audit_head WHERE id = 1") { row in
                AuditEnd(count: row.int64(0), hash: row.bytes(1))
            }
        )
    }

    /// The link that the rows of the file begin behind: what went before it was pruned.
    static func readPruned(_ connection: Connection) throws -> AuditEnd {
        try checked(
            connection.first("SELECT pruned_count, pruned_hash FROM audit_head WHERE id = 1") { row in
                AuditEnd(count: row.int64(0), hash: row.bytes(1))
            }
        )
    }

    private static func checked(_ end: AuditEnd?) throws -> AuditEnd {
        guard let end, (0..<Int64.max).contains(end.count) else {
            throw MemoryError.corrupt("The end of the audit chain is missing.")
        }
        return end
    }

    func write(_ connection: Connection) throws {
        try connection.run("UPDATE audit_head SET count = ?1, hash = ?2 WHERE id = 1", count, hash)
    }
}

/// The audit: a chain of rows, in which the hash of each row covers the hash of the row before it.
enum AuditTrail {
    /// What the first row's hash covers.
    static let genesis = [UInt8](repeating: 0, count: SHA256.byteCount)

    static func append(_ entry: AuditEntry, at time: Timestamp, to transaction: StoreTransaction) throws {
        var end = try transaction.auditEnd()
        let memories = FieldText.array(entry.memories.map(String.init))
        let detail = FieldText.object(entry.detail)
        end.count += 1
        end.hash = hash(
            previous: end.hash,
            position: end.count,
            at: time.rawValue,
            action: entry.action.rawValue,
            agent: entry.agent,
            user: entry.user,
            memories: memories,
            detail: detail
        )
        do {
            try transaction.connection.run(
                """
                INSERT INTO audit (position, at, action, agent_key, user_key, memories, detail, hash)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                """,
                end.count,
                time.rawValue,
                entry.action.rawValue,
                entry.agent,
                entry.user,
                memories,
                detail,
                end.hash
            )
        } catch ResultCode.constraintOfKey {
            throw MemoryError.corrupt(
                "The audit is damaged: it has a row \(end.count) behind the one that was written last."
            )
        }
        transaction.auditDidGrow(to: end)
    }

    /// SHA-256 over the canonical encoding of a row. The article on the audit describes the encoding.
    static func hash(
        previous: [UInt8],
        position: Int64,
        at: Int64,
        action: String,
        agent: Int64,
        user: Int64?,
        memories: String,
        detail: String
    ) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(contentsOf: previous)
        encoder.append(position)
        encoder.append(at)
        encoder.append(action)
        encoder.append(agent)
        encoder.append(Int64(user == nil ? 0 : 1))
        encoder.append(user ?? 0)
        encoder.append(memories)
        encoder.append(detail)
        return Array(SHA256.hash(data: encoder.bytes))
    }
}

/// A refusal that is to be audited. The operation is rolled back, and the audit row is written in a transaction of its
/// own.
struct AuditedRefusal: Error {
    var error: MemoryError
    var entry: AuditEntry

    init(_ error: MemoryError, _ entry: AuditEntry) {
        self.error = error
        self.entry = entry
    }
}

extension AuditedRefusal {
    /// Refuses what an agent may not do with a memory.
    ///
    /// The error is `.memoryNotFound` if the agent may not even see the memory, or if the caller knows that it is
    /// hidden from the agent. Otherwise it is `.accessDenied`.
    init(
        of attempt: String,
        of record: MemoryRecord,
        as viewer: KnownAgent,
        in snapshot: Snapshot,
        isHidden: Bool = false
    ) throws {
        let entry = AuditEntry(refusing: attempt, of: record, to: viewer)
        guard try !isHidden && snapshot.standing(of: viewer, to: record) != .none else {
            self.init(.memoryNotFound(record.id), entry)
            return
        }
        self.init(
            MemoryError(
                code: .accessDenied,
                message:
                    "Agent \(viewer.id) may see memory \(record.id) but not do this to it (\(attempt)); its owner \(record.owner) may."
            ),
            entry
        )
    }
}
