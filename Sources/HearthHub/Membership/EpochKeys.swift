internal import Crypto
internal import FoundationEssentials

/// How the key of an epoch reaches a device: by its agreement key, or by the secret of an invitation.
enum EpochKeys {
    /// RFC 9180: X25519, HKDF-SHA-256, AES-256-GCM.
    private static let suite = HPKE.Ciphersuite(
        kem: .Curve25519_HKDF_SHA256,
        kdf: .HKDF_SHA256,
        aead: .AES_GCM_256
    )
    private static let encapsulatedSize = 32

    /// Wraps a key for a device: the encapsulated key, and behind it the sealed one.
    static func wrap(_ key: SymmetricKey, of epoch: EpochID, for device: Device, in space: SpaceID) throws -> [UInt8] {
        let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: device.agreementKey)
        var sender = try HPKE.Sender(recipientKey: recipient, ciphersuite: suite, info: Data(bound(epoch, space)))
        let sealed = try sender.seal(key.withUnsafeBytes { Data($0) }, authenticating: Data(device.id.bytes))
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    /// Unwraps a key; nil if it is anything else.
    static func unwrap(
        _ wrapped: [UInt8],
        of epoch: EpochID,
        for device: DeviceID,
        with agreement: Curve25519.KeyAgreement.PrivateKey,
        in space: SpaceID
    ) -> SymmetricKey? {
        guard wrapped.count > encapsulatedSize else { return nil }
        var recipient = try? HPKE.Recipient(
            privateKey: agreement,
            ciphersuite: suite,
            info: Data(bound(epoch, space)),
            encapsulatedKey: Data(wrapped.prefix(encapsulatedSize))
        )
        let key = try? recipient?.open(wrapped.dropFirst(encapsulatedSize), authenticating: Data(device.bytes))
        guard let key, key.count == 32 else { return nil }
        return SymmetricKey(data: key)
    }

    /// Seals a key under the secret of an invitation: AES-256-GCM, nonce in front.
    static func enclose(_ key: SymmetricKey, of epoch: EpochID, with secret: OneTimeSecret, in space: SpaceID) throws
        -> [UInt8]
    {
        let box = try AES.GCM.seal(
            key.withUnsafeBytes { Array($0) },
            using: secret.sealingKey(in: space),
            authenticating: bound(epoch, space)
        )
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    static func disclose(_ sealed: [UInt8], of epoch: EpochID, with secret: OneTimeSecret, in space: SpaceID)
        -> SymmetricKey?
    {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let key = try? AES.GCM.open(box, using: secret.sealingKey(in: space), authenticating: bound(epoch, space)),
            key.count == 32
        else { return nil }
        return SymmetricKey(data: key)
    }

    private static func bound(_ epoch: EpochID, _ space: SpaceID) -> [UInt8] {
        Array("hearth.hub.epoch.1".utf8) + space.bytes + epoch.bytes
    }
}

/// What an invitation gives to whoever takes it, and to nobody else: it signs for one device, and opens the keys of the
/// epochs since the first.
struct OneTimeSecret: Sendable {
    /// Random, 16 bytes.
    let bytes: [UInt8]

    init() { bytes = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) } }

    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    func signingKey(in space: SpaceID) throws -> Curve25519.Signing.PrivateKey {
        let seed = derived("hearth.hub.invitation.sign.1", in: space).withUnsafeBytes { Data($0) }
        return try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
    }

    func sealingKey(in space: SpaceID) -> SymmetricKey { derived("hearth.hub.invitation.seal.1", in: space) }

    private func derived(_ use: String, in space: SpaceID) -> SymmetricKey {
        HKDF<SHA256>
            .deriveKey(
                inputKeyMaterial: SymmetricKey(data: bytes),
                salt: space.bytes,
                info: Array(use.utf8),
                outputByteCount: 32
            )
    }
}
