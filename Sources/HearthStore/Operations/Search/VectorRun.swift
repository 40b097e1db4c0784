import HearthEmbedding
import HearthModel

/// Makes the vectors of many texts, and tells texts that the embedder refuses from an embedder that takes none.
///
/// A batch with a refused text is halved until that text is alone. The embedder is asked for a plain word before the halving
/// and again before a text is given up, whatever it took until then: if it refuses that too, the refusal concerns all texts,
/// and nothing more is sent. An embedder that fails is asked for the word each time: it may have stumbled over a text, or have
/// just gone out of service.
struct VectorRun {
    /// What any model can embed.
    private static let plainWord = "word"

    private let maker: VectorMaker

    init(_ maker: VectorMaker) {
        self.maker = maker
    }

    /// What the embedder makes of each text, in their order.
    ///
    /// - Throws: As ``VectorMaker/outcomes(of:)``, for whatever concerns more than single texts.
    func outcomes(of texts: [String]) async throws -> [VectorOutcome] {
        try await outcomes(of: texts, isPart: false)
    }

    /// - Parameter isPart: Whether the texts are a part of a batch that was refused before.
    private func outcomes(of texts: [String], isPart: Bool) async throws -> [VectorOutcome] {
        let made: [VectorOutcome]
        do {
            made = try await maker.outcomes(of: texts)
        } catch let error as MemoryError where error.mayConcernTextsAlone || error.mayBeAStumble {
            // Of a part that was refused at least one text is alone in the end, and asks then.
            if !isPart || texts.count == 1 || error.mayBeAStumble { try await prove(orThrow: error) }
            guard texts.count > 1 else { return [VectorOutcome(refusedBecauseOf: error)] }
            let middle = texts.count / 2
            let first = try await outcomes(of: Array(texts[..<middle]), isPart: true)
            return try await first + outcomes(of: Array(texts[middle...]), isPart: true)
        }
        if !made.contains(where: { $0.vector != nil }), let error = made.lazy.compactMap(\.error).first {
            try await prove(orThrow: maker.unavailable(because: error))
        }
        return made
    }

    /// Has the embedder make some vector.
    private func prove(orThrow failure: MemoryError) async throws {
        do {
            _ = try await maker.vector(of: Self.plainWord)
        } catch let error as MemoryError where error.mayConcernTextsAlone || error.mayBeAStumble {
            throw failure
        }
    }
}

extension VectorOutcome {
    fileprivate init(refusedBecauseOf error: MemoryError) {
        if let cause = error.embeddingError, cause.isUnusableVector || cause.mayBeAStumble {
            self = .unusable(cause)
        } else {
            self = error.mayBeAStumble ? .unusable(EmbeddingError(.serverFailed, error.message)) : .refused
        }
    }

    /// Why the vector is of no use, if it is not.
    var error: EmbeddingError? {
        if case .unusable(let error) = self { error } else { nil }
    }
}

extension MemoryError {
    fileprivate var embeddingError: EmbeddingError? { underlyingError as? EmbeddingError }

    fileprivate var mayConcernTextsAlone: Bool { embeddingError?.mayConcernTextsAlone == true }

    /// Whether the embedder may have stumbled over one of the texts. A host's own embedder may throw anything.
    fileprivate var mayBeAStumble: Bool {
        code == .embedderUnavailable && (embeddingError.map(\.mayBeAStumble) ?? (underlyingError != nil))
    }
}
