import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The slots that answer a request as it stands, best first.
    func ranked(
        _ request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> RankedSlots {
        let connection = snapshot.connection
        let session = try request.sessionID.flatMap { try SessionTable.find($0, user: user, in: connection) }
        let filter = try CatalogFilter(request.filter, user: user, now: now, connection: connection)
        let leftOut = try request.excluded.flatMap { try MemoryTable.key(of: $0, in: connection) }
        var ranking = Ranking(tuning: request.tuning, now: now.rawValue, session: session)
        let times = AskedTimes(
            request.words == nil && !request.isAboutTime ? [] : request.dates,
            entries: slice.catalog.entries,
            takesSides: request.isAboutTime
        ) {
            slice.visibility.canFind($0)
        }
        if let words = request.words {
            ranking.words = try wordScores(
                words,
                request: request,
                times: times,
                user: user,
                slice: slice,
                in: snapshot,
                &workspace
            )
            ranking.needsWords = request.needsWords || !words.required.isEmpty
        }
        if request.isAboutTime { ranking.selection = times.selection(named: ranking.words?.dated ?? []) }
        if request.words?.isMostlyTime == true { ranking.madeThen = times.all }
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
        let hasPairs = request.meaning == nil && !request.isAboutTime && request.words?.pairs.isEmpty == false
        let depth = max(isDistinct ? request.limit * 4 : request.limit, hasPairs ? Proximity.depth : 0)
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
        let missing = zip(request.words?.clauses ?? [], ranking.words?.rarities ?? [])
            .filter { $0.isRequired && $1 == 0 }.map { $0.0.phrase }
        workspace.scoring.giveBack(ranking)
        let minimum = request.filter.minimumScore ?? 0
        var good = candidates.filter { $0.score >= minimum }
        if isDistinct, let vectors {
            good = vectors.index.distinct(good, threshold: request.tuning.duplicateThreshold) {
                slice.catalog.entries[$0].document
            }
        }
        return RankedSlots(
            results: Array(good.prefix(request.limit)),
            isSilent: candidates.isEmpty,
            missingPhrases: Set(missing)
        )
    }

    /// The score of every slot by the words of a query, among the documents that the agent can find.
    private func wordScores(
        _ query: KeywordQuery,
        request: SearchRequest,
        times: AskedTimes,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> WordScores {
        try collectPostings(of: query, user: user, slice: slice, in: snapshot, &workspace)
        let scorer = WordScorer(
            tuning: request.tuning,
            collection: slice.visibility.collection,
            slotCount: slice.catalog.documents.count,
            // A slice may have them from another search; by word alone they don't count.
            sessions: request.meaning == nil ? nil : slice.sessions
        )
        return scorer.scores(
            of: workspace.postings.counts,
            at: workspace.slots,
            lengths: workspace.lengths,
            for: query,
            dates: times.holders,
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
        return try proximity.raised(results, bound: scores.contextBound) { slot in
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
