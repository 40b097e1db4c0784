import HearthModel
import HearthSQLite

/// What a transaction knows of users' keys, and of the words of their sensitive memories.
struct SealingCache {
    private struct Number: Hashable {
        var user: Int64
        var number: UInt32
    }

    fileprivate var current: [Int64: UserKeys] = [:]
    /// By user.
    private var tokens: [Int64: Set<String>] = [:]
    private var numbers: Set<Number> = []

    /// Notes a token that is in the file.
    ///
    /// - Returns: Whether the transaction did not know it.
    mutating func note(_ token: String, user: Int64) -> Bool {
        tokens[user, default: []].insert(token).inserted
    }

    fileprivate mutating func noteKey(_ number: UInt32, user: Int64) -> Bool {
        numbers.insert(Number(user: user, number: number)).inserted
    }
}

extension StoreTransaction {
    /// The keys that new payloads of a user are sealed with: those of the file as it is now.
    ///
    /// - Throws: ``KeysNeeded`` if they are not in memory, or if another process has replaced or destroyed them.
    func sealingKeys(ofUser user: Int64, from keyring: Keyring) throws -> UserKeys {
        if let keys = sealing.current[user] { return keys }
        let newest = try KeyTable.newest(ofUser: user, in: connection)
        guard let newest, let keys = keyring.loaded(user), keys.newest.number == newest else {
            throw KeysNeeded(user: user, number: newest, forSealing: true)
        }
        sealing.current[user] = keys
        return keys
    }

    /// Makes sure that what was prepared with a data key may be written: the key has not been destroyed meanwhile.
    func requireKey(_ key: DataKey, ofUser user: Int64) throws {
        guard sealing.noteKey(key.number, user: user) else { return }
        guard try KeyTable.has(key.number, ofUser: user, in: connection) else {
            throw MemoryError(
                code: .keyUnavailable,
                message: "The keys of this user were replaced meanwhile; nothing was stored. Try again."
            )
        }
    }
}
