package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The records that other devices have to get, oldest first.
    ///
    /// Nothing is changed; ``markSent(_:)`` does that once they are on the hub. A record that was sent already is left
    /// out, and so is what is about sensitive memories while their keys can't be had.
    ///
    /// - Parameters:
    ///   - position: The last note of an earlier call, to go on behind it.
    ///   - count: How many notes are looked at.
    package func outgoingRecords(after position: Int64 = 0, atMost count: Int = 256) async throws -> OutgoingRecords {
        for user in try usersOfSensitiveNotes(after: position, atMost: count) {
            try await loadKeysIfPossible(ofUser: user)
        }
        return try await read(mayTakeLong: count > Self.longRead) { snapshot in
            try OutgoingReader(in: snapshot)?.records(after: position, atMost: count) ?? OutgoingRecords()
        }
    }

    /// The users whose keys are needed for what is to be sent, and are not in memory.
    private func usersOfSensitiveNotes(after position: Int64, atMost count: Int) throws -> [Int64] {
        guard keyring.provider != nil else { return [] }
        return try read { snapshot in
            let users = try snapshot.connection.rows(
                """
                SELECT DISTINCT m.user_key
                FROM (SELECT part, key FROM device_outbox WHERE entry > ?1 ORDER BY entry LIMIT ?2) AS o
                JOIN memories AS m ON m.memory_key = o.key WHERE o.part IN (1, 2, 3) AND m.is_sensitive
                """,
                position,
                count,
                as: { $0.int64(0) }
            )
            return users.filter { snapshot.keyring.loaded($0) == nil }
        }
    }

    /// Notes that records are on the hub; durable on return.
    package func markSent(_ sent: OutgoingRecords) async throws {
        guard !sent.entries.isEmpty else { return }
        try await write { transaction in
            let connection = transaction.connection
            for item in sent.items {
                // Meanwhile it may have been erased, or have become sensitive; then an id that could be guessed is not kept.
                var isGuessable = false
                if let memory = item.memory {
                    guard let isSensitive = try FoundMemory.isSensitive(memory, in: connection) else { continue }
                    isGuessable = isSensitive && item.isGuessable
                }
                if !isGuessable { try DeviceFacts.insert(item.record.id, memory: item.memory, in: connection) }
                guard let register = item.register else { continue }
                // Meanwhile another device may have said something later.
                let known = try DeviceRegisters.find(register.name, in: connection)
                guard known.map({ $0.precedes(register.time, item.record.id) }) ?? true else { continue }
                try DeviceRegisters.set(
                    register.name,
                    to: register.time,
                    fact: isGuessable ? [] : item.record.id,
                    in: connection
                )
            }
            try DeviceOutbox.remove(entries: sent.entries, in: connection)
            _ = transaction.sequence
        }
    }
}
