internal import Crypto
internal import HearthModel

/// Something that changes who belongs to a space, signed by the device that did it.
struct MembershipEvent: Hashable, Sendable {
    /// The key of an epoch for one device.
    struct WrappedKey: Hashable, Sendable {
        var device: DeviceID
        var wrapped: [UInt8]
    }

    /// The key of an epoch for whoever takes an invitation.
    struct EnclosedKey: Hashable, Sendable {
        var epoch: EpochID
        var sealed: [UInt8]
    }

    enum Deed: Hashable, Sendable {
        /// The first device begins the space. The space's identifier follows from its key and the salt.
        case founding(Device, salt: [UInt8])
        /// A device asks another one to join: whoever has the one-time key may, until a time.
        case invitation(oneTimeKey: [UInt8], expires: Timestamp, keys: [EnclosedKey])
        /// A device joins by an invitation; its one-time key vouches for the device.
        case joining(Device, oneTimeKey: [UInt8], proof: [UInt8])
        /// A device belongs to the space no more.
        case removal(DeviceID)
        /// The key of an epoch for those who are to have it.
        case epoch(EpochID, keys: [WrappedKey])
    }

    /// The format of the bytes.
    private static let format: UInt8 = 1
    /// The longest name of a device or a role, in bytes.
    static let longestName = 256

    let author: DeviceID
    let time: HybridTime
    let deed: Deed
    /// What is signed, with the space in front.
    private let text: [UInt8]
    /// Ed25519, 64 bytes.
    let signature: [UInt8]

    /// Its identifier: SHA-256 of what is signed and the signature.
    let id: [UInt8]

    /// Signs a deed.
    init(_ deed: Deed, at time: HybridTime, by key: Curve25519.Signing.PrivateKey, in space: SpaceID) throws {
        author = DeviceID(signingKey: Array(key.publicKey.rawRepresentation))
        self.time = time
        self.deed = deed
        text = Self.text(deed, author: author, time: time)
        signature = Array(try key.signature(for: Self.signed(text, in: space)))
        id = Array(SHA256.hash(data: text + signature))
    }

    /// Whether the device of a public key signed it.
    func isSigned(by signingKey: [UInt8], in space: SpaceID) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: signingKey) else { return false }
        return DeviceID(signingKey: signingKey) == author
            && key.isValidSignature(signature, for: Self.signed(text, in: space))
    }

    /// What a one-time key signs for a device that joins.
    static func proofText(_ device: Device, in space: SpaceID) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: "hearth.hub.joining.1".utf8)
        writer.append(fixed: space.bytes)
        append(device, to: &writer)
        return writer.bytes
    }

    private static func signed(_ text: [UInt8], in space: SpaceID) -> [UInt8] {
        Array("hearth.hub.membership.1".utf8) + space.bytes + text
    }
}

// MARK: - As bytes

extension MembershipEvent {
    /// A deed or a format of another build.
    struct Unknown: Error {}

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.append(counted: text)
        writer.append(fixed: signature)
        return writer.bytes
    }

    /// Reads the bytes; the signature is not checked.
    ///
    /// - Throws: ``Unknown``, or ``ByteReader/Malformed``.
    init(_ bytes: [UInt8]) throws {
        var reader = ByteReader(bytes)
        text = try reader.counted()
        signature = try reader.fixed(64)
        try reader.finish()
        id = Array(SHA256.hash(data: text + signature))
        var inner = ByteReader(text)
        guard try inner.number(UInt8.self) == Self.format else { throw Unknown() }
        author = try inner.identifier(DeviceID.self)
        time = HybridTime(rawValue: try inner.number(Int64.self))
        guard time >= .zero else { throw ByteReader.Malformed() }
        deed = try Self.deed(&inner)
        try inner.finish()
    }

    private static func text(_ deed: Deed, author: DeviceID, time: HybridTime) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(format)
        writer.append(fixed: author.bytes)
        writer.append(time.rawValue)
        switch deed {
        case .founding(let device, let salt):
            writer.append(1 as UInt8)
            append(device, to: &writer)
            writer.append(counted: salt)
        case .invitation(let key, let expires, let keys):
            writer.append(2 as UInt8)
            writer.append(fixed: key)
            writer.append(expires.rawValue)
            writer.append(UInt32(keys.count))
            for key in keys {
                writer.append(fixed: key.epoch.bytes)
                writer.append(counted: key.sealed)
            }
        case .joining(let device, let key, let proof):
            writer.append(3 as UInt8)
            append(device, to: &writer)
            writer.append(fixed: key)
            writer.append(fixed: proof)
        case .removal(let device):
            writer.append(4 as UInt8)
            writer.append(fixed: device.bytes)
        case .epoch(let epoch, let keys):
            writer.append(5 as UInt8)
            writer.append(fixed: epoch.bytes)
            writer.append(UInt32(keys.count))
            for key in keys {
                writer.append(fixed: key.device.bytes)
                writer.append(counted: key.wrapped)
            }
        }
        return writer.bytes
    }

    private static func deed(_ reader: inout ByteReader) throws -> Deed {
        switch try reader.number(UInt8.self) {
        case 1: return .founding(try device(&reader), salt: try reader.counted())
        case 2:
            return .invitation(
                oneTimeKey: try reader.fixed(32),
                expires: Timestamp(rawValue: try reader.number(Int64.self)),
                keys: try reader.list { reader throws(ByteReader.Malformed) in
                    EnclosedKey(epoch: try reader.identifier(EpochID.self), sealed: try reader.counted())
                }
            )
        case 3:
            return .joining(try device(&reader), oneTimeKey: try reader.fixed(32), proof: try reader.fixed(64))
        case 4: return .removal(try reader.identifier(DeviceID.self))
        case 5:
            return .epoch(
                try reader.identifier(EpochID.self),
                keys: try reader.list { reader throws(ByteReader.Malformed) in
                    WrappedKey(device: try reader.identifier(DeviceID.self), wrapped: try reader.counted())
                }
            )
        default: throw Unknown()
        }
    }

    private static func append(_ device: Device, to writer: inout ByteWriter) {
        writer.append(device.name)
        writer.append(device.role)
        writer.append(fixed: device.signingKey)
        writer.append(fixed: device.agreementKey)
    }

    private static func device(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> Device {
        let name = try reader.text()
        let role = try reader.text()
        guard name.utf8.count <= longestName, role.utf8.count <= longestName else { throw ByteReader.Malformed() }
        return Device(name: name, role: role, signingKey: try reader.fixed(32), agreementKey: try reader.fixed(32))
    }
}
