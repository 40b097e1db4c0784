import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The slots that answer a request, with those whose texts are equal, best first.
    func ranked(
        _ request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> [Crowding.Group] {
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
        let hasPairs = request.meaning == nil && request.words?.pairs.isEmpty == false
        let groups = try uncrowded(request, user: user, slice: slice, vectors: vectors, in: snapshot) { depth in
            let best = ranking.top(max(depth, hasPairs ? Proximity.depth : 0), of: slice.catalog.entries) { slot in
                let entry = slice.catalog.entries[slot]
                return slice.visibility.canFind(slot)
                    && (request.includeShared || slice.visibility.isOwn(slot))
                    && entry.memory != leftOut && filter.admits(entry)
            }
            guard hasPairs, let words = request.words, let scores = ranking.words else { return best }
            return try raisedByProximity(
                best,
                by: words,
                scores: scores,
                tuning: request.tuning,
                user: user,
                slice: slice,
                in: snapshot
            )
        }
        workspace.scoring.giveBack(ranking)
        return groups
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
