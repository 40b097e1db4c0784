import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The slots that answer a question, best first.
    func ranked(
        _ question: Question,
        user: Int64,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ room: inout SearchRoom
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
                &room
            )
            ranking.hasRequiredPhrases = words.clauses.contains { $0.isRequired }
        }
        let vectors = try question.meaning.flatMap { meaning in
            try alignedVectors(for: meaning, user: user, catalog: slice.catalog, in: snapshot)
        }
        if let meaning = question.meaning {
            let count = slice.catalog.documents.count
            ranking.cosines =
                vectors?.cosines(with: meaning, count: count, in: &room.scoring) ?? [Float](repeating: 0, count: count)
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
        room.scoring.giveBack(ranking)
        let minimum = question.filter.minimumScore ?? 0
        let good = candidates.filter { $0.score >= minimum }
        guard isDistinct, let vectors else { return Array(good.prefix(question.limit)) }
        return Array(
            vectors.table
                .distinct(good, threshold: question.tuning.duplicateThreshold) { slice.catalog.entries[$0].document }
                .prefix(question.limit)
        )
    }

    /// What the words of a query say of every slot, over what the agent can find.
    private func wordScores(
        _ query: KeywordQuery,
        question: Question,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ room: inout SearchRoom
    ) throws -> WordScores {
        guard let expression = query.matchExpression(userKey: UserKey(user)) else {
            return WordScores(count: slice.catalog.documents.count)
        }
        try snapshot.connection.collectPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: query.clauses.count,
            into: &room.postings
        )
        let (catalog, visibility) = (slice.catalog, slice.visibility)
        catalog.findSlots(of: room.postings.rowIDs, into: &room.slots)
        let scorer = WordScorer(
            tuning: question.tuning,
            collection: visibility.collection,
            slotCount: catalog.documents.count,
            sessions: slice.sessions
        )
        visibility.lengths.withUnsafeBufferPointer { lengths in
            room.lengths.removeAll(keepingCapacity: true)
            room.lengths.append(contentsOf: room.slots.lazy.map { $0 < 0 ? 0 : lengths[Int($0)] })
        }
        let dates = slice.sessions == nil ? [] : question.dates
        return scorer.scores(
            of: room.postings.counts,
            at: room.slots,
            lengths: room.lengths,
            for: query,
            dates: dates.map { date in
                catalog.entries.indices.filter {
                    visibility.canFind($0) && date.holds(catalog.entries[$0].createdAt)
                }
            },
            in: &room.scoring
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
    private func alignedVectors(
        for query: QuantizedVector,
        user: Int64,
        catalog: DocumentCatalog,
        in snapshot: Snapshot
    ) throws -> AlignedVectors? {
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
        return try vectors.table(of: user, model: model, catalog: catalog, in: snapshot)
    }
}
