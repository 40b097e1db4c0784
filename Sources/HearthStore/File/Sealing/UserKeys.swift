import Crypto
import FoundationEssentials
import HearthModel
import Synchronization

/// One of the keys that a user's memories are sealed with. Several may be in use while one takes the place of another.
struct DataKey: Sendable {
    /// Its number among the user's keys, from 1.
    let number: UInt32
    /// What seals payloads and vectors.
    let sealing: SecretKey
    /// What stands in for words and tags in the index.
    let words: SecretKey
    /// The tokens that were made lately.
    let tokens = TokenCache()
}

/// The keys of one user, unwrapped.
final class UserKeys: Sendable {
    /// The number of the identity key among the user's keys. It is never replaced.
    static let identityNumber: UInt32 = 0

    /// The user's key in the file.
    let user: Int64
    /// What ids and checksums are made with.
    let digestKey: DigestKey
    /// The data keys by number.
    let dataKeys: [UInt32: DataKey]
    /// What new payloads are sealed with.
    let newest: DataKey
    /// The words of the user's sensitive memories, as far as they have been read.
    let vocabulary = Mutex(SealedVocabulary())
    private let page: SecretPage

    /// Derives what is needed from the keys of a user.
    ///
    /// - Parameter keys: The unwrapped keys by number, the identity key among them.
    /// - Throws: `.storeCorrupt` if the identity key or every data key is missing.
    init(user: Int64, keys: [UInt32: SymmetricKey]) throws(MemoryError) {
        let page = try SecretPage()
        guard
            let identity = keys[Self.identityNumber]
                .flatMap({ SecretKey(Self.derived("identity", from: $0), in: page) })
        else { throw .corrupt("The identity key of user number \(user) is missing.") }
        var dataKeys: [UInt32: DataKey] = [:]
        for (number, key) in keys where number != Self.identityNumber {
            guard let sealing = SecretKey(Self.derived("sealing", from: key), in: page),
                let words = SecretKey(Self.derived("words", from: key), in: page)
            else { throw .corrupt("User number \(user) has more data keys than can be in use.") }
            dataKeys[number] = DataKey(number: number, sealing: sealing, words: words)
        }
        guard let newest = dataKeys.values.max(by: { $0.number < $1.number }) else {
            throw .corrupt("The data key of user number \(user) is missing.")
        }
        self.user = user
        self.dataKeys = dataKeys
        self.newest = newest
        self.page = page
        digestKey = DigestKey { bytes in
            var hmac = HMAC<SHA256>(key: identity.symmetric)
            hmac.update(data: bytes)
            return hmac.finalize().withUnsafeBytes { [UInt8]($0) }
        }
    }

    /// The length of every key, in bytes.
    static let keyLength = SecretPage.keySize

    /// What ids and checksums are made with under an identity key, of a user whose keys are not in this file.
    static func digestKey(identity: SymmetricKey) -> DigestKey {
        let key = derived("identity", from: identity)
        return DigestKey { bytes in
            var hmac = HMAC<SHA256>(key: key)
            hmac.update(data: bytes)
            return hmac.finalize().withUnsafeBytes { [UInt8]($0) }
        }
    }

    /// HKDF-SHA-256 (RFC 5869): one key for each use, so that no use tells anything of another.
    private static func derived(_ use: String, from key: SymmetricKey) -> SymmetricKey {
        HKDF<SHA256>
            .deriveKey(inputKeyMaterial: key, info: Data("hearth.\(use).1".utf8), outputByteCount: SecretPage.keySize)
    }

    /// Whether the system keeps the keys out of swap space.
    var areLocked: Bool { page.isLocked }

    /// Overwrites the keys.
    func wipe() { page.wipe() }

    /// What makes the tokens of words under each data key, the oldest first.
    var wordKeyers: [WordKeyer] { dataKeys.values.sorted { $0.number < $1.number }.map { WordKeyer($0) } }

    /// A data key by its number.
    ///
    /// - Throws: ``KeysNeeded`` if it is not among the keys: another process may have made it meanwhile.
    func dataKey(_ number: UInt32) throws -> DataKey {
        guard let key = dataKeys[number] else { throw KeysNeeded(user: user, number: number) }
        return key
    }
}

/// Thrown inside a read or write that needs keys that are not in memory. The call then gets them, outside of any
/// transaction, and begins anew.
struct KeysNeeded: Error {
    /// The user's key in the file.
    var user: Int64
    /// The number of the data key that is needed; nil: any.
    var number: UInt32?
    /// Whether the keys are to be made if the user has none.
    var forSealing = false
}
