internal import Crypto
internal import FoundationEssentials

/// The keys of a space, as one device has them: what names rows, and what seals them in each epoch.
struct SpaceKeys: Sendable {
    let space: SpaceID
    private let naming: SymmetricKey
    private var epochs: [EpochID: SymmetricKey] = [:]
    private var seals: [EpochID: SymmetricKey] = [:]

    /// Begins with the key of the first epoch.
    init(space: SpaceID, root: SymmetricKey) {
        self.space = space
        naming = Self.derived(from: root, for: "hearth.hub.id.1", in: space)
        add(root, of: .first)
    }

    /// Adds the key of another epoch.
    mutating func add(_ key: SymmetricKey, of epoch: EpochID) {
        epochs[epoch] = key
        seals[epoch] = Self.derived(from: key, for: "hearth.hub.seal.1", in: space)
    }

    /// The key of an epoch, from which others are derived.
    func key(of epoch: EpochID) -> SymmetricKey? { epochs[epoch] }

    /// The epochs whose keys are there.
    var held: Set<EpochID> { Set(epochs.keys) }

    /// How many ids a record may have on the hub, one behind another.
    static let mostAttempts: UInt8 = 8

    /// What a record is called on the hub, in every epoch.
    ///
    /// - Parameter attempt: How many ids of the record before this one are taken by rows that nobody uses.
    func hubID(of record: [UInt8], attempt: UInt8 = 0) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: attempt == 0 ? record : record + [attempt], using: naming))
    }

    /// Every id that a record may have on the hub.
    func hubIDs(of record: [UInt8]) -> [[UInt8]] {
        (0..<Self.mostAttempts).map { hubID(of: record, attempt: $0) }
    }

    private static func derived(from key: SymmetricKey, for use: String, in space: SpaceID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, salt: space.bytes, info: Array(use.utf8), outputByteCount: 32)
    }
}

// MARK: - Sealing

extension SpaceKeys {
    /// The format of a ciphertext: it, the epoch, the nonce, what is sealed, the tag.
    private static let format: UInt8 = 1

    /// What came of opening a ciphertext.
    enum Opening: Equatable {
        case opened([UInt8])
        /// A format of another build.
        case unknownFormat
        /// The key of that epoch is not there.
        case unknownEpoch(EpochID)
        /// It was changed, or belongs to another row, or was never sealed with the key.
        case notAuthentic
    }

    /// Pads and seals what a row says: AES-256-GCM with a fresh random nonce, bound to space, id, kind and epoch.
    func seal(_ text: [UInt8], id: [UInt8], kind: HubRow.Kind, epoch: EpochID) throws -> [UInt8]? {
        guard let key = seals[epoch] else { return nil }
        let bound = Self.bound(space: space, id: id, kind: kind, epoch: epoch)
        let box = try AES.GCM.seal(Padding.padded(text), using: key, authenticating: bound)
        var writer = ByteWriter()
        writer.append(Self.format)
        writer.append(fixed: epoch.bytes)
        writer.append(fixed: box.nonce)
        writer.append(fixed: box.ciphertext)
        writer.append(fixed: box.tag)
        return writer.bytes
    }

    /// Opens what a row says.
    func open(_ row: HubRow) -> Opening {
        var reader = ByteReader(row.ciphertext)
        guard let format = try? reader.number(UInt8.self) else { return .notAuthentic }
        guard format == Self.format else { return .unknownFormat }
        guard let epoch = try? reader.identifier(EpochID.self), let sealed = try? reader.fixed(reader.count) else {
            return .notAuthentic
        }
        guard let key = seals[epoch] else { return .unknownEpoch(epoch) }
        let bound = Self.bound(space: space, id: row.id, kind: row.kind, epoch: epoch)
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let padded = try? AES.GCM.open(box, using: key, authenticating: bound),
            let text = Padding.unpadded(Array(padded))
        else { return .notAuthentic }
        return .opened(text)
    }

    private static func bound(space: SpaceID, id: [UInt8], kind: HubRow.Kind, epoch: EpochID) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(fixed: "hearth.hub.row.1".utf8)
        writer.append(fixed: space.bytes)
        writer.append(fixed: id)
        writer.append(kind.rawValue)
        writer.append(fixed: epoch.bytes)
        return writer.bytes
    }
}
