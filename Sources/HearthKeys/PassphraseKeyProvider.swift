import Foundation
public import HearthModel
import Synchronization

public import struct Crypto.SymmetricKey

/// Gives the key that scrypt (RFC 7914) makes of a passphrase.
///
/// The parameters, with a random salt, stand in a file beside the store, of mode 0600. It is made when a key is first
/// needed. It holds no secret, but without it the passphrase opens nothing, so it belongs into the backup of the store.
/// Parameters of a file that ask for more than 1 GiB of memory, or for less work than is safe, are refused.
///
/// The key is derived once, away from the threads of tasks, and kept in memory as long as the provider. The file also
/// names the key by its identifier, so that a mistyped passphrase is noticed before anything is sealed with it. To try a
/// guess against the identifier takes the same scrypt as to try it against the store.
///
/// A passphrase is compared in Unicode's canonical composition, so that the same letters are the same passphrase on
/// every keyboard.
public final class PassphraseKeyProvider: KeyProvider {
    /// Where the parameters are.
    public let parametersPath: String
    /// For keys that take a test no time.
    private let rounds: Int
    private let state: Mutex<State>

    private enum State {
        case locked(passphrase: SymmetricKey)
        case deriving(passphrase: SymmetricKey, Task<Derived, any Error>)
        case unlocked(Derived)
    }

    struct Derived: Sendable {
        let identifier: String
        let key: SymmetricKey
    }

    /// Gives the key of a passphrase; nothing is read, made or derived before a key is needed.
    ///
    /// - Parameters:
    ///   - passphrase: Not empty.
    ///   - parametersPath: Where the file of parameters is, or is to be made.
    public convenience init(passphrase: String, parametersPath: String) {
        self.init(passphrase: passphrase, parametersPath: parametersPath, rounds: PassphraseParameters.usualRounds)
    }

    package init(passphrase: String, parametersPath: String, rounds: Int) {
        self.parametersPath = parametersPath
        self.rounds = rounds
        var bytes = Array(passphrase.precomposedStringWithCanonicalMapping.utf8)
        state = Mutex(.locked(passphrase: SymmetricKey(wiping: &bytes)))
    }

    /// The key of the passphrase.
    ///
    /// - Throws: `MemoryError` with `.keyUnavailable` if the passphrase is empty or another one than before, or the file
    ///   of parameters is missing, damaged or open to others.
    public func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        let derived = try await derived(mayCreate: identifier == nil)
        guard identifier == nil || identifier == derived.identifier else {
            throw MemoryError.keyUnavailable(
                "The passphrase with \(parametersPath) gives the key \(derived.identifier), but the store was written with \(identifier ?? ""). Put back the file of parameters that belongs to the store."
            )
        }
        return (derived.identifier, derived.key)
    }

    /// The identifier of the key that a file of parameters belongs to; nil if there is no such file.
    ///
    /// - Throws: `.keyUnavailable` if the file is damaged or open to others.
    package static func keyIdentifier(ofParametersAt path: String) throws(MemoryError) -> String? {
        try Unlocking(path: path, rounds: PassphraseParameters.usualRounds, mayCreate: false).parameters()?.key
    }

    /// Derives the key, once however many ask at the same time.
    private func derived(mayCreate: Bool) async throws -> Derived {
        let task = state.withLock { state -> Task<Derived, any Error> in
            switch state {
            case .unlocked(let derived): return Task { () throws -> Derived in derived }
            case .deriving(_, let task): return task
            case .locked(let passphrase):
                let unlocking = Unlocking(path: parametersPath, rounds: rounds, mayCreate: mayCreate)
                let task = Task { try await unlocking.derived(from: passphrase) }
                state = .deriving(passphrase: passphrase, task)
                return task
            }
        }
        let result = await task.result
        state.withLock { state in
            guard case .deriving(let passphrase, let own) = state, own == task else { return }
            // After a failure the next call tries again: the file may have been mended. After success nobody needs
            // the passphrase any more.
            switch result {
            case .success(let derived): state = .unlocked(derived)
            case .failure: state = .locked(passphrase: passphrase)
            }
        }
        return try result.get()
    }
}

extension PassphraseKeyProvider: CustomStringConvertible, CustomReflectable {
    /// Where the parameters are.
    public var description: String { "PassphraseKeyProvider(parametersPath: \(parametersPath))" }

    /// What debuggers and `dump` show.
    public var customMirror: Mirror { Mirror(self, children: ["parametersPath": parametersPath]) }
}
