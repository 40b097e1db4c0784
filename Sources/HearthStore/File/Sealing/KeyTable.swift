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
    private static let users: [StaticString] = [
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
        for statement in users {
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
