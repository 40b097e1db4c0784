import Crypto
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many memories one transaction seals anew.
    private static let batch = 64

    /// Replaces the keys of every user's sensitive memories, while others read and write; durable on return.
    ///
    /// The data keys are wrapped by the provider's current key. Then each user gets a new data key, and payloads,
    /// vectors, words and tags are sealed with it, batch by batch. Meanwhile both keys are in use. An old key is removed
    /// once nothing is sealed with it. A rotation that was stopped or killed leaves everything readable, and the next one
    /// goes on where it ended: it makes no new key for a user who has two. Several processes may rotate at once. Ids of
    /// versions and checksums stay, and the identity key that they are made with.
    ///
    /// - Throws: `.keyUnavailable` if the provider does not give its current key and each one that wraps a key.
    package func rotateKeys() async throws -> KeyRotationReport {
        guard let provider = keyring.provider else { throw MemoryError.noKeyToRotate() }
        let wrapping = try await provider.checkedKey(for: nil)
        let users = try read { snapshot in
            try snapshot.connection.rows(
                "SELECT DISTINCT user_key FROM data_keys ORDER BY user_key",
                as: { $0.int64(0) }
            )
        }
        var report = KeyRotationReport(users: users.count)
        for user in users {
            report.keysRewrapped += try await rewrapKeys(ofUser: user, by: wrapping, from: provider)
            try await makeDataKey(ofUser: user, by: wrapping)
            report.memoriesResealed += try await resealMemories(ofUser: user)
        }
        if !users.isEmpty {
            try await writePublishing { context in
                try context.leaveTraces()
                let system = try context.directory.agent(AgentProfile.system.id).key
                let detail = ["event": "rotate", "users": "\(users.count)"]
                let entry = AuditEntry(action: .key, agent: system, detail: detail)
                try AuditTrail.append(entry, at: context.now, to: context.transaction)
            }
        }
        report.isComplete = try read(Self.isScrubbed)
        return report
    }

    /// Wraps a user's keys by the provider's current key.
    private func rewrapKeys(
        ofUser user: Int64,
        by wrapping: (identifier: String, key: SymmetricKey),
        from provider: any KeyProvider
    ) async throws -> Int {
        let (rows, node) = try read { snapshot in
            (try KeyTable.rows(ofUser: user, in: snapshot.connection), snapshot.state.node)
        }
        var rewrapped: [(old: KeyTable.Row, new: KeyTable.Row)] = []
        for row in rows where row.providerKey != wrapping.identifier {
            let old = try await provider.checkedKey(for: row.providerKey).key
            let new = try KeyTable.Row(
                row.unwrapped(by: old, node: node),
                number: row.number,
                user: user,
                userID: row.userID,
                node: node,
                by: wrapping
            )
            rewrapped.append((row, new))
        }
        guard !rewrapped.isEmpty else { return 0 }
        let now = clock.now()
        return try await writeOnce { [rewrapped] transaction in
            let present = try KeyTable.rows(ofUser: user, in: transaction.connection).map(\.wrapped)
            // Another process may have wrapped or dropped a key meanwhile.
            let left = rewrapped.filter { present.contains($0.old.wrapped) }
            for (_, new) in left { try KeyTable.write(new, at: now, in: transaction) }
            return left.count
        }
    }

    /// Makes the next data key of a user, unless a rotation is under way.
    private func makeDataKey(ofUser user: Int64, by wrapping: (identifier: String, key: SymmetricKey)) async throws {
        let now = clock.now()
        try await writeOnce { transaction in
            let rows = try KeyTable.rows(ofUser: user, in: transaction.connection)
            guard rows.count == 2, let newest = rows.last else { return }
            let row = try KeyTable.Row(
                SymmetricKey(size: .bits256),
                number: newest.number + 1,
                user: user,
                userID: newest.userID,
                node: transaction.state.node,
                by: wrapping
            )
            try KeyTable.write(row, at: now, in: transaction)
            try transaction.connection.run(
                "UPDATE data_keys SET retired_at = ?2 WHERE user_key = ?1 AND number > 0 AND number < ?3",
                user,
                now.rawValue,
                Int64(row.number)
            )
            try KeyTable.noteChange(in: transaction)
        }
    }

    /// Seals a user's memories with the newest data key until nothing needs an older one, and removes those.
    private func resealMemories(ofUser user: Int64) async throws -> Int {
        var resealed = 0
        repeat {
            var last: Int64? = 0
            while let start = last {
                let step = try await writePublishing { context in
                    let step = try context.reseal(user: user, after: start, atMost: Self.batch)
                    return (last: step.last, resealed: step.resealed)
                }
                resealed += step.resealed
                last = step.last
            }
        } while try await !writeOnce({ try KeyTable.removeOld(ofUser: user, in: $0) })
        return resealed
    }
}
