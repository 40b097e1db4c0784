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

    /// The vector of a text from an embedder that makes it on the spot; nil from any other, and for blank text.
    func vectorAtOnce(of text: String) -> QuantizedVector? {
        guard let embedder = embedder as? any SynchronousEmbedder, !text.isBlank else { return nil }
        return embedder.quantizedVector(for: text.prefix(utf8Length: Self.longestText))
    }

    /// What the embedder makes of each text, in their order.
    ///
    /// - Throws: `.embedderUnavailable` with what the embedder threw; `.embeddingMismatch` if it does not keep to its
    ///   own dimension; `CancellationError`.
    func outcomes(of texts: [String]) async throws -> [VectorOutcome] {
        let texts = texts.map { $0.prefix(utf8Length: Self.longestText) }
        if let embedder = embedder as? any SynchronousEmbedder {
            return texts.map { $0.isBlank ? .blank : .made(embedder.quantizedVector(for: $0)) }
        }
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
            return zip(texts, vectors).map { text, vector in text.isBlank ? .blank : VectorOutcome(of: vector) }
        } catch let error where error is CancellationError || error is MemoryError {
            throw error
        } catch {
            throw unavailable(because: error)
        }
    }

    /// The vector of a text; nil for blank text.
    ///
    /// - Throws: As ``outcomes(of:)``, and `.embedderUnavailable` if the embedder gave a vector that points nowhere.
    func vector(of text: String) async throws -> QuantizedVector? {
        guard let outcome = try await outcomes(of: [text]).first else { return nil }
        if case .unusable(let error) = outcome { throw unavailable(because: error) }
        return outcome.vector
    }

    /// What an embedder threw, in the form in which a host gets it.
    func unavailable(because error: any Error) -> MemoryError {
        MemoryError(
            code: .embedderUnavailable,
            message: (error as? EmbeddingError)?.message
                ?? "The embedder \(embedder.identifier) failed: \(error). Search by word goes on without it.",
            underlyingError: error
        )
    }
}

/// What an embedder makes of a text.
enum VectorOutcome: Sendable {
    case made(QuantizedVector)
    /// There is nothing but white space, which has no vector.
    case blank
    /// The embedder refuses the text, and would refuse it again.
    case refused
    /// The embedder gave a vector that nothing can be compared with; the next one may be better.
    case unusable(EmbeddingError)

    /// Takes an embedder's vector of a text that is not blank.
    init(of vector: [Float]) {
        do {
            try vector.requireDirection()
            self = .made(try QuantizedVector(quantizing: vector))
        } catch {
            self = .unusable(error)
        }
    }

    /// The vector, if there is one.
    var vector: QuantizedVector? {
        if case .made(let vector) = self { vector } else { nil }
    }
}

/// Gives the vectors of texts while a transaction is open, when nothing may wait.
struct VectorSource: Sendable {
    var embedder: (any Embedder)?
    /// Vectors made before the transaction, by text.
    var prepared: [String: QuantizedVector] = [:]

    /// The vector of a text; nil if it has to be made later, and for blank text.
    func vector(of text: String) -> QuantizedVector? {
        prepared[text] ?? embedder.flatMap { VectorMaker(embedder: $0).vectorAtOnce(of: text) }
    }
}
