public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// How far the vectors of the file are those of the present embedder.
    public func embeddingStatus() async throws -> EmbeddingStatus {
        try await store.embeddingStatus()
    }

    /// Makes the vectors that are missing or of another embedder, batch by batch, while everything else goes on.
    ///
    /// What is done is durable, so a rebuild that was cancelled or killed goes on where it was.
    ///
    /// - Parameter progress: Called after every batch with the documents looked at so far.
    /// - Returns: How many vectors were made.
    /// - Throws: `.embedderUnavailable`, as where a model server is away; `.invalidArgument` without an embedder.
    @discardableResult
    public func rebuildEmbeddings(progress: (@Sendable (Int) -> Void)? = nil) async throws -> Int {
        try await store.rebuildEmbeddings(progress: progress)
    }
}
