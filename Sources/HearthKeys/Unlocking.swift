import Crypto
import Dispatch
import FoundationEssentials
import HearthModel

/// Reads the parameters of a passphrase, or makes them, and derives the key.
struct Unlocking {
    let path: String
    let rounds: Int
    let mayCreate: Bool

    /// More than any file of parameters has, in bytes.
    private static let limit = 4_096

    /// Derives away from the threads of tasks, which a long computation must not hold.
    func derived(from passphrase: SymmetricKey) async throws -> PassphraseKeyProvider.Derived {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global()
                .async {
                    continuation.resume(with: Result { try unlocked(by: passphrase) })
                }
        }
    }

    private func unlocked(by passphrase: SymmetricKey) throws(MemoryError) -> PassphraseKeyProvider.Derived {
        guard passphrase.bitCount > 0 else { throw .keyUnavailable("The passphrase is empty.") }
        if let parameters = try parameters() { return try key(of: passphrase, with: parameters) }
        guard mayCreate else {
            throw file.refusal("is not there, and without it the passphrase opens nothing. Put it back from a backup.")
        }
        var parameters = PassphraseParameters(rounds: rounds)
        let key = try parameters.derivedKey(from: passphrase)
        parameters.key = KeyIdentifier.identifier(of: key)
        if try file.create(encoded(parameters)) {
            return PassphraseKeyProvider.Derived(identifier: parameters.key, key: key)
        }
        // Another process was first: what it wrote holds.
        guard let others = try self.parameters() else { throw file.refusal("went away while it was read.") }
        return try self.key(of: passphrase, with: others)
    }

    private func key(
        of passphrase: SymmetricKey,
        with parameters: PassphraseParameters
    ) throws(MemoryError) -> PassphraseKeyProvider.Derived {
        let key = try parameters.derivedKey(from: passphrase)
        let identifier = KeyIdentifier.identifier(of: key)
        guard identifier == parameters.key else {
            throw .keyUnavailable("The passphrase is not the one that \(path) was made with.")
        }
        return PassphraseKeyProvider.Derived(identifier: identifier, key: key)
    }

    private var file: PrivateFile { PrivateFile(path: path, kind: "file of passphrase parameters") }

    func parameters() throws(MemoryError) -> PassphraseParameters? {
        guard let bytes = try file.bytes(upTo: Self.limit) else { return nil }
        let parameters: PassphraseParameters
        do {
            parameters = try JSONDecoder().decode(PassphraseParameters.self, from: Data(bytes))
        } catch {
            throw file.refusal("is damaged. Put it back from a backup: without it the passphrase opens nothing.")
        }
        if let fault = parameters.fault { throw file.refusal("\(fault). Put it back from a backup.") }
        return parameters
    }

    private func encoded(_ parameters: PassphraseParameters) throws(MemoryError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return Array(try encoder.encode(parameters)) + Array("\n".utf8)
        } catch {
            throw .keyUnavailable("The parameters of the passphrase can't be written down.", because: error)
        }
    }
}
