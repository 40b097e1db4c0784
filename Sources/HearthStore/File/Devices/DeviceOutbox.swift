import FoundationEssentials
import HearthModel
import HearthSQLite

/// What other devices have to learn of this file. Triggers write the rows; see ``SchemaV12``.
enum DeviceOutbox {
    /// What kind of thing an entry is about.
    enum Part: Int {
        case memory = 1
        case version, share, session, agent, policy, tombstone, erasure
        /// Whether a memory is sensitive, after that has changed.
        case sensitivity
    }

    /// One thing to be sent.
    struct Entry: Sendable {
        var number: Int64
        /// Nil if a later release wrote the entry.
        var part: Part?
        var key: Int64
        /// The version's id.
        var version: [UInt8]
        /// The agent of a share.
        var agent: Int64
        /// A tombstone, or an erasure as JSON.
        var text: String
        /// When it was changed, for what is settled by the time of the change.
        var time: HybridTime?
    }

    private static let columns = """
        SELECT entry, part, key, iif(part = 2, item, x''), iif(part = 3, item, 0), iif(part > 6, item, ''), time FROM device_outbox
        """
    private static let behind = ComposedSQL(columns, "WHERE entry > ?1 ORDER BY entry LIMIT ?2")
    private static let one = ComposedSQL(columns, "WHERE part = ?1 AND key = ?2 AND item = ?3")

    /// The entries behind a number, in order.
    static func entries(after number: Int64, atMost count: Int, in connection: Connection) throws -> [Entry] {
        try connection.rows(behind, number, count, as: read)
    }

    /// What was changed here of a thing and not sent yet.
    static func entry(_ part: Part, key: Int64, agent: Int64 = 0, in connection: Connection) throws -> Entry? {
        try connection.first(one, part.rawValue, key, agent, as: read)
    }

    private static func read(_ row: Row) throws -> Entry {
        Entry(
            number: row.int64(0),
            part: Part(rawValue: row.int(1)),
            key: row.int64(2),
            version: row.bytes(3),
            agent: row.int64(4),
            text: row.string(5),
            time: row.optionalInt64(6).map(HybridTime.init(rawValue:))
        )
    }

    static func count(in connection: Connection) throws -> Int {
        try connection.first("SELECT count(*) FROM device_outbox", as: { $0.int(0) }) ?? 0
    }

    /// The number of the latest entry; 0 if there is none.
    static func latest(in connection: Connection) throws -> Int64 {
        try connection.first("SELECT coalesce(max(entry), 0) FROM device_outbox", as: { $0.int64(0) }) ?? 0
    }

    /// Gives changes of sessions a time, of which this is the next, or one later than that of their last change.
    ///
    /// - Returns: Whether there were any.
    static func stampSessions(at time: HybridTime, in connection: Connection) throws -> Bool {
        try connection.first(
            """
            UPDATE device_outbox SET time = max(?1, coalesce(
                (SELECT r.time + 1 FROM device_registers AS r WHERE r.name = 'session ' || device_outbox.key), 0))
            WHERE part = 4 AND time IS NULL RETURNING 1
            """,
            time.rawValue,
            as: { _ in true }
        ) ?? false
    }

    /// Gives the entries of some parts that have no time yet the time of their change.
    static func stamp(_ parts: [Part], at time: HybridTime, in connection: Connection) throws {
        for part in parts {
            try connection.run(
                "UPDATE device_outbox SET time = ?2 WHERE part = ?1 AND time IS NULL",
                part.rawValue,
                time.rawValue
            )
        }
    }

    static func stamp(share agent: Int64, of memory: Int64, at time: HybridTime, in connection: Connection) throws {
        try connection.run(
            "UPDATE device_outbox SET time = ?3 WHERE part = 3 AND key = ?1 AND item = ?2",
            memory,
            agent,
            time.rawValue
        )
    }

    /// Takes out what another device has said already.
    static func remove(_ part: Part, key: Int64, agent: Int64 = 0, in connection: Connection) throws {
        try connection.run(
            "DELETE FROM device_outbox WHERE part = ?1 AND key = ?2 AND item = ?3",
            part.rawValue,
            key,
            agent
        )
    }

    static func remove(version: VersionID, of memory: Int64, in connection: Connection) throws {
        try connection.run(
            "DELETE FROM device_outbox WHERE part = 2 AND key = ?1 AND item = ?2",
            memory,
            version.bytes
        )
    }

    static func remove(entries: [Int64], in connection: Connection) throws {
        for entry in entries { try connection.run("DELETE FROM device_outbox WHERE entry = ?1", entry) }
    }

    /// Notes that a memory has become sensitive, or plain again.
    static func note(sensitivityOf memory: Int64, at time: HybridTime, in connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO device_outbox (part, key, item, time) VALUES (?1, ?2, 0, ?3)",
            Part.sensitivity.rawValue,
            memory,
            time.rawValue
        )
    }

    /// Notes every version of a memory.
    static func note(versionsOf memory: Int64, in connection: Connection) throws {
        try connection.run("INSERT OR REPLACE INTO device_outbox (part, key, item) VALUES (1, ?1, 0)", memory)
        try connection.run(
            """
            INSERT OR REPLACE INTO device_outbox (part, key, item)
            SELECT 2, memory_key, version_id FROM versions WHERE memory_key = ?1 ORDER BY published_order
            """,
            memory
        )
    }

    /// Follows a version that gets another id.
    static func rename(_ version: VersionID, to new: VersionID, of memory: Int64, in connection: Connection) throws {
        try connection.run(
            "UPDATE device_outbox SET item = ?3 WHERE part = 2 AND key = ?1 AND item = ?2",
            memory,
            version.bytes,
            new.bytes
        )
    }

    /// What was removed of a user and not sent yet.
    static func tombstones(of user: Int64, in connection: Connection) throws -> [NotedTombstone] {
        try connection.rows(
            "SELECT item FROM device_outbox WHERE part = 7 AND key = ?1 ORDER BY entry",
            user,
            as: { NotedTombstone($0.string(0)) }
        )
        .compactMap(\.self)
    }

    /// Erasures that were not sent yet.
    static func erasures(in connection: Connection) throws -> [NotedErasure] {
        try connection.rows(
            "SELECT item FROM device_outbox WHERE part = ?1 ORDER BY entry",
            Part.erasure.rawValue,
            as: { NotedErasure(json: $0.string(0)) }
        )
        .compactMap(\.self)
    }

    /// Notes an erasure, which no row tells of afterwards.
    static func note(erasure json: String, in connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO device_outbox (part, key, item) VALUES (?1, 0, ?2)",
            Part.erasure.rawValue,
            json
        )
    }
}

/// A removed memory as its entry says it: the owner's key, when it was deleted and the identifier, with blanks between them.
struct NotedTombstone {
    var owner: Int64
    var deletedAt: Int64
    var id: MemoryID

    /// Nil if it does not read.
    init?(_ text: String) {
        // The identifier may hold blanks too.
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let owner = Int64(parts[0]), let deletedAt = Int64(parts[1]) else { return nil }
        (self.owner, self.deletedAt, id) = (owner, deletedAt, MemoryID(rawValue: String(parts[2])))
    }
}

/// The facts that were exchanged already.
enum DeviceFacts {
    static func contains(_ fact: [UInt8], in connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM device_facts WHERE fact = ?1", fact, as: { _ in true }) ?? false
    }

    static func insert(_ fact: [UInt8], memory: Int64?, in connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO device_facts (fact, memory_key) VALUES (?1, ?2)",
            fact,
            memory
        )
    }

    /// Forgets a memory that is erased or removed: what was exchanged of it, and what was to be sent. A fact's id is a digest of
    /// what it says, and an entry names versions.
    ///
    /// - Returns: The facts.
    @discardableResult
    static func forget(memory: Int64, in connection: Connection) throws -> [[UInt8]] {
        let facts = try connection.rows(
            "SELECT fact FROM device_facts WHERE memory_key = ?1",
            memory,
            as: { $0.bytes(0) }
        )
        try connection.run("DELETE FROM device_facts WHERE memory_key = ?1", memory)
        try connection.run("DELETE FROM device_outbox WHERE part IN (1, 2, 3, 9) AND key = ?1", memory)
        try connection.run("DELETE FROM device_registers WHERE name = ?1", String.sensitivity(of: memory))
        for kind in ["origin", "share"] {
            // Names are the kind, the memory's key and more, with blanks between them; '!' comes next after the blank.
            try connection.run(
                "DELETE FROM device_registers WHERE name > ?2 || ' ' || ?1 || ' ' AND name < ?2 || ' ' || ?1 || '!'",
                memory,
                kind
            )
        }
        return facts
    }

    /// Forgets under which ids a memory was exchanged while it was plain.
    static func forgetIDs(memory: Int64, in connection: Connection) throws {
        try connection.run("DELETE FROM device_facts WHERE memory_key = ?1", memory)
        try connection.run(
            "UPDATE device_registers SET fact = x'' WHERE name > 'share ' || ?1 || ' ' AND name < 'share ' || ?1 || '!'",
            memory
        )
    }

    /// Forgets what is left of a user whose memories are forgotten.
    static func forget(user: Int64, in connection: Connection) throws {
        try connection.run(
            "DELETE FROM device_outbox WHERE part = 4 AND key IN (SELECT session_key FROM sessions WHERE user_key = ?1)",
            user
        )
        try connection.run(
            "DELETE FROM device_registers WHERE name IN (SELECT 'session ' || session_key FROM sessions WHERE user_key = ?1)",
            user
        )
        try connection.run("DELETE FROM device_outbox WHERE part = 7 AND key = ?1", user)
    }
}

/// What was said of memories beside their versions and does not hold, because another device's first version is earlier. Without it nobody
/// could tell the ids of the rows that said so, which an erasure must reach: those of sensitive memories are not kept.
///
/// They are among the registers, whose names are free: 'origin', the memory's key and what was said, with blanks between them.
enum DeviceOrigins {
    static func note(_ origin: VersionFact.Origin, of memory: Int64, in connection: Connection) throws {
        // An identifier of another memory is kept nowhere once that memory is erased.
        guard origin.parent == nil else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let said = String(decoding: try encoder.encode(origin), as: UTF8.self)
        try DeviceRegisters.set("origin \(memory) \(said)", to: .zero, fact: [], in: connection)
    }

    static func all(of memory: Int64, in connection: Connection) throws -> [VersionFact.Origin] {
        let start = "origin \(memory) "
        return
            try connection.rows(
                "SELECT name FROM device_registers WHERE name > 'origin ' || ?1 || ' ' AND name < 'origin ' || ?1 || '!'",
                memory,
                as: { row in
                    // One that does not read names nothing.
                    try? JSONDecoder()
                        .decode(VersionFact.Origin.self, from: Data(row.string(0).utf8.dropFirst(start.utf8.count)))
                }
            )
            .compactMap(\.self)
    }
}

/// What the latest change replaces: the policy, profiles, shares, whether a memory is sensitive.
enum DeviceRegisters {
    /// When a memory last became sensitive, or plain again. Zero: it was sensitive as the file joined. One: it is sensitive because
    /// another device has it so, and was plain while files exchanged; nobody has said when that changed. Nil: it is as it was stored.
    static func sensitivityChange(of memory: Int64, in connection: Connection) throws -> HybridTime? {
        let entry = try DeviceOutbox.entry(.sensitivity, key: memory, in: connection)
        return try entry?.time ?? find(.sensitivity(of: memory), in: connection)?.time
    }

    struct Register {
        var time: HybridTime
        var fact: [UInt8]

        /// Whether another change replaces this one.
        func precedes(_ time: HybridTime, _ fact: [UInt8]) -> Bool {
            self.time == time ? self.fact.lexicographicallyPrecedes(fact) : self.time < time
        }
    }

    static func find(_ name: String, in connection: Connection) throws -> Register? {
        try connection.first(
            "SELECT time, fact FROM device_registers WHERE name = ?1",
            name,
            as: { Register(time: HybridTime(rawValue: $0.int64(0)), fact: $0.bytes(1)) }
        )
    }

    static func set(_ name: String, to time: HybridTime, fact: [UInt8], in connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO device_registers (name, time, fact) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET time = excluded.time, fact = excluded.fact
            """,
            name,
            time.rawValue,
            fact
        )
    }

    /// The greatest time of a version that another device made and this one has taken over.
    static func heard(in connection: Connection) throws -> HybridTime {
        try find(.heard, in: connection)?.time ?? .zero
    }

    static func note(heard time: HybridTime, in connection: Connection) throws {
        guard try heard(in: connection) < time else { return }
        try set(.heard, to: time, fact: [], in: connection)
    }

    /// The latest of all changes of agents and the policy.
    static func latestPolicy(in connection: Connection) throws -> HybridTime {
        HybridTime(
            rawValue: try connection.first(
                "SELECT max(time) FROM device_registers WHERE name = 'policy' OR name > 'agent ' AND name < 'agent!'",
                as: { $0.optionalInt64(0) ?? 0 }
            ) ?? 0
        )
    }
}
