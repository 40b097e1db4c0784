import Dispatch
import Glibc
import HearthMemory
import Synchronization

/// Asks for a passphrase when a key is first needed, so that a command that needs none asks for none.
final class PromptedKeyProvider: KeyProvider {
    private let parametersPath: String
    private let asked = Mutex<Task<PassphraseKeyProvider, any Error>?>(nil)

    init(parametersPath: String) {
        self.parametersPath = parametersPath
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
            let task = Task { [parametersPath] in try await Self.ask(parametersPath) }
            asked = task
            return task
        }
        return try await task.value
    }

    /// Asks away from the threads of tasks, because a person takes time.
    private static func ask(_ parametersPath: String) async throws -> PassphraseKeyProvider {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global()
                .async {
                    continuation.resume(
                        with: Result {
                            let passphrase = try PassphrasePrompt.passphrase(forParameters: parametersPath)
                            return PassphraseKeyProvider(passphrase: passphrase, parametersPath: parametersPath)
                        }
                    )
                }
        }
    }
}
