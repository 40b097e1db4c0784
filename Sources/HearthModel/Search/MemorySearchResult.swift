/// One memory that a search has found.
public struct MemorySearchResult: Sendable {
    /// The memory as the agent sees it.
    public var memory: Memory
    /// How well it matches, 0…1; comparable within one list of results.
    public var score: Double
    /// What the score is made of.
    public var components: ScoreComponents
    /// Whether it is another agent's.
    public var isShared: Bool
    /// The owner.
    public var sourceAgent: AgentID
    /// Why the agent may see it; nil for its own.
    public var sharing: SharingContext?
    /// The passage that matches best, on one line, with `**` before and after the words that match.
    public var snippet: String
    /// The phrases of the query, between quotation marks, that nothing holds as they stand. Their words were looked for
    /// instead, and this was found so. The same for every result of a search; empty where every phrase is held.
    public var missingPhrases: [String]
    /// The other memories that the agent sees with an equal text, best first: they are this result and take no place of
    /// their own.
    public var copies: [MemoryID]
    /// The lowest trust of the memory and its copies: a text is no more trusted for being stored again.
    public var trust: Double

    /// Assembles a result.
    public init(
        memory: Memory,
        score: Double,
        components: ScoreComponents,
        isShared: Bool,
        sourceAgent: AgentID,
        sharing: SharingContext?,
        snippet: String,
        missingPhrases: [String] = [],
        copies: [MemoryID] = [],
        trust: Double? = nil
    ) {
        self.memory = memory
        self.score = score
        self.components = components
        self.isShared = isShared
        self.sourceAgent = sourceAgent
        self.sharing = sharing
        self.snippet = snippet
        self.missingPhrases = missingPhrases
        self.copies = copies
        self.trust = trust ?? memory.provenance.trust
    }
}

/// What a score is made of; each 0…1, nil where it was not used.
public struct ScoreComponents: Hashable, Sendable, Codable {
    /// BM25 over what the agent may see, relative to the most that the query could reach. In search by keyword it has
    /// the dates of the query in it.
    public var keyword: Double?
    /// The cosine of the embeddings of query and memory.
    public var semantic: Double?
    /// What the neighbours in the same session add.
    public var context: Double?
    /// How new it is.
    public var recency: Double?
    /// How important it is.
    public var importance: Double?

    /// Lists components.
    public init(
        keyword: Double? = nil,
        semantic: Double? = nil,
        context: Double? = nil,
        recency: Double? = nil,
        importance: Double? = nil
    ) {
        self.keyword = keyword
        self.semantic = semantic
        self.context = context
        self.recency = recency
        self.importance = importance
    }
}
