import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The most results a search returns.
    package static let maximumSearchLimit = 1_000

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
        let words = KeywordQuery(query)
        let question = Question(
            words: type == .semantic ? nil : words,
            dates: QueryDates.terms(in: query),
            meaning: type == .keyword ? nil : try await vector(of: query, isRequired: type == .semantic),
            sessionID: sessionID,
            includeShared: includeShared,
            filter: filter,
            limit: limit,
            tuning: tuning
        )
        return try await results(of: question, as: agentID, snippetWords: words) { snapshot in
            try UserTable.find(userID, in: snapshot.connection)
        }
    }

    /// Finds memories that mean much the same as one of them, best first.
    ///
    /// - Parameters:
    ///   - id: A memory that the agent sees; it is not among the results.
    ///   - agentID: The agent that searches.
    ///   - includeShared: Whether other agents' memories are among them.
    ///   - filter: What to narrow it to.
    ///   - limit: How many at the most, 1…1,000.
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
        let question = Question(
            words: nil,
            dates: [],
            meaning: try await vector(of: memory.content, isRequired: true),
            sessionID: nil,
            includeShared: includeShared,
            filter: filter,
            limit: limit,
            tuning: tuning,
            leavingOut: id
        )
        return try await results(of: question, as: agentID, snippetWords: KeywordQuery("")) { snapshot in
            try UserTable.find(memory.userID, in: snapshot.connection)
        }
    }
}

/// What is looked for, analysed.
private struct Question: Sendable {
    var words: KeywordQuery?
    var dates: [DateTerm]
    var meaning: QuantizedVector?
    var sessionID: SessionID?
    var includeShared: Bool
    var filter: SearchFilter
    var limit: Int
    var tuning: SearchTuning
    var leavingOut: MemoryID?
}

/// What a search has found, on its way out.
private struct Found {
    var receipt: ReadReceipt
    var ranked: [Ranked] = []
}

extension MemoryStore {
    /// Ranks, reads, audits and lays out.
    private func results(
        of question: Question,
        as agentID: AgentID,
        snippetWords: KeywordQuery,
        user findUser: (Snapshot) throws -> Int64?
    ) async throws -> [MemorySearchResult] {
        let now = clock.now()
        let found = try read { snapshot -> Found in
            let viewer = try snapshot.directory.acting(agentID)
            var found = Found(receipt: ReadReceipt(viewer: viewer.key))
            guard let user = try findUser(snapshot) else { return found }
            if question.meaning != nil { loadVectorsAhead(of: user) }
            let slice = try catalogs.slice(of: user, for: viewer, needsSessions: question.meaning != nil, in: snapshot)
            let ranked = try searchWorkspaces.withWorkspace { workspace in
                try self.ranked(question, user: user, slice: slice, now: now, in: snapshot, &workspace)
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
        let views = try await account(for: found.receipt, at: now)
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

    /// Reads a user's vectors on another thread where none are in memory, while this one reads the catalog: the two are most of what a
    /// first search waits for, and take about as long.
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
                // The search itself comes across whatever it was, and says so.
            }
        }
    }

    /// The slots that answer a question, best first.
    private func ranked(
        _ question: Question,
        user: Int64,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> [Ranked] {
        let connection = snapshot.connection
        let session = try question.sessionID.flatMap { try SessionTable.find($0, user: user, in: connection) }
        let filter = try CatalogFilter(question.filter, user: user, now: now, connection: connection)
        let leftOut = try question.leavingOut.flatMap { try MemoryTable.key(of: $0, in: connection) }
        var ranking = Ranking(tuning: question.tuning, now: now.rawValue, session: session)
        if let words = question.words {
            ranking.words = try wordScores(
                words,
                question: question,
                user: user,
                slice: slice,
                in: snapshot,
                &workspace
            )
            ranking.hasRequiredPhrases = words.clauses.contains { $0.isRequired }
        }
        let vectors = try question.meaning.flatMap { meaning in
            try catalogVectors(for: meaning, user: user, catalog: slice.catalog, in: snapshot)
        }
        if let meaning = question.meaning {
            let count = slice.catalog.documents.count
            ranking.cosines =
                vectors?.cosines(with: meaning, count: count, in: &workspace.scoring)
                ?? [Float](repeating: 0, count: count)
        }
        let isDistinct = question.tuning.duplicateThreshold <= 1
        let hasPairs = question.meaning == nil && question.words?.pairs.isEmpty == false
        let depth = max(isDistinct ? question.limit * 4 : question.limit, hasPairs ? Proximity.depth : 0)
        var candidates = ranking.top(depth, of: slice.catalog.entries) { slot in
            let entry = slice.catalog.entries[slot]
            return slice.visibility.canFind(slot)
                && (question.includeShared || slice.visibility.isOwn(slot))
                && entry.memory != leftOut && filter.admits(entry)
        }
        if hasPairs, let words = question.words, let scores = ranking.words {
            candidates = try raised(
                candidates,
                by: words,
                scores: scores,
                tuning: question.tuning,
                user: user,
                slice: slice,
                in: snapshot
            )
        }
        workspace.scoring.giveBack(ranking)
        let minimum = question.filter.minimumScore ?? 0
        let good = candidates.filter { $0.score >= minimum }
        guard isDistinct, let vectors else { return Array(good.prefix(question.limit)) }
        return Array(
            vectors.index
                .distinct(good, threshold: question.tuning.duplicateThreshold) { slice.catalog.entries[$0].document }
                .prefix(question.limit)
        )
    }

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
        question: Question,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> WordScores {
        guard let expression = query.matchExpression(userKey: UserKey(user)) else {
            return WordScores(count: slice.catalog.documents.count)
        }
        try snapshot.connection.collectPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: query.clauses.count,
            into: &workspace.postings
        )
        let (catalog, visibility) = (slice.catalog, slice.visibility)
        catalog.findSlots(of: workspace.postings.rowIDs, into: &workspace.slots)
        let scorer = WordScorer(
            tuning: question.tuning,
            collection: visibility.collection,
            slotCount: catalog.documents.count,
            sessions: slice.sessions
        )
        visibility.lengths.withUnsafeBufferPointer { lengths in
            workspace.lengths.removeAll(keepingCapacity: true)
            workspace.lengths.append(contentsOf: workspace.slots.lazy.map { $0 < 0 ? 0 : lengths[Int($0)] })
        }
        let dates = slice.sessions == nil ? [] : question.dates
        return scorer.scores(
            of: workspace.postings.counts,
            at: workspace.slots,
            lengths: workspace.lengths,
            for: query,
            dates: dates.map { date in
                catalog.entries.indices.filter {
                    visibility.canFind($0) && date.holds(catalog.entries[$0].createdAt)
                }
            },
            in: &workspace.scoring
        )
    }

    /// Raises the best results of a search by keyword alone by the words that stand side by side in them as in the query.
    private func raised(
        _ results: [Ranked],
        by words: KeywordQuery,
        scores: WordScores,
        tuning: SearchTuning,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot
    ) throws -> [Ranked] {
        let proximity = Proximity(
            of: words,
            rarities: scores.rarities,
            tuning: tuning,
            averageLength: slice.visibility.collection.averageLength
        )
        return try proximity.raised(results, bound: scores.ownBound) { slot in
            let document = slice.catalog.entries[slot].document
            return try DocumentTable.content(of: document, user: user, in: snapshot.connection) ?? ""
        }
    }

    /// The user's vectors of the model that the query's vector is of; nil while the file has none.
    private func catalogVectors(
        for query: QuantizedVector,
        user: Int64,
        catalog: DocumentCatalog,
        in snapshot: Snapshot
    ) throws -> CatalogVectors? {
        guard let embedder, let model = try VectorTable.model(embedder.identifier, in: snapshot.connection) else {
            return nil
        }
        guard model.dimension == query.components.count else {
            throw MemoryError(
                code: .embeddingMismatch,
                message: """
                    The file holds vectors of \(model.identifier) with \(model.dimension) components, and the query's has \
                    \(query.components.count). Give the embedder another identifier, or the model it had.
                    """
            )
        }
        return try vectors.current(of: user, model: model, catalog: catalog, in: snapshot)
    }
}
