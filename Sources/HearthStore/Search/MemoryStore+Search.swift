internal import HearthEmbedding
internal import HearthSQLite

extension MemoryStore {
    /// The most results a search returns.
    public static let maximumSearchLimit = 1_000

    /// Finds what an agent sees of a user's memories, best first.
    ///
    /// A memory is found by the agent's own draft of it where it has one, else by its published head.
    ///
    /// - Parameters:
    ///   - query: Anything a person types: words, "quoted phrases" that must occur, beginnings of words with a `*` behind.
    ///   - agentID: The agent that searches.
    ///   - userID: The user; one the file doesn't know has no memories.
    ///   - sessionID: The session whose memories are preferred a little.
    ///   - includeShared: Whether other agents' memories are among them.
    ///   - type: By word, by meaning, or both.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at the most, 1…1,000.
    ///   - tuning: The constants of ranking.
    /// - Returns: At most `limit` results, the best first.
    /// - Throws: `.invalidArgument`, also for a search by meaning without an embedder, `.unknownAgent`, `.embeddingMismatch`.
    public func search(
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
        let now = clock.now()
        let words = KeywordQuery(query)
        let dates = QueryDates.terms(in: query)
        let meaning = type == .keyword ? nil : try await vector(of: query, isRequired: type == .semantic)
        let found = try read { snapshot -> Found in
            let viewer = try snapshot.directory.entry(agentID)
            var found = Found(seen: Seen(viewer: viewer.key))
            guard let user = try KeyTable.find(user: userID, in: snapshot.connection) else { return found }
            let session = try sessionID.flatMap { try SessionTable.find($0, user: user, in: snapshot.connection) }
            let filter = try RosterFilter(filter, user: user, now: now, connection: snapshot.connection)
            let slice = try rosters.slice(of: user, for: viewer, needsSessions: meaning != nil, in: snapshot)
            var ranking = Ranking(tuning: tuning, now: now.rawValue, session: session)
            if type != .semantic {
                ranking.words = try wordScores(
                    words,
                    dates: dates,
                    user: user,
                    slice: slice,
                    tuning: tuning,
                    in: snapshot
                )
                ranking.hasRequiredPhrases = words.clauses.contains { $0.isRequired }
            }
            if let meaning {
                ranking.cosines = try cosines(with: meaning, user: user, slice: slice, in: snapshot)
            }
            let ranked = ranking.top(limit, of: slice.roster) { slot in
                slice.visibility.canFind(slot, in: slice.roster) && (includeShared || slice.visibility.isOwn(slot))
                    && filter.admits(slice.roster.entries[slot])
            }
            for item in ranked {
                let entry = slice.roster.entries[item.slot]
                let context = slice.visibility.context(item.slot)
                found.seen.sightings.append(
                    try sighting(of: entry, context: context, viewer: viewer, now: now, in: snapshot)
                )
                found.ranked.append(item)
            }
            return found
        }
        let sightings = try await account(for: found.seen, at: now)
        let minimumScore = filter.minimumScore ?? 0
        return zip(sightings, found.ranked).filter { $1.score >= minimumScore }
            .map { sighting, ranked in
                MemorySearchResult(
                    memory: sighting.memory,
                    score: ranked.score,
                    components: ranked.components,
                    isShared: sighting.sharing != nil,
                    sourceAgent: sighting.memory.agentID,
                    sharing: sighting.sharing,
                    snippet: Snippet().text(of: sighting.memory.content, for: words)
                )
            }
    }
}

/// What a search has found, on its way out.
private struct Found {
    var seen: Seen
    var ranked: [Ranked] = []
}

extension MemoryStore {
    /// The query's vector; nil where there is no embedder, or where one outside the process does not answer and words will do.
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

    /// What the words of a query say of every slot, over what the agent can find.
    private func wordScores(
        _ query: KeywordQuery,
        dates: [DateTerm],
        user: Int64,
        slice: VisibleSlice,
        tuning: SearchTuning,
        in snapshot: Snapshot
    ) throws -> WordScores {
        guard let expression = query.matchExpression(userKey: UserKey(user)) else {
            return WordScores(count: slice.roster.entries.count)
        }
        let postings = try snapshot.connection.collectPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: query.clauses.count
        )
        let scorer = WordScorer(
            tuning: tuning,
            roster: slice.roster,
            visibility: slice.visibility,
            sessions: slice.sessions
        )
        return scorer.scores(of: postings, for: query, dates: dates)
    }

    /// The cosine of every slot; 0 for a document that has no vector of the present model yet.
    private func cosines(
        with query: QuantizedVector,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot
    ) throws -> [Float] {
        var dense = [Float](repeating: 0, count: slice.roster.entries.count)
        guard let embedder, let model = try VectorTables.model(embedder.identifier, in: snapshot.connection) else {
            return dense
        }
        guard model.dimension == query.components.count else {
            throw MemoryError(
                code: .embeddingMismatch,
                message:
                    "The file holds vectors of \(model.identifier) with \(model.dimension) components, the query's has \(query.components.count)."
            )
        }
        let table = try vectors.table(of: user, model: model, in: snapshot)
        let cosines = table.cosines(with: query)
        for (row, document) in table.documents.enumerated() where document != 0 {
            if let slot = slice.roster.slot(of: document) { dense[slot] = cosines[row] }
        }
        return dense
    }
}
