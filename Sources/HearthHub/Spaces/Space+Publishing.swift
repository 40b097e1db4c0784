internal import Crypto
package import HearthModel

extension Space {
    /// How many records go in one transaction, and how many bytes of them, so that the answer comes in time.
    private static let batchCount = 1_000
    private static let batchBytes = 8 << 20
    /// The longest payload, in bytes: PostgreSQL takes no value of 1 GiB, and one row has to fit in memory twice.
    package static let longestPayload = 128 << 20

    /// Signs, seals and publishes records, in their order. Durable on the hub on return.
    ///
    /// Records that are there already are no error, so after any failure the same records can be published again.
    ///
    /// - Throws: `.deviceRemoved`; `.hubUnavailable`, after which some may have arrived; `.invalidArgument` for an id that has
    ///   not 32 bytes or a payload of more than 128 MiB, after which none have.
    @discardableResult
    package func publish(_ records: [ExchangeRecord]) async throws -> PublishedRecords {
        try requireMember()
        for record in records { try Self.check(record) }
        let epoch = try await sealingEpoch()
        var result = PublishedRecords()
        var start = records.startIndex
        while start < records.endIndex {
            let end = Self.endOfBatch(records, from: start)
            let batch = records[start..<end]
            let published = try await hub.publish(
                try batch.map { try entry($0, epoch: epoch) },
                erasing: batch.flatMap { $0.erases.map(keys.hubID) },
                in: state.space
            )
            result.added += published.added
            result.end = published.end
            start = end
        }
        return result
    }

    /// The epoch to seal with; begins a new one where a removed device has the key of each that this device has.
    func sealingEpoch() async throws -> EpochID {
        if let epoch = membership.sealingEpoch(amongHeld: keys.held) { return epoch }
        try await append([try newEpoch(without: [])])
        guard let epoch = membership.sealingEpoch(amongHeld: keys.held) else {
            throw MemoryError(code: .deviceRemoved, message: "The device \(state.name) does not belong to its space.")
        }
        return epoch
    }

    /// An event with a new key for every device but some.
    func newEpoch(without leaving: Set<DeviceID>) throws -> MembershipEvent.Deed {
        let key = SymmetricKey(size: .bits256)
        let id = EpochID.random()
        let wrapped = try membership.active.filter { !leaving.contains($0.id) }
            .map { device in
                MembershipEvent.WrappedKey(
                    device: device.id,
                    wrapped: try EpochKeys.wrap(key, of: id, for: device, in: state.space)
                )
            }
        return .epoch(id, keys: wrapped)
    }

    /// Publishes deeds of this device, one after another in one transaction, and takes them over.
    func append(_ deeds: [MembershipEvent.Deed]) async throws {
        var appended: [MembershipEvent] = []
        var latest = membership.latest
        for deed in deeds {
            latest = latest.next(at: clock.now())
            appended.append(try MembershipEvent(deed, at: latest, by: state.signingKey, in: state.space))
        }
        let published = try await hub.publish(try appended.map(entry), erasing: [], in: state.space)
        // One transaction has numbers one behind another. If it was tried twice, the hub has to be asked for them.
        let isWhole = published.added == appended.count
        let first = published.end - Int64(appended.count) + 1
        try learn(
            appended.enumerated()
                .map { DeviceState.SeenEvent(seq: isWhole ? first + Int64($0) : nil, bytes: $1.bytes) }
        )
        if !isWhole { try await catchUpOnMembership() }
    }

    private func entry(_ record: ExchangeRecord, epoch: EpochID) throws -> HubEntry {
        let kind: HubRow.Kind = record.erases.isEmpty ? .record : .erasure
        let id = keys.hubID(of: record.id)
        let signed = try SignedRecord(record, seen: ledger.seen, by: state.signingKey, in: state.space)
        guard let sealed = try keys.seal(signed.bytes, id: id, kind: kind, epoch: epoch) else {
            throw MemoryError(code: .keyUnavailable, message: "The key of the present epoch is missing.")
        }
        return HubEntry(id: id, kind: kind, ciphertext: sealed)
    }

    private static func endOfBatch(_ records: [ExchangeRecord], from start: Int) -> Int {
        var bytes = 0
        var end = start
        while end < records.count, end - start < batchCount, bytes < batchBytes {
            bytes += records[end].payload.count
            end += 1
        }
        return end
    }

    private static func check(_ record: ExchangeRecord) throws(MemoryError) {
        guard record.id.count == 32, record.erases.allSatisfy({ $0.count == 32 }) else {
            throw .invalidArgument("The id of a record to exchange has 32 bytes.")
        }
        guard record.payload.count <= longestPayload else {
            throw .invalidArgument(
                "A record of \(record.payload.count) bytes is too long to exchange; the longest has \(longestPayload)."
            )
        }
    }
}
