import HearthEmbedding
import HearthModel
import HearthText

/// Makes the vectors of texts with an embedder.
struct VectorMaker: Sendable {
    let embedder: any Embedder

    /// The most bytes of a text that its vector is made from: past these the mean of the word vectors hardly moves.
    static let longestText = 32_768

    /// Whether storing a memory waits for its vector: the embedder runs in this process, but asynchronously.
    var isAwaited: Bool { embedder.isLocal && !(embedder is any SynchronousEmbedder) }

    /// The vector of a text from an embedder that makes it on the spot; nil from any other.
    func vectorAtOnce(of text: String) -> QuantizedVector? {
        (embedder as? any SynchronousEmbedder)?.quantizedVector(for: text.prefix(utf8Length: Self.longestText))
    }

    /// The vectors of texts, in their order.
    ///
    /// - Throws: `.embedderUnavailable` with what the embedder threw; `.embeddingMismatch` if it does not keep to its
    ///   own dimension; `CancellationError`.
    func vectors(of texts: [String]) async throws -> [QuantizedVector] {
        let texts = texts.map { $0.prefix(utf8Length: Self.longestText) }
        if let embedder = embedder as? any SynchronousEmbedder { return texts.map(embedder.quantizedVector) }
        do {
            let vectors = try await embedder.embed(texts)
            guard vectors.count == texts.count, vectors.allSatisfy({ $0.count == embedder.dimension }) else {
                throw MemoryError(
                    code: .embeddingMismatch,
                    message: """
                        The embedder \(embedder.identifier) gave \(vectors.count) vectors for \(texts.count) texts, or vectors of another \
                        dimension than \(embedder.dimension). Check the model it is set up with.
                        """
                )
            }
            return try vectors.map(QuantizedVector.init(quantizing:))
        } catch let error where error is CancellationError || error is MemoryError {
            throw error
        } catch {
            throw MemoryError.embedderUnavailable(embedder, because: error)
        }
    }
}

/// Gives the vectors of texts while a transaction is open, when nothing may wait.
struct VectorSource: Sendable {
    var embedder: (any Embedder)?
    /// Vectors made before the transaction, by text.
    var prepared: [String: QuantizedVector] = [:]

    /// The vector of a text; nil if it has to be made later.
    func vector(of text: String) -> QuantizedVector? {
        prepared[text] ?? embedder.flatMap { VectorMaker(embedder: $0).vectorAtOnce(of: text) }
    }
}

extension MemoryError {
    /// What an embedder threw, in the form in which a host gets it.
    fileprivate static func embedderUnavailable(_ embedder: any Embedder, because error: any Error) -> MemoryError {
        MemoryError(
            code: .embedderUnavailable,
            message: (error as? EmbeddingError)?.message
                ?? "The embedder \(embedder.identifier) failed: \(error). Search by word goes on without it.",
            underlyingError: error
        )
    }

    /// Whether the embedder refused these texts and would refuse them again.
    var isRefusalOfText: Bool { (underlyingError as? EmbeddingError)?.code == .requestRefused }
}
