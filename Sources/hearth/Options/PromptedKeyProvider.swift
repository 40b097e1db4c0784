import Dispatch
import Glibc
import HearthMemory
import Synchronization

/// Asks for a passphrase when a key is first needed, so that a command that needs none asks for none.
final class PromptedKeyProvider: KeyProvider {
    private let parametersPath: String
    private let formerParameters: String?
    private let asked = Mutex<Task<PassphraseKeyProvider, any Error>?>(nil)

    /// - Parameters:
    ///   - parametersPath: Where the parameters are, or are to be made.
    ///   - formerParameters: Where the parameters that are there now go once a new passphrase was given; nil if the passphrase
    ///     is theirs.
    init(parametersPath: String, puttingPresentTo formerParameters: String? = nil) {
        self.parametersPath = parametersPath
        self.formerParameters = formerParameters
    }

    func key(for identifier: String?) async throws -> (identifier: String, key: SymmetricKey) {
        // A key of before can't come from a new passphrase: there is nothing to ask a person.
        guard identifier == nil || access(parametersPath, F_OK) == 0 else {
            throw MemoryError(
                code: .keyUnavailable,
                message: """
                    The file of passphrase parameters \(parametersPath) is not there, and without it the passphrase opens nothing. \
                    Put it back from a backup.
                    """
            )
        }
        return try await provider().key(for: identifier)
    }

    /// One question, however many ask at the same time.
    private func provider() async throws -> PassphraseKeyProvider {
        let task = asked.withLock { asked in
            if let asked { return asked }
            let task = Task { try await ask() }
            asked = task
            return task
        }
        return try await task.value
    }

    /// Asks away from the threads of tasks, because a person takes time.
    private func ask() async throws -> PassphraseKeyProvider {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global()
                .async { [self] in
                    continuation.resume(
                        with: Result {
                            let isNew = formerParameters != nil || access(parametersPath, F_OK) != 0
                            let passphrase = try PassphrasePrompt.passphrase(isNew: isNew)
                            if let formerParameters { try putPresent(to: formerParameters) }
                            return PassphraseKeyProvider(passphrase: passphrase, parametersPath: parametersPath)
                        }
                    )
                }
        }
    }

    private func putPresent(to path: String) throws {
        guard rename(parametersPath, path) == 0 else {
            throw CommandFailure("\(parametersPath) can't be moved to \(path): \(String(cString: strerror(errno))).")
        }
    }
}
