import HearthMemory
import Synchronization

/// An embedder that remembers why it failed to give the meaning of one question: a search goes on by words then, and whoever
/// asked should know.
final class QuestionEmbedder: Embedder {
    private let embedder: any Embedder
    private let question: String
    private let failure = Mutex<(any Error)?>(nil)

    /// Wraps an embedder that may fail; nil for one that runs in this process.
    init?(_ embedder: (any Embedder)?, for question: String) {
        guard let embedder, !embedder.isLocal else { return nil }
        self.embedder = embedder
        self.question = question
    }

    var identifier: String { embedder.identifier }
    var dimension: Int { embedder.dimension }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        do {
            return try await embedder.embed(texts)
        } catch {
            // Memories that wait for a vector are sent too. Of a long question the beginning is.
            if texts.count == 1, texts.allSatisfy(question.hasPrefix) { failure.withLock { $0 = error } }
            throw error
        }
    }

    /// Why the question's meaning was not looked for, for a person; nil if it was.
    var reason: String? {
        failure.withLock { error in error.map { ($0 as? EmbeddingError)?.message ?? "\($0)" } }
    }
}

/// What becomes of a question's meaning in a command that goes on without it.
final class AskedMeaning {
    private var embedder: QuestionEmbedder?

    /// Watches the embedder that a command is configured with.
    func watch(_ configuration: inout CoordinatorConfiguration, for question: String) {
        embedder = QuestionEmbedder(configuration.embedder, for: question)
        if let embedder { configuration.embedder = embedder }
    }

    /// Whether the embedder failed, so that words alone were looked for.
    var isMissing: Bool { embedder?.reason != nil }

    /// Says on standard error that words alone were looked for, and why.
    func warnIfMissing() {
        guard let reason = embedder?.reason else { return }
        Console.error.warn("Words alone were looked for, not the meaning: \(reason)")
    }
}
