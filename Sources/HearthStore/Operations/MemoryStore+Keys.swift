import Crypto
import HearthModel
import HearthSQLite

extension MemoryStore {
    /// Runs a call. If it needs keys that are not in memory, gets them, while no transaction is open, and runs it again.
    func withKeys<R>(_ call: () async throws -> R) async throws -> R {
        var missing: Set<UInt32> = []
        while true {
            do {
                return try await call()
            } catch let need as KeysNeeded {
                let keys = try await loadKeys(need)
                // A key that was replaced while the call was reading is not needed by what it reads next.
                if let number = need.number, keys.dataKeys[number] == nil, !missing.insert(number).inserted {
                    throw MemoryError.unsealable("Something that is sealed with data key \(number)")
                }
            }
        }
    }

    /// The keys that new memories of a user are sealed with. A user who has none gets them.
    ///
    /// - Throws: `.keyUnavailable`, `.decryptionFailed`.
    func sealingKeys(of userID: UserID) async throws -> UserKeys {
        guard keyring.provider != nil else { throw MemoryError.noKeyToSeal() }
        let (user, newest) = try read { snapshot in
            let user = try UserTable.find(userID, in: snapshot.connection)
            return (user, try user.flatMap { try KeyTable.newest(ofUser: $0, in: snapshot.connection) })
        }
        if let user, let newest {
            if let keys = keyring.loaded(user), keys.newest.number == newest { return keys }
            return try await loadKeys(KeysNeeded(user: user, forSealing: true))
        }
        return try await loadKeys(KeysNeeded(user: try await makeKeys(of: userID), forSealing: true))
    }

    /// Gets the keys of every user that can be had.
    func loadAllKeys() async {
        guard keyring.provider != nil else { return }
        do {
            let users = try read { snapshot in
                try snapshot.connection.rows("SELECT DISTINCT user_key FROM data_keys", as: { $0.int64(0) })
            }
            for user in users where keyring.loaded(user) == nil { try await loadKeysIfPossible(ofUser: user) }
        } catch {
            log.trace(error, "Sensitive memories could not be checked.")
        }
    }

    /// Gets the keys of a user if they can be had.
    func loadKeysIfPossible(ofUser user: Int64) async throws {
        do {
            _ = try await loadKeys(KeysNeeded(user: user))
        } catch let error as CancellationError {
            throw error
        } catch {
            log.trace(error, "The sensitive memories of a user could not be opened.")
        }
    }

    private func loadKeys(_ need: KeysNeeded) async throws -> UserKeys {
        guard let provider = keyring.provider else {
            throw need.forSealing ? MemoryError.noKeyToMakeSensitive() : MemoryError.noKeyToRead()
        }
        return try await keyring.loading(need.user) { [self] in
            var (rows, state, userID) = try keyRows(ofUser: need.user)
            if rows.isEmpty {
                guard need.forSealing, let userID else { throw MemoryError.keysDestroyed() }
                _ = try await makeKeys(of: userID)
                (rows, state, _) = try keyRows(ofUser: need.user)
            }
            let loaded = try await unwrapped(rows, ofUser: need.user, node: state.node, by: provider)
            if keyring.install(loaded, readAt: state.keysChanged) { log.sayKeysAreNotLocked() }
            return loaded
        }
    }

    /// The keys of a user out of the rows that hold them.
    private func unwrapped(
        _ rows: [KeyTable.Row],
        ofUser user: Int64,
        node: String,
        by provider: any KeyProvider
    ) async throws -> UserKeys {
        var providerKeys: [String: SymmetricKey] = [:]
        var keys: [UInt32: SymmetricKey] = [:]
        for row in rows {
            if providerKeys[row.providerKey] == nil {
                providerKeys[row.providerKey] = try await sayingFailure {
                    try await provider.checkedKey(for: row.providerKey).key
                }
            }
            guard let wrapping = providerKeys[row.providerKey] else { continue }
            keys[row.number] = try row.unwrapped(by: wrapping, node: node)
        }
        return try UserKeys(user: user, keys: keys)
    }

    /// Unwraps the keys of every user, also of those whose keys are in memory, and gets those that are not.
    ///
    /// - Returns: Which keys the provider does not give, and which it opens no more.
    func checkKeys() async throws -> KeyCheck {
        let (users, changed) = try read { snapshot in
            let users = try snapshot.connection.rows("SELECT DISTINCT user_key FROM data_keys", as: { $0.int64(0) })
            return (users, snapshot.state.keysChanged)
        }
        var check = KeyCheck(changed: changed)
        guard let provider = keyring.provider else { return check }
        for user in users {
            do {
                let (rows, state, _) = try keyRows(ofUser: user)
                // Erased meanwhile.
                if rows.isEmpty { continue }
                let keys = try await unwrapped(rows, ofUser: user, node: state.node, by: provider)
                guard keyring.loaded(user) == nil else { continue }
                if keyring.install(keys, readAt: state.keysChanged) { log.sayKeysAreNotLocked() }
            } catch let error as MemoryError where error.isDamage {
                check.damaged[user] = error.message
            } catch let error as MemoryError where error.code == .keyUnavailable {
                log.trace(error, "The sensitive memories of a user could not be checked.")
            }
        }
        return check
    }

    /// Asks for a key, and says in the log if it could not be had.
    private func sayingFailure<R>(_ ask: () async throws -> R) async throws -> R {
        do {
            return try await ask()
        } catch {
            log.sayKeyIsMissing(error)
            throw error
        }
    }

    private func keyRows(ofUser user: Int64) throws -> (rows: [KeyTable.Row], state: StoreState, userID: UserID?) {
        try read { snapshot in
            let userID = try snapshot.connection.first(
                "SELECT user_id FROM users WHERE user_key = ?1",
                user,
                as: { UserID(rawValue: $0.string(0)) }
            )
            return (try KeyTable.rows(ofUser: user, in: snapshot.connection), snapshot.state, userID)
        }
    }

    /// Makes the keys of a user, unless another call or process has just made them.
    ///
    /// - Returns: The user's key in the file.
    private func makeKeys(of userID: UserID) async throws -> Int64 {
        guard let provider = keyring.provider else { throw MemoryError.noKeyToSeal() }
        let wrapping = try await provider.checkedKey(for: nil)
        let now = clock.now()
        let made = try await writeOnce { transaction in
            let user = try transaction.keys.user(userID, now: now, in: transaction.connection)
            guard try KeyTable.newest(ofUser: user, in: transaction.connection) == nil else { return user }
            // New keys under the numbers of lost ones would hide the loss.
            let lost = try KeyTable.inUse(ofUser: user, payloadsAlone: true, in: transaction.connection)
            guard lost.isEmpty else { throw MemoryError.keysLost(of: userID) }
            for number in [UserKeys.identityNumber, UserKeys.identityNumber + 1] {
                let row = try KeyTable.Row(
                    SymmetricKey(size: .bits256),
                    number: number,
                    user: user,
                    userID: userID,
                    node: transaction.state.node,
                    by: wrapping
                )
                try KeyTable.write(row, at: now, in: transaction)
            }
            try KeyTable.audit("make", ofUser: user, at: now, in: transaction)
            return user
        }
        log.sayKeysMade()
        return made
    }
}

extension KeyProvider {
    /// A key that may wrap others.
    ///
    /// - Throws: `.keyUnavailable` with what the provider threw, or if its key is not of 256 bits.
    func checkedKey(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        let given: (identifier: String, key: SymmetricKey)
        do {
            given = try await key(for: identifier)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw MemoryError.providerFailed(error)
        }
        guard given.key.bitCount == SecretPage.keySize * 8 else {
            throw MemoryError(
                code: .keyUnavailable,
                message: "The key provider gave a key of \(given.key.bitCount) bits; one of 256 bits is needed."
            )
        }
        return given
    }
}

/// Which keys the key provider opens, as a verification found them.
struct KeyCheck: Sendable {
    /// The state of the file's keys that was looked at.
    var changed: Int64
    /// What is wrong with the keys of a user that do not open, by user.
    var damaged: [Int64: String] = [:]

    /// Whether a key that is not in memory is lost, rather than not given by the provider.
    func isLost(_ need: KeysNeeded, in snapshot: Snapshot) throws -> Bool {
        if damaged[need.user] != nil { return true }
        if let number = need.number, snapshot.keyring.loaded(need.user) != nil {
            return try !KeyTable.has(number, ofUser: need.user, in: snapshot.connection)
        }
        return try KeyTable.newest(ofUser: need.user, in: snapshot.connection) == nil
    }
}

extension MemoryError {
    /// Thrown where keys would be made for a user who has something that is sealed with keys that are gone.
    fileprivate static func keysLost(of user: UserID) -> MemoryError {
        MemoryError(
            code: .decryptionFailed,
            message: """
                The file has lost the keys of user \(user), and holds sensitive memories that are sealed with them. Restore the file from a \
                backup, or erase the user; nothing was stored.
                """
        )
    }

    /// Thrown for what is sealed with keys that the file no longer has.
    fileprivate static func keysDestroyed() -> MemoryError {
        MemoryError(
            code: .decryptionFailed,
            message:
                "The file has no keys for this user's sensitive memories: they were erased, or the file is damaged."
        )
    }
}
