import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The most results that a search returns.
    static let maximumSearchLimit = 1_000

    /// Searches what an agent sees of a user's memories, best first.
    ///
    /// A memory is found by the agent's own draft of it if there is one, else by its published head.
    ///
    /// - Parameters:
    ///   - query: Anything that a person types: words, "quoted phrases" that must occur, beginnings of words followed
    ///     by `*`.
    ///   - agentID: The agent that searches.
    ///   - userID: The user; one that the file does not know has no memories.
    ///   - sessionID: The session whose memories rank a little higher.
    ///   - includeShared: Whether to include other agents' memories.
    ///   - type: Whether to search by word, by meaning, or both.
    ///   - filter: Which memories to include.
    ///   - limit: How many at most, 1…1,000.
    ///   - tuning: The constants of ranking.
    /// - Returns: At most `limit` results, the best first.
    /// - Throws: `.invalidArgument`, also for a search by meaning without an embedder, `.unknownAgent`,
    ///   `.embeddingMismatch`.
    package func search(
        _ query: String,
        as agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        includeShared: Bool = true,
        type: SearchType = .hybrid,
        filter: SearchFilter = .init(),
        limit: Int = 10,
        tuning: SearchTuning = .init()
    ) async throws -> [MemorySearchResult] {
        let userID = try userID.validated()
        let sessionID = try sessionID?.validated()
        try Self.check(limit: limit, maximum: Self.maximumSearchLimit)
        try filter.validate()
        // An agent that may not act must not have its query sent to an embedder. The search itself asks again.
        if type != .keyword { _ = try read { try $0.directory.acting(agentID) } }
        let words = KeywordQuery(query)
        let request = SearchRequest(
            words: type == .semantic ? nil : words,
            typed: TypedText(query),
            dates: QueryDates.terms(in: query),
            meaning: type == .keyword ? nil : try await vector(of: query, isRequired: type == .semantic),
            sessionID: sessionID,
            includeShared: includeShared,
            filter: filter,
            limit: limit,
            tuning: tuning
        )
        return try await results(of: request, as: agentID, snippetWords: words) { snapshot in
            try UserTable.find(userID, in: snapshot.connection)
        }
    }

    /// Finds memories of similar meaning to a given one, best first.
    ///
    /// - Parameters:
    ///   - id: A memory that the agent sees; it is not among the results.
    ///   - agentID: The agent that searches.
    ///   - includeShared: Whether to include other agents' memories.
    ///   - filter: Which memories to include.
    ///   - limit: How many at most, 1…1,000.
    ///   - tuning: The constants of ranking.
    /// - Returns: At most `limit` memories of the same user.
    /// - Throws: `.memoryNotFound`, `.invalidArgument`, also without an embedder.
    package func similar(
        to id: MemoryID,
        as agentID: AgentID,
        includeShared: Bool = true,
        filter: SearchFilter = .init(),
        limit: Int = 10,
        tuning: SearchTuning = .init()
    ) async throws -> [MemorySearchResult] {
        try Self.check(limit: limit, maximum: Self.maximumSearchLimit)
        try filter.validate()
        let memory = try await memory(id, as: agentID)
        let request = SearchRequest(
            words: nil,
            typed: TypedText(""),
            dates: [],
            meaning: try await vector(of: memory.content, isRequired: true),
            sessionID: nil,
            includeShared: includeShared,
            filter: filter,
            limit: limit,
            tuning: tuning,
            excluded: id
        )
        return try await results(of: request, as: agentID, snippetWords: KeywordQuery("")) { snapshot in
            try UserTable.find(memory.userID, in: snapshot.connection)
        }
    }
}

/// What a search looks for, and how.
struct SearchRequest: Sendable {
    var words: KeywordQuery?
    /// What was typed, which ranks first where it stands so.
    var typed: TypedText
    var dates: [DateTerm]
    var meaning: QuantizedVector?
    var sessionID: SessionID?
    var includeShared: Bool
    var filter: SearchFilter
    var limit: Int
    var tuning: SearchTuning
    var excluded: MemoryID?
}

/// What a search has found and not audited yet.
private struct FoundMemories {
    var receipt: ReadReceipt
    var ranked: [Ranked] = []
}

extension MemoryStore {
    /// Ranks and reads the results, and audits them before it returns them.
    private func results(
        of request: SearchRequest,
        as agentID: AgentID,
        snippetWords: KeywordQuery,
        user findUser: (Snapshot) throws -> Int64?
    ) async throws -> [MemorySearchResult] {
        let now = clock.now()
        let found = try read { snapshot -> FoundMemories in
            let viewer = try snapshot.directory.acting(agentID)
            var found = FoundMemories(receipt: ReadReceipt(viewer: viewer.key))
            guard let user = try findUser(snapshot) else { return found }
            if request.meaning != nil { loadVectorsAhead(of: user) }
            let slice = try catalogs.slice(of: user, for: viewer, needsSessions: request.meaning != nil, in: snapshot)
            let ranked = try searchWorkspaces.withWorkspace { workspace in
                try self.ranked(request, user: user, slice: slice, now: now, in: snapshot, &workspace)
            }
            for item in ranked {
                let entry = slice.catalog.entries[item.slot]
                let context = slice.visibility.context(item.slot)
                found.receipt.views.append(
                    try view(of: entry, context: context, viewer: viewer, now: now, in: snapshot)
                )
                found.ranked.append(item)
            }
            return found
        }
        let views = try await auditAndCount(found.receipt, at: now)
        return zip(views, found.ranked)
            .map { view, ranked in
                MemorySearchResult(
                    memory: view.memory,
                    score: ranked.score,
                    components: ranked.components,
                    isShared: view.sharing != nil,
                    sourceAgent: view.memory.agentID,
                    sharing: view.sharing,
                    snippet: Snippet().text(of: view.memory.content, for: snippetWords)
                )
            }
    }

    /// If a user's vectors are not in memory, reads them on another thread while this one reads the catalog. A first
    /// search waits mostly for these two, and they take about equally long.
    private func loadVectorsAhead(of user: Int64) {
        guard let embedder, !vectors.holds(user: user) else { return }
        Task { [self] in
            do {
                try read { snapshot in
                    guard let model = try VectorTable.model(embedder.identifier, in: snapshot.connection) else {
                        return
                    }
                    try vectors.load(user, model: model, in: snapshot)
                }
            } catch {
                // The search itself meets the same error, and throws it.
            }
        }
    }

    /// The query's vector; nil if it is not required, and there is no embedder or it fails.
    private func vector(of query: String, isRequired: Bool) async throws -> QuantizedVector? {
        guard let embedder else {
            guard !isRequired else {
                throw MemoryError.invalidArgument(
                    "There is no embedder, so search by meaning is off; search by keyword."
                )
            }
            return nil
        }
        do {
            return try await VectorMaker(embedder: embedder).vectors(of: [query])[0]
        } catch  where !isRequired && !(error is CancellationError) {
            return nil
        }
    }
}
