/// How far the vectors of a file are those of the present embedder.
public struct EmbeddingStatus: Hashable, Sendable, Codable {
    /// The present embedder; nil without one.
    public var embedder: String?
    /// Components of its vectors.
    public var dimension: Int?
    /// Documents that search can find: published memories and drafts.
    public var documents: Int
    /// Those with a vector of the present embedder.
    public var embedded: Int
    /// Those that wait for one; until then they are found by their words.
    public var pending: Int

    /// Assembles a status.
    public init(embedder: String?, dimension: Int?, documents: Int, embedded: Int, pending: Int) {
        self.embedder = embedder
        self.dimension = dimension
        self.documents = documents
        self.embedded = embedded
        self.pending = pending
    }
}
