public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Finds what an agent sees of a user's memories, best first.
    ///
    /// Reads of other agents' memories leave an audit row, committed before this returns.
    ///
    /// - Parameters:
    ///   - agentID: The agent that searches.
    ///   - userID: The user; an unknown one has no memories.
    ///   - query: Anything a person types: words, "quoted phrases" that must occur, beginnings of words with a `*` behind.
    ///   - sessionID: The session whose memories are preferred a little.
    ///   - includeSharedMemories: Whether other agents' memories are among them.
    ///   - searchType: By word, by meaning, or both.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at the most, 1…1,000.
    /// - Throws: `.invalidArgument`, also for a search by meaning without an embedder; `.embedderUnavailable` where a search by meaning
    ///   alone has no vector of the query; `.embeddingMismatch`; `.unknownAgent`, `.agentNotActive`.
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
    /// Finds memories that mean much the same as one of them, best first.
    ///
    /// - Parameters:
    ///   - id: A memory that the agent sees; it is not among the results.
    ///   - agentID: The agent that searches.
    ///   - includeSharedMemories: Whether other agents' memories are among them.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at the most, 1…1,000.
    /// - Throws: `.memoryNotFound`; `.invalidArgument`, also without an embedder; `.embedderUnavailable`; `.embeddingMismatch`;
    ///   `.unknownAgent`, `.agentNotActive`.
    public func similar(
        to id: MemoryID,
        agentID: AgentID,
        includeSharedMemories: Bool = true,
        filter: SearchFilter = .init(),
        limit: Int = 10
    ) async throws -> [MemorySearchResult] {
        try await operations.perform { store in
            try await store.similar(
                to: id,
                as: agentID,
                includeShared: includeSharedMemories,
                filter: filter,
                limit: limit,
                tuning: searchTuning
            )
        }
    }
}
