public import HearthStore

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
    /// - Throws: `.invalidArgument`, also for a search by meaning without an embedder, `.unknownAgent`, `.agentNotActive`.
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
        try store.requireActive(agentID, in: registry)
        return try await store.search(
            query,
            as: agentID,
            userID: userID,
            sessionID: sessionID,
            includeShared: includeSharedMemories,
            type: searchType,
            filter: filter,
            limit: limit
        )
    }
}
