internal import Crypto
package import HearthModel

extension Space {
    /// How many records go in one transaction.
    private static let batchCount = 1_000
    /// The longest payload, in bytes: PostgreSQL takes no value of 1 GiB, and one row has to fit in memory twice.
    package static let longestPayload = 128 << 20

    /// So often a publication is tried anew because the membership changes meanwhile.
    private static let mostTries = 10

    /// Signs, seals and publishes records, in their order. Durable on the hub on return.
    ///
    /// Nothing is published that others would refuse: the membership is read first, and the hub takes a batch only while
    /// there is nothing later on it. Records that are there already are no error, so after any failure the same records can
    /// be published again. Where a row that nobody uses has a record's id, the record gets the next of its ids.
    ///
    /// - Throws: `.deviceRemoved`; `.hubUnavailable`, after which some may have arrived; `.invalidArgument` for an id that has
    ///   not 32 bytes or a payload of more than 128 MiB, after which none have.
    @discardableResult
    package func publish(_ records: [ExchangeRecord]) async throws -> PublishedRecords {
        try requireMember()
        for record in records { try Self.check(record) }
        var result = PublishedRecords()
        var start = records.startIndex
        while start < records.endIndex {
            let end = Self.endOfBatch(records, from: start, bytes: portion.bytes)
            var batch = Array(records[start..<end])
            for attempt in 0..<SpaceKeys.mostAttempts where !batch.isEmpty {
                let published = try await publish(batch, attempt: attempt)
                result.added += published.added
                result.end = published.end
                batch = published.added < batch.count ? try await shutOut(batch, attempt: attempt) : []
            }
            guard batch.isEmpty else {
                throw MemoryError.hubUnavailable(
                    "Rows that nobody uses hold every id that \(batch.count) records can have on the hub. Ask whoever runs it to delete those of devices that were removed."
                )
            }
            start = end
        }
        return result
    }

    /// Publishes a batch as a device that knows the membership to its end.
    private func publish(_ batch: [ExchangeRecord], attempt: UInt8) async throws -> PublishedRows {
        let erased = try await rowsToErase(for: batch)
        for _ in 0..<Self.mostTries {
            try await readNewMembership()
            try await publishUnplaced()
            try requireMember()
            guard let epoch = membership.sealingEpoch(amongHeld: keys.held) else {
                try await append([try newEpoch(without: [])])
                continue
            }
            do {
                let entries = try batch.map { try entry($0, epoch: epoch, attempt: attempt) }
                return try await portion.measure { _ in
                    try await hub.publish(entries, erasing: erased, in: state.space, knowing: membershipCursor)
                }
            } catch is MembershipMoved {
                continue
            }
        }
        throw MemoryError.hubUnavailable("The membership of the space changes all the time. Try again later.")
    }

    /// The ids of the rows that a batch asks to be emptied: of each record the first, and those behind it that the hub has.
    private func rowsToErase(for batch: [ExchangeRecord]) async throws -> [[UInt8]] {
        var records = batch.flatMap(\.erases)
        var erased = records.map { keys.hubID(of: $0) }
        for attempt in 1..<SpaceKeys.mostAttempts where !records.isEmpty {
            let ids = records.map { keys.hubID(of: $0, attempt: attempt) }
            let present = Set(try await hub.rows(of: ids, in: state.space).map(\.id))
            records = zip(records, ids).filter { present.contains($0.1) }.map(\.0)
            erased += ids.filter(present.contains)
        }
        return erased
    }

    /// Those of some records whose ids have rows that nobody uses, such as those of a device that did not belong to the
    /// space when they came.
    private func shutOut(_ batch: [ExchangeRecord], attempt: UInt8) async throws -> [ExchangeRecord] {
        let ids = batch.map { keys.hubID(of: $0.id, attempt: attempt) }
        var refused: Set<[UInt8]> = []
        for row in try await hub.rows(of: ids, in: state.space) {
            if case .refused? = try open(row)?.content { refused.insert(row.id) }
        }
        return zip(batch, ids).filter { refused.contains($0.1) }.map(\.0)
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

    func entry(_ record: ExchangeRecord, epoch: EpochID, attempt: UInt8 = 0) throws -> HubEntry {
        let kind: HubRow.Kind = record.erases.isEmpty ? .record : .erasure
        let id = keys.hubID(of: record.id, attempt: attempt)
        var signed = try SignedRecord(record, seen: ledger.seen, by: state.signingKey, in: state.space)
        signed.attempt = attempt
        guard let sealed = try keys.seal(signed.bytes, id: id, kind: kind, epoch: epoch) else {
            throw MemoryError(code: .keyUnavailable, message: "The key of the present epoch is missing.")
        }
        return HubEntry(id: id, kind: kind, ciphertext: sealed)
    }

    private static func endOfBatch(_ records: [ExchangeRecord], from start: Int, bytes batchBytes: Int) -> Int {
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
