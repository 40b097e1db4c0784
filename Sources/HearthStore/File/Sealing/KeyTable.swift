import Crypto
import FoundationEssentials
import HearthModel
import HearthSQLite

/// The rows of `data_keys`: a user's identity key, which has number 0, and the data keys, each wrapped by a key of the
/// provider.
enum KeyTable {
    /// A key as the file holds it.
    struct Row: Sendable {
        var user: Int64
        var userID: UserID
        var number: UInt32
        /// The identifier of the provider's key that wraps it.
        var providerKey: String
        /// Nonce, ciphertext and tag.
        var wrapped: [UInt8]
    }

    /// The keys of a user, in the order of their numbers.
    static func rows(ofUser user: Int64, in connection: Connection) throws -> [Row] {
        try connection.rows(
            """
            SELECT k.user_key, u.user_id, k.number, k.provider_key, k.wrapped
            FROM data_keys AS k JOIN users AS u ON u.user_key = k.user_key WHERE k.user_key = ?1 ORDER BY k.number
            """,
            user,
            as: { row in
                Row(
                    user: row.int64(0),
                    userID: UserID(rawValue: row.string(1)),
                    number: UInt32(truncatingIfNeeded: row.int64(2)),
                    providerKey: row.string(3),
                    wrapped: row.bytes(4)
                )
            }
        )
    }

    /// The number of the data key that new memories of a user are sealed with; nil while the user has no keys.
    static func newest(ofUser user: Int64, in connection: Connection) throws -> UInt32? {
        try connection.first(
            "SELECT max(number) FROM data_keys WHERE user_key = ?1",
            user,
            as: { $0.optionalInt64(0).map { UInt32(truncatingIfNeeded: $0) } }
        ) ?? nil
    }

    /// Writes a new key, or one that was wrapped anew.
    static func write(_ row: Row, at now: Timestamp, in transaction: StoreTransaction) throws {
        try transaction.connection.run(
            """
            INSERT INTO data_keys (user_key, number, provider_key, wrapped, created_at) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (user_key, number) DO UPDATE SET provider_key = excluded.provider_key, wrapped = excluded.wrapped
            """,
            row.user,
            Int64(row.number),
            row.providerKey,
            row.wrapped,
            now.rawValue
        )
        _ = transaction.sequence
    }
}

extension KeyTable {
    /// Notes that keys were replaced or dropped: every process reads them anew.
    static func noteChange(in transaction: StoreTransaction) throws {
        try transaction.connection.run("UPDATE store SET keys_changed = ?1 WHERE id = 1", transaction.sequence)
        transaction.sealing = SealingCache()
    }

    /// What may be sealed with an older data key than the newest: the number follows the first byte.
    private static let uses: [StaticString] = [
        "SELECT 1 FROM memories WHERE user_key = ?1 AND sealed IS NOT NULL AND substr(sealed, 2, 4) != ?2 LIMIT 1",
        "SELECT 1 FROM drafts WHERE user_key = ?1 AND sealed IS NOT NULL AND substr(sealed, 2, 4) != ?2 LIMIT 1",
        "SELECT 1 FROM sealed_vectors WHERE user_key = ?1 AND sealed IS NOT NULL AND substr(sealed, 2, 4) != ?2 LIMIT 1",
        """
        SELECT 1 FROM versions AS v JOIN memories AS m ON m.memory_key = v.memory_key
        WHERE m.user_key = ?1 AND v.sealed IS NOT NULL AND substr(v.sealed, 2, 4) != ?2 LIMIT 1
        """,
    ]

    /// Removes the data keys of a user that are older than the newest, with the words that are sealed with them.
    ///
    /// - Returns: Whether it did, or there were none; not if something is sealed with one of them still.
    static func removeOld(ofUser user: Int64, in transaction: StoreTransaction) throws -> Bool {
        let connection = transaction.connection
        guard let newest = try newest(ofUser: user, in: connection) else { return true }
        let number = withUnsafeBytes(of: newest.littleEndian) { [UInt8]($0) }
        for statement in uses {
            guard try connection.first(statement, user, number, as: { _ in true }) == nil else { return false }
        }
        try connection.run("DELETE FROM sealed_words WHERE user_key = ?1 AND substr(sealed, 2, 4) != ?2", user, number)
        try connection.run(
            "DELETE FROM data_keys WHERE user_key = ?1 AND number > 0 AND number < ?2",
            user,
            Int64(newest)
        )
        try noteChange(in: transaction)
        return true
    }

    /// Writes to the audit what became of a user's keys.
    static func audit(
        _ event: String,
        _ detail: [String: String] = [:],
        ofUser user: Int64?,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        let system = try AgentTable.key(of: AgentProfile.system.id, in: transaction.connection)
        let detail = detail.merging(["event": event]) { $1 }
        let entry = AuditEntry(action: .key, agent: system, user: user, detail: detail)
        try AuditTrail.append(entry, at: now, to: transaction)
    }
}

extension KeyTable {
    /// A data key, and whose.
    struct Use: Hashable {
        var user: Int64
        var number: UInt32
    }

    private static let usesInPayloads = """
        SELECT user_key, substr(sealed, 2, 4) FROM memories WHERE sealed IS NOT NULL AND user_key = coalesce(?1, user_key)
        UNION SELECT user_key, substr(sealed, 2, 4) FROM drafts WHERE sealed IS NOT NULL AND user_key = coalesce(?1, user_key)
        UNION SELECT m.user_key, substr(v.sealed, 2, 4) FROM versions AS v JOIN memories AS m ON m.memory_key = v.memory_key
            WHERE v.sealed IS NOT NULL AND m.user_key = coalesce(?1, m.user_key)
        """
    private static let ofPayloads = ComposedSQL(usesInPayloads, "")
    private static let ofEverything = ComposedSQL(
        usesInPayloads,
        """
        UNION SELECT user_key, substr(sealed, 2, 4) FROM sealed_vectors WHERE sealed IS NOT NULL AND user_key = coalesce(?1, user_key)
        UNION SELECT user_key, substr(sealed, 2, 4) FROM sealed_words WHERE user_key = coalesce(?1, user_key)
        """
    )

    /// The data keys that something names as its own, whether the file has them or not.
    ///
    /// - Parameters:
    ///   - user: Only those of this user; nil: of all.
    ///   - payloadsAlone: Whether what can be made anew, words and vectors, does not count.
    static func inUse(ofUser user: Int64?, payloadsAlone: Bool = false, in connection: Connection) throws -> Set<Use> {
        let uses = try connection.rows(
            payloadsAlone ? ofPayloads : ofEverything,
            user,
            as: { row in
                // What is shorter names none, and does not open.
                let number = row.bytes(1)
                return number.count == 4
                    ? Use(user: row.int64(0), number: number.reversed().reduce(0) { $0 << 8 | UInt32($1) }) : nil
            }
        )
        return Set(uses.compactMap(\.self))
    }

    /// Whether the file has a key of a user.
    static func has(_ number: UInt32, ofUser user: Int64, in connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM data_keys WHERE user_key = ?1 AND number = ?2",
            user,
            Int64(number),
            as: { _ in true }
        ) ?? false
    }

    /// The memories of a user of which a part is sealed with an older data key than the newest.
    static func memoriesBehind(ofUser user: Int64, in connection: Connection) throws -> [MemoryID] {
        guard let newest = try newest(ofUser: user, in: connection) else { return [] }
        return try connection.rows(
            """
            SELECT identifier FROM memories AS m WHERE user_key = ?1 AND (
                m.sealed IS NOT NULL AND substr(m.sealed, 2, 4) != ?2
                OR EXISTS (SELECT 1 FROM drafts AS d WHERE d.memory_key = m.memory_key AND d.sealed IS NOT NULL
                    AND substr(d.sealed, 2, 4) != ?2)
                OR EXISTS (SELECT 1 FROM versions AS v WHERE v.memory_key = m.memory_key AND v.sealed IS NOT NULL
                    AND substr(v.sealed, 2, 4) != ?2))
            ORDER BY memory_key
            """,
            user,
            withUnsafeBytes(of: newest.littleEndian) { [UInt8]($0) },
            as: { $0.memoryID(0) }
        )
    }
}

extension KeyTable.Row {
    private static let domain = "hearth.data-key.1"

    /// Wraps a key.
    init(
        _ key: SymmetricKey,
        number: UInt32,
        user: Int64,
        userID: UserID,
        node: String,
        by provider: (identifier: String, key: SymmetricKey)
    ) throws {
        let associated = Self.associatedData(node: node, user: userID, number: number)
        let box = try key.withUnsafeBytes {
            try AES.GCM.seal($0, using: provider.key, nonce: AES.GCM.Nonce(), authenticating: associated)
        }
        guard let wrapped = box.combined else { throw MemoryError.corrupt("A key was not wrapped.") }
        self.init(
            user: user,
            userID: userID,
            number: number,
            providerKey: provider.identifier,
            wrapped: [UInt8](wrapped)
        )
    }

    /// The key itself.
    ///
    /// - Throws: `.decryptionFailed` if the provider's key is not the one that wraps it.
    func unwrapped(by provider: SymmetricKey, node: String) throws(MemoryError) -> SymmetricKey {
        do {
            let box = try AES.GCM.SealedBox(combined: wrapped)
            let associated = Self.associatedData(node: node, user: userID, number: number)
            return SymmetricKey(data: try AES.GCM.open(box, using: provider, authenticating: associated))
        } catch {
            throw MemoryError(
                code: .decryptionFailed,
                message: """
                    The key \(providerKey) that the key provider gave does not open the keys of user \(userID). Give the key that the \
                    sensitive memories were stored with; nothing was changed.
                    """
            )
        }
    }

    private static func associatedData(node: String, user: UserID, number: UInt32) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append(domain)
        encoder.append(node)
        encoder.append(user.rawValue)
        encoder.append(Int64(number))
        return encoder.bytes
    }
}
