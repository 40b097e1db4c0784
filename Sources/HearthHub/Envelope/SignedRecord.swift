internal import Crypto
internal import HearthModel

/// A record as it is sealed: with the device that vouches for it, and what that device had seen of the space.
struct SignedRecord: Equatable {
    /// The format of the bytes.
    private static let format: UInt8 = 1
    /// The format of one whose row has another id than the record's first. An earlier release keeps it unread.
    private static let laterFormat: UInt8 = 2

    /// The bytes are in a format of another build.
    struct UnknownFormat: Error {}

    var signer: DeviceID
    var seen: SeenRows
    var record: ExchangeRecord
    /// Ed25519, 64 bytes.
    var signature: [UInt8]
    /// Which of the record's ids on the hub its row has.
    var attempt: UInt8 = 0

    /// Signs a record.
    init(_ record: ExchangeRecord, seen: SeenRows, by key: Curve25519.Signing.PrivateKey, in space: SpaceID) throws {
        signer = DeviceID(signingKey: Array(key.publicKey.rawRepresentation))
        self.seen = seen
        self.record = record
        signature = Array(try key.signature(for: Self.signed(record, seen: seen, in: space)))
    }

    /// Whether the device of a public key signed it.
    func isSigned(by signingKey: [UInt8], in space: SpaceID) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: signingKey) else { return false }
        return key.isValidSignature(signature, for: Self.signed(record, seen: seen, in: space))
    }

    /// What is signed: everything but the payload, of which the digest.
    private static func signed(_ record: ExchangeRecord, seen: SeenRows, in space: SpaceID) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: "hearth.hub.record.1".utf8)
        writer.append(fixed: space.bytes)
        writer.append(fixed: record.id)
        writer.append(Int64(record.schema))
        writer.append(fixed: SHA256.hash(data: record.payload))
        writer.append(UInt32(record.erases.count))
        for id in record.erases { writer.append(fixed: id) }
        writer.append(seen.blocks)
        writer.append(fixed: seen.digest)
        return writer.bytes
    }
}

extension SignedRecord {
    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(attempt == 0 ? Self.format : Self.laterFormat)
        if attempt > 0 { writer.append(attempt) }
        writer.append(fixed: signer.bytes)
        writer.append(fixed: signature)
        writer.append(seen.blocks)
        writer.append(fixed: seen.digest)
        writer.append(fixed: record.id)
        writer.append(Int64(record.schema))
        writer.append(UInt32(record.erases.count))
        for id in record.erases { writer.append(fixed: id) }
        writer.append(counted: record.payload)
        return writer.bytes
    }

    /// Reads the bytes.
    ///
    /// - Throws: ``UnknownFormat``, or ``ByteReader/Malformed``.
    init(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        let format = try reader.number(UInt8.self)
        guard format == Self.format || format == Self.laterFormat else { throw UnknownFormat() }
        if format == Self.laterFormat {
            attempt = try reader.number(UInt8.self)
            guard (1..<SpaceKeys.mostAttempts).contains(attempt) else { throw ByteReader.Malformed() }
        }
        signer = try reader.identifier(DeviceID.self)
        signature = try reader.fixed(64)
        seen = SeenRows(blocks: try reader.number(UInt32.self), digest: try reader.fixed(32))
        let id = try reader.fixed(32)
        let schema = try reader.number(Int64.self)
        let erases = try reader.list { reader throws(ByteReader.Malformed) in try reader.fixed(32) }
        record = ExchangeRecord(id: id, schema: Int(schema), payload: try reader.counted(), erases: erases)
        try reader.finish()
    }
}
