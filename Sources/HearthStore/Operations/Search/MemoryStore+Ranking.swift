import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// The slots that answer a request as it stands, with those whose texts are equal, best first.
    func ranked(
        _ request: SearchRequest,
        user: Int64,
        viewer: KnownAgent,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> RankedSlots {
        let connection = snapshot.connection
        let session = try request.sessionID.flatMap { try SessionTable.find($0, user: user, in: connection) }
        let filter = try CatalogFilter(
            request.filter,
            user: user,
            viewer: viewer.key,
            now: now,
            in: snapshot
        )
        let leftOut = try request.excluded.flatMap { memory in
            let owner = try snapshot.directory.agent(memory.agentID).key
            return try MemoryNames.key(of: memory.id, user: user, owner: owner, in: connection)
                ?? MemoryReference.plainID(of: memory)
                .flatMap { try MemoryNames.key(of: $0, user: user, owner: owner, in: connection) }
        }
        var ranking = Ranking(tuning: request.tuning, now: now.rawValue, session: session)
        let vectors = try request.meaning.flatMap { meaning in
            try catalogVectors(for: meaning, user: user, catalog: slice.catalog, in: snapshot)
        }
        // It goes on while the words are looked up.
        let scan = request.meaning.flatMap { meaning in
            vectors.map { VectorScan(of: $0, for: meaning, reusing: workspace.scoring.takeProducts()) }
        }
        let expired = Set(request.expired)
        let times = AskedTimes(
            request.words == nil && !request.isAboutTime ? [] : request.dates,
            entries: slice.catalog.entries,
            isAlone: request.isAboutTime
        ) {
            slice.visibility.canFind($0) && (expired.isEmpty || !expired.contains(Int32($0)))
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
        if request.isAboutTime {
            ranking.selection = times.selection(named: ranking.words?.dated ?? [])
            ranking.selection?.isBeforeOthers = request.isBeforeMeaning
        }
        if request.words?.isMostlyTime == true { ranking.madeThen = times.all }
        if request.meaning != nil {
            let count = slice.catalog.documents.count
            ranking.cosines =
                scan?.cosines(count: count, in: &workspace.scoring) ?? [Float](repeating: 0, count: count)
        }
        let hasPairs = request.meaning == nil && !request.isAboutTime && request.words?.pairs.isEmpty == false
        // A question about a time is for what was made then, and not for what has the date in it. What may be a version
        // is for both.
        let isTyped =
            request.words?.canStandAsTyped == true && !request.typed.isEmpty
            && (!request.isAboutTime || request.words?.mayBeVersion == true)
        // As typed a query stands only in texts that hold all of its words, and in many searches there are none.
        let mayBeTyped =
            isTyped
            && request.words.map { words in
                ([words.typedClauses] + words.addressClauses.map { [$0] }).contains(where: workspace.found.isAnySlot)
            } == true
        // One plain word is the same in all that hold it but for its form: those that are returned are enough.
        let needsDepth = hasPairs || isTyped && request.words?.clauses.count != 1
        let minimum = request.filter.minimumScore ?? 0
        func fits(_ slot: Int) -> Bool {
            let entry = slice.catalog.entries[slot]
            return slice.visibility.canFind(slot)
                && (request.includeShared || slice.visibility.isOwn(slot))
                && entry.memory != leftOut && filter.admits(entry)
        }
        let mayHoldOnlyTimes = request.words.map { $0.hasFullDate && $0.required.isEmpty } ?? false
        let holdsOnlyTimes =
            mayHoldOnlyTimes && !request.isAboutTime
            && !workspace.found.contains(anyOf: request.words?.subjects ?? [], where: fits)
        let wasMadeThen = ranking.selection?.containsMade { fits(Int($0)) } ?? false
        var isSilent = true
        let groups = try uncrowded(request, user: user, slice: slice, vectors: vectors, in: snapshot) { depth in
            let returned = max(depth, needsDepth ? Proximity.depth : 0)
            let reach = needsDepth && mayBeTyped ? max(returned, TypedFirst.reach) : returned
            var best = ranking.top(reach, of: slice.catalog.entries, where: fits)
            isSilent = best.isEmpty
            if hasPairs, let words = request.words, let scores = ranking.words {
                best = try raisedByProximity(
                    best,
                    by: words,
                    scores: scores,
                    found: workspace.found,
                    request: request,
                    user: user,
                    slice: slice,
                    in: snapshot
                )
            }
            guard isTyped, let words = request.words else { return best }
            if request.meaning != nil {
                let (found, clauses) = (workspace.found, words.typedClauses)
                best = try WordOrder(of: words)
                    .arranged(
                        best,
                        held: { slot in clauses.count { found.slot(slot, holds: $0) } },
                        content: { try content(at: $0, of: slice, user: user, in: snapshot) ?? "" }
                    )
            }
            let good = best.filter { $0.score >= minimum }
            guard mayBeTyped else { return good }
            let arranged = try typedFirst(
                good,
                request.typed,
                words,
                user: user,
                slice: slice,
                in: snapshot,
                workspace.found
            )
            return Array(arranged.prefix(returned))
        }
        let missing = zip(request.words?.clauses ?? [], ranking.words?.rarities ?? [])
            .filter { $0.isRequired && $1 == 0 }.map { $0.0.phrase }
        workspace.scoring.giveBack(ranking)
        return RankedSlots(
            groups: groups,
            isSilent: isSilent,
            holdsOnlyTimes: holdsOnlyTimes,
            wasMadeThen: wasMadeThen,
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
        try findWords(of: query, keys: request.sealed, user: user, slice: slice, in: snapshot, &workspace)
        let scorer = WordScorer(
            tuning: request.tuning,
            collection: slice.visibility.collection(without: request.expired),
            slotCount: slice.catalog.documents.count,
            // A slice may have them from another search; by word alone they don't count.
            sessions: request.meaning == nil ? nil : slice.sessions
        )
        return scorer.scores(
            of: workspace.found,
            lengths: slice.visibility.lengths(without: request.expired),
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
        found: FoundWords,
        request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot
    ) throws -> [Ranked] {
        let proximity = Proximity(
            of: words,
            rarities: scores.rarities,
            tuning: request.tuning,
            averageLength: slice.visibility.collection(without: request.expired).averageLength
        )
        let pairs = words.clausesOfPairs
        return try proximity.raised(results, bound: scores.contextBound) { slot in
            // A text without both words of any pair is not read.
            guard pairs.contains(where: { found.slot(slot, holds: $0) }) else { return nil }
            return try content(at: slot, of: slice, user: user, in: snapshot) ?? ""
        }
    }

    /// The text at a slot; nil if it is not there.
    private func content(at slot: Int, of slice: VisibleSlice, user: Int64, in snapshot: Snapshot) throws -> String? {
        try catalogs.content(of: slice.catalog.entries[slot], user: user, at: slice.catalog, in: snapshot)
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
        _ found: FoundWords
    ) throws -> [Ranked] {
        let (clauses, addresses) = (words.typedClauses, words.addressClauses)
        return try TypedFirst.arranged(results) { result in
            let other: TypedText.Match = addresses.contains { found.slot(result.slot, holds: [$0]) } ? .folded : .none
            guard found.slot(result.slot, holds: clauses),
                let content = try content(at: result.slot, of: slice, user: user, in: snapshot)
            else { return other }
            return max(typed.match(in: content), other)
        }
    }

    /// The user's vectors, of the same model as the query's vector; nil if the file has none.
    private func catalogVectors(
        for query: QuantizedVector,
        user: Int64,
        catalog: DocumentCatalog,
        in snapshot: Snapshot
    ) throws -> VectorIndex? {
        guard let embedder, let model = try snapshot.model(embedder.identifier) else { return nil }
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
