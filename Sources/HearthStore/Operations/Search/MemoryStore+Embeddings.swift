import HearthEmbedding
package import HearthModel
import HearthSQLite

extension MemoryStore {
    /// How many of the file's vectors are those of the present embedder.
    package func embeddingStatus() async throws -> EmbeddingStatus {
        try read { snapshot in
            let model = try embedder.flatMap { try VectorTable.model($0.identifier, in: snapshot.connection) }
            let counts = try snapshot.connection.first(
                """
                SELECT count(*), count(*) FILTER (WHERE model_key = ?1 AND block_key IS NOT NULL),
                    count(*) FILTER (WHERE model_key = ?1 AND block_key IS NULL)
                FROM documents WHERE flags & 3 = 0
                """,
                model?.key,
                as: { (documents: $0.int(0), embedded: $0.int(1), withoutVector: $0.int(2)) }
            )
            let (documents, embedded, withoutVector) = counts ?? (0, 0, 0)
            return EmbeddingStatus(
                embedder: embedder?.identifier,
                dimension: embedder?.dimension,
                documents: documents,
                embedded: embedded,
                pending: embedder == nil ? 0 : documents - embedded - withoutVector,
                withoutVector: withoutVector
            )
        }
    }

    /// Makes the vectors that are missing or were made by another embedder, batch by batch, while everything else goes
    /// on.
    ///
    /// Each batch is durable, so a rebuild that was cancelled or killed goes on where it stopped; one of all vectors
    /// begins again. A text that the embedder refuses while it takes others gets no vector and is found by its words;
    /// it is sent again only when it changes, or by a rebuild of all vectors.
    ///
    /// - Parameters:
    ///   - all: Whether to make also those that the present embedder has made already.
    ///   - progress: Called after every batch with the number of documents looked at so far.
    /// - Returns: How many vectors were made.
    /// - Throws: `.embedderUnavailable` if the failure is not due to one text, as when a server is away, at once; and
    ///   when all else is done, if vectors that point nowhere were refused. `.invalidArgument` without an embedder.
    @discardableResult
    package func rebuildEmbeddings(
        all: Bool = false,
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> Int {
        try await rebuildEmbeddings(ofUser: nil, all: all, progress: progress)
    }

    /// Makes the vectors of one user, or of every user.
    @discardableResult
    func rebuildEmbeddings(
        ofUser user: Int64?,
        all: Bool = false,
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> Int {
        guard let embedder else {
            throw MemoryError.invalidArgument("There is no embedder; configure one to make vectors.")
        }
        let maker = VectorMaker(embedder: embedder)
        let run = VectorRun(maker)
        var position = PendingText.Position(user: user ?? 0, document: 0)
        var (made, seen) = (0, 0)
        var unusable: (count: Int, pointsNowhere: Bool, error: EmbeddingError)?
        while true {
            try Task.checkCancellation()
            let start = position
            let batch = try await withKeys {
                try read { try PendingText.batch(after: start, upTo: user ?? .max, for: embedder, all: all, in: $0) }
            }
            guard let last = batch.last else { break }
            position = last.position
            let outcomes = try await run.outcomes(of: batch.map(\.text))
            made += try await write { [keyring] transaction in
                try zip(batch, outcomes)
                    .count { try $0.write($1, by: embedder, keyring: keyring, in: transaction) }
            }
            for error in outcomes.lazy.compactMap(\.error) {
                let (count, pointsNowhere, _) = unusable ?? (0, true, error)
                unusable = (count + 1, pointsNowhere && error.isUnusableVector, error)
            }
            seen += batch.count
            progress?(seen)
        }
        if let unusable {
            throw maker.gaveUnusableVectors(
                unusable.count,
                pointsNowhere: unusable.pointsNowhere,
                because: unusable.error
            )
        }
        return made
    }

    /// Starts making the vectors that a remote embedder has not made yet, without waiting for them.
    func embedLater() {
        guard let embedder, !embedder.isLocal else { return }
        embedMissing()
    }

    /// Starts making the vectors that could not be made inside a transaction, without waiting for them.
    func embedMissing() {
        guard let embedder, !(embedder is any SynchronousEmbedder), !isReadOnly else { return }
        embeddingQueue.wake { [weak self] in _ = try await self?.rebuildEmbeddings() }
    }
}

extension VectorMaker {
    /// The error of a rebuild that made all vectors but some.
    ///
    /// - Parameter pointsNowhere: Whether the embedder answered for each of these texts, with a vector of no use.
    fileprivate func gaveUnusableVectors(
        _ count: Int,
        pointsNowhere: Bool,
        because error: EmbeddingError
    ) -> MemoryError {
        let (texts, them) = count == 1 ? ("1 text has", "it") : ("\(count) texts have", "each of them")
        let reason =
            pointsNowhere
            ? "what the embedder \(embedder.identifier) gave points nowhere. \(error.message)"
            : "the embedder \(embedder.identifier) failed at \(them), though not at others. The last answer: \(error.message)"
        return MemoryError(
            code: .embedderUnavailable,
            message: """
                \(texts) no vector, because \(reason) The other vectors are made; rebuild again to make \
                \(count == 1 ? "this one" : "these").
                """,
            underlyingError: error
        )
    }
}
