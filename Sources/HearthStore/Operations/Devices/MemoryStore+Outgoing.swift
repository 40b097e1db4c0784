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
        do {
            return try await outgoingRecords(after: position, atMost: count, openingSensitive: true)
        } catch let error as MemoryError where error.code == .keyUnavailable || error.code == .decryptionFailed {
            return try await outgoingRecords(after: position, atMost: count, openingSensitive: false)
        }
    }

    private func outgoingRecords(
        after position: Int64,
        atMost count: Int,
        openingSensitive opensSensitive: Bool
    ) async throws -> OutgoingRecords {
        try await read(mayTakeLong: count > Self.longRead) { snapshot in
            let reader = try OutgoingReader(in: snapshot, openingSensitive: opensSensitive)
            return try reader?.records(after: position, atMost: count) ?? OutgoingRecords()
        }
    }

    /// Notes that records are on the hub; durable on return.
    package func markSent(_ sent: OutgoingRecords) async throws {
        guard !sent.entries.isEmpty else { return }
        try await write { transaction in
            let connection = transaction.connection
            for item in sent.items {
                try DeviceFacts.insert(item.record.id, memory: item.memory, in: connection)
                guard let register = item.register else { continue }
                // Meanwhile another device may have said something later.
                let known = try DeviceRegisters.find(register.name, in: connection)
                guard known.map({ $0.precedes(register.time, item.record.id) }) ?? true else { continue }
                try DeviceRegisters.set(register.name, to: register.time, fact: item.record.id, in: connection)
            }
            try DeviceOutbox.remove(entries: sent.entries, in: connection)
            _ = transaction.sequence
        }
    }
}
