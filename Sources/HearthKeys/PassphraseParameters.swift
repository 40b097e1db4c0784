import Crypto
import CryptoExtras
import FoundationEssentials
import HearthModel

/// How a passphrase becomes a key: scrypt (RFC 7914), with a salt of its own.
struct PassphraseParameters: Codable, Equatable {
    /// The function; there is one.
    var function = "scrypt"
    /// scrypt's N, r and p.
    var rounds: Int
    var blockSize: Int
    var parallelism: Int
    /// 32 random bytes in hexadecimal digits.
    var salt: String
    /// The identifier of the key that comes of the right passphrase.
    var key: String

    /// 128 MiB and a third of a second or so: what OWASP's Password Storage Cheat Sheet asks for at least.
    static let usualRounds = 1 << 17
    /// A file can weaken the next passphrase no further than this, which is what RFC 7914 calls interactive use.
    static let fewestRounds = 1 << 14
    /// What a file can make a process take at most, in bytes.
    static let memoryLimit = 1 << 30
    static let saltSize = 32

    /// Parameters with a salt of their own, whose key is not known yet.
    init(rounds: Int) {
        self.rounds = rounds
        blockSize = 8
        parallelism = 1
        salt = SymmetricKey(size: .bits256).withUnsafeBytes { Hexadecimal.digits($0) }
        key = ""
    }

    /// The key that a passphrase gives: one derivation, which takes time and memory as the parameters say.
    func derivedKey(from passphrase: SymmetricKey) throws(MemoryError) -> SymmetricKey {
        do {
            guard let salt = Hexadecimal.bytes(salt.utf8) else { throw CryptoKitError.incorrectParameterSize }
            return try passphrase.withUnsafeBytes { passphrase in
                try KDF.Scrypt.deriveKey(
                    from: passphrase,
                    salt: salt,
                    outputByteCount: KeyIdentifier.keySize,
                    rounds: rounds,
                    blockSize: blockSize,
                    parallelism: parallelism
                )
            }
        } catch {
            throw .keyUnavailable(
                "No key could be made of the passphrase: there was too little memory.",
                because: error
            )
        }
    }

    /// What is wrong with parameters that a file gives; nil if nothing is.
    var fault: String? {
        guard function == "scrypt" else { return "names the function \"\(function)\", which is not known here" }
        guard rounds >= Self.fewestRounds, rounds & (rounds - 1) == 0, (8...32).contains(blockSize),
            (1...16).contains(parallelism)
        else { return "asks for parameters of scrypt that are too weak or make no sense" }
        let (memory, overflow) = rounds.multipliedReportingOverflow(by: 128 * blockSize * parallelism)
        guard !overflow, memory <= Self.memoryLimit else {
            return "asks for more than \(Self.memoryLimit >> 20) MiB of memory"
        }
        guard salt.utf8.count == 2 * Self.saltSize, Hexadecimal.bytes(salt.utf8) != nil else {
            return "has no proper salt"
        }
        // The name of a key may become part of a file's name.
        guard key.hasPrefix("key_"), key.dropFirst(4).allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            return "does not name its key"
        }
        return nil
    }
}
