import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The slots that answer a request, best first.
    func ranked(
        _ request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> [Ranked] {
        let connection = snapshot.connection
        let session = try request.sessionID.flatMap { try SessionTable.find($0, user: user, in: connection) }
        let filter = try CatalogFilter(request.filter, user: user, now: now, connection: connection)
        let leftOut = try request.excluded.flatMap { try MemoryTable.key(of: $0, in: connection) }
        var ranking = Ranking(tuning: request.tuning, now: now.rawValue, session: session)
        if let words = request.words {
            ranking.words = try wordScores(
                words,
                request: request,
                user: user,
                slice: slice,
                in: snapshot,
                &workspace
            )
            ranking.hasRequiredPhrases = words.clauses.contains { $0.isRequired }
        }
        let vectors = try request.meaning.flatMap { meaning in
            try catalogVectors(for: meaning, user: user, catalog: slice.catalog, in: snapshot)
        }
        if let meaning = request.meaning {
            let count = slice.catalog.documents.count
            ranking.cosines =
                vectors?.cosines(with: meaning, count: count, in: &workspace.scoring)
                ?? [Float](repeating: 0, count: count)
        }
        let isDistinct = request.tuning.duplicateThreshold <= 1
        let hasPairs = request.meaning == nil && request.words?.pairs.isEmpty == false
        let isTyped = request.words?.canStandAsTyped == true && !request.typed.isEmpty
        // One plain word is the same in all that hold it but for its form: those that are returned are enough.
        let needsDepth = hasPairs || isTyped && request.words?.clauses.count != 1
        let depth = max(isDistinct ? request.limit * 4 : request.limit, needsDepth ? Proximity.depth : 0)
        var candidates = ranking.top(depth, of: slice.catalog.entries) { slot in
            let entry = slice.catalog.entries[slot]
            return slice.visibility.canFind(slot)
                && (request.includeShared || slice.visibility.isOwn(slot))
                && entry.memory != leftOut && filter.admits(entry)
        }
        if hasPairs, let words = request.words, let scores = ranking.words {
            candidates = try raisedByProximity(
                candidates,
                by: words,
                scores: scores,
                tuning: request.tuning,
                user: user,
                slice: slice,
                in: snapshot
            )
        }
        workspace.scoring.giveBack(ranking)
        let minimum = request.filter.minimumScore ?? 0
        var good = candidates.filter { $0.score >= minimum }
        if isTyped, let words = request.words {
            good = try typedFirst(
                good,
                request.typed,
                words,
                user: user,
                slice: slice,
                in: snapshot,
                workspace.postings
            )
        }
        guard isDistinct, let vectors else { return Array(good.prefix(request.limit)) }
        return Array(
            vectors.index
                .distinct(good, threshold: request.tuning.duplicateThreshold) { slice.catalog.entries[$0].document }
                .prefix(request.limit)
        )
    }

    /// The score of every slot by the words of a query, among the documents that the agent can find.
    private func wordScores(
        _ query: KeywordQuery,
        request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> WordScores {
        guard let expression = query.matchExpression(userKey: UserKey(user)) else {
            return WordScores(count: slice.catalog.documents.count)
        }
        try snapshot.state.checkAnalyser()
        try snapshot.connection.collectPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: query.clauses.count,
            into: &workspace.postings
        )
        let (catalog, visibility) = (slice.catalog, slice.visibility)
        catalog.findSlots(of: workspace.postings.rowIDs, into: &workspace.slots)
        let scorer = WordScorer(
            tuning: request.tuning,
            collection: visibility.collection,
            slotCount: catalog.documents.count,
            sessions: slice.sessions
        )
        visibility.lengths.withUnsafeBufferPointer { lengths in
            workspace.lengths.removeAll(keepingCapacity: true)
            workspace.lengths.append(contentsOf: workspace.slots.lazy.map { $0 < 0 ? 0 : lengths[Int($0)] })
        }
        let dates = slice.sessions == nil ? [] : request.dates
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

    /// Raises the best results of a search by keyword alone in which words are side by side as in the query.
    private func raisedByProximity(
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

    /// Puts those of the best results first in which the query stands as typed. Only texts that hold every word of it are
    /// read.
    private func typedFirst(
        _ results: [Ranked],
        _ typed: TypedText,
        _ words: KeywordQuery,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ postings: Postings
    ) throws -> [Ranked] {
        let clauses = words.typedClauses
        return try TypedFirst.arranged(results) { result in
            let document = slice.catalog.entries[result.slot].document
            guard postings.row(document, holds: clauses),
                let content = try DocumentTable.content(of: document, user: user, in: snapshot.connection)
            else { return .none }
            return typed.match(in: content)
        }
    }

    /// The user's vectors, of the same model as the query's vector; nil if the file has none.
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
