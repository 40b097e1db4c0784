public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Finds what an agent sees of a user's memories, best first.
    ///
    /// Reads of other agents' memories leave an audit row, committed before this returns.
    ///
    /// - Parameters:
    ///   - agentID: The agent that searches.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - query: Anything a person types: words, "quoted phrases" that must occur unless nothing has them, beginnings
    ///     of words with a `*` behind them, dates. <doc:Search> has the rules.
    ///   - sessionID: The session whose memories are slightly preferred.
    ///   - includeSharedMemories: Whether to include other agents' memories.
    ///   - searchType: By word, by meaning, or both.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at most, 1…1,000.
    /// - Throws: `.invalidArgument`, for instance for a search by meaning without an embedder; `.embedderUnavailable`
    ///   where a search by meaning alone has no vector of the query; `.embeddingMismatch`; `.unknownAgent`,
    ///   `.agentNotActive`.
    public func searchAgentMemories(
        agentID: AgentID,
        userID: UserID,
        query: String,
        sessionID: SessionID? = nil,
        includeSharedMemories: Bool = true,
        searchType: SearchType = .hybrid,
        filter: SearchFilter = .init(),
        limit: Int = 10
    ) async throws -> [MemorySearchResult] {
        try await operations.perform { store in
            try await store.search(
                query,
                as: agentID,
                userID: userID,
                sessionID: sessionID,
                includeShared: includeSharedMemories,
                type: searchType,
                filter: filter,
                limit: limit,
                tuning: searchTuning
            )
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// What an assistant pastes into a prompt: what an agent sees that answers a query, best first, within a budget of
    /// tokens.
    ///
    /// It is a search. Memories that say nearly the same are folded into the best of them, unless a number or a
    /// negation is another. One that doesn't fit stands with the passage that matches best, or is left out. The same file, query, budget and
    /// day give the same text.
    ///
    /// What a memory says is data: a text from a tool or an import may have been written so that an assistant obeys it. Each line has the
    /// trust of its text.
    ///
    /// - Parameters:
    ///   - agentID: The agent that asks.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - query: Anything a person types, as for a search.
    ///   - sessionID: The session whose memories are slightly preferred.
    ///   - includeSharedMemories: Whether to include other agents' memories.
    ///   - filter: What to narrow it to.
    ///   - budget: The most tokens that the text may have, 1…10,000,000.
    ///   - countTokens: How many tokens the host's model makes of a text; nil: an estimate, which the result says.
    /// - Throws: `.invalidArgument` for the budget, and as
    ///   ``searchAgentMemories(agentID:userID:query:sessionID:includeSharedMemories:searchType:filter:limit:)``.
    public func context(
        agentID: AgentID,
        userID: UserID,
        query: String,
        sessionID: SessionID? = nil,
        includeSharedMemories: Bool = true,
        filter: SearchFilter = .init(),
        budget: Int,
        countTokens: (@Sendable (String) -> Int)? = nil
    ) async throws -> MemoryContext {
        try await operations.perform { store in
            try await store.context(
                query,
                as: agentID,
                userID: userID,
                sessionID: sessionID,
                includeShared: includeSharedMemories,
                filter: filter,
                budget: budget,
                tuning: searchTuning,
                countTokens: countTokens
            )
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// Finds memories that mean much the same as a given one, best first.
    ///
    /// - Parameters:
    ///   - id: A memory that the agent sees; it is not among the results.
    ///   - agentID: The agent that searches.
    ///   - includeSharedMemories: Whether to include other agents' memories.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at most, 1…1,000.
    ///   - userID: Whose memory it is, where several users have one of that identifier.
    /// - Throws: `.memoryNotFound`; `.invalidArgument`, for instance without an embedder; `.embedderUnavailable`;
    ///   `.embeddingMismatch`; `.unknownAgent`, `.agentNotActive`.
    public func similar(
        to id: MemoryID,
        agentID: AgentID,
        includeSharedMemories: Bool = true,
        filter: SearchFilter = .init(),
        limit: Int = 10,
        userID: UserID? = nil
    ) async throws -> [MemorySearchResult] {
        try await operations.perform { store in
            try await store.similar(
                to: id,
                as: agentID,
                includeShared: includeSharedMemories,
                filter: filter,
                limit: limit,
                tuning: searchTuning,
                userID: userID
            )
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// How many documents of the file have a vector of the present embedder.
    public func embeddingStatus() async throws -> EmbeddingStatus {
        try await operations.administer { try await $0.embeddingStatus() }
    }

    /// Makes the vectors that are missing or of another embedder, batch by batch, while everything else goes on.
    ///
    /// Every batch is durable, so a rebuild that was cancelled or killed goes on where it was; one that is forced begins
    /// again. A text that the embedder refuses while it takes others gets no vector; it is sent again when it changes, or
    /// by a rebuild that is forced.
    ///
    /// - Parameters:
    ///   - force: Whether to make all vectors anew, also those that the embedder has made already.
    ///   - progress: Called after every batch with the documents looked at so far.
    /// - Returns: How many vectors were made.
    /// - Throws: `.embedderUnavailable` at once where it concerns all texts, as when a model server does not answer,
    ///   refuses the key or lacks the model; and in the end, where vectors that point nowhere were refused.
    ///   `.invalidArgument` without an embedder.
    @discardableResult
    public func rebuildEmbeddings(
        force: Bool = false,
        progress: (@Sendable (Int) -> Void)? = nil
    ) async throws -> Int {
        try await store.rebuildEmbeddings(all: force, progress: progress)
    }
}
