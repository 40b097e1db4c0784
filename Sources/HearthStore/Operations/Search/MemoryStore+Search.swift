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
    ///   - query: Anything that a person types: words, "quoted phrases" that must occur unless nothing holds them,
    ///     beginnings of words followed by `*`, dates.
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
        let began = metrics.map { _ in ContinuousClock.now }
        defer { if let began { metrics?.searched(type, in: .now - began) } }
        let userID = try userID.validated()
        let sessionID = try sessionID?.validated()
        try Self.check(limit: limit, maximum: Self.maximumSearchLimit)
        try filter.validate()
        // An agent that may not act must not have its query sent to an embedder. The search itself asks again.
        let isSent = type != .keyword && embedder?.isLocal != true
        let isFirst =
            if !isSent, catalogs.holds(userID) {
                false
            } else {
                try read { snapshot in
                    _ = try snapshot.directory.acting(agentID)
                    return try isFirstSearch(of: userID, in: snapshot)
                }
            }
        let words = KeywordQuery(query, askedAt: clock.now().rawValue)
        let request = SearchRequest(
            words: type == .semantic ? nil : words,
            typed: TypedText(query),
            dates: words.dates,
            isAboutTime: words.isAboutTime,
            meaning: type == .keyword ? nil : try await vector(of: query, isRequired: type == .semantic),
            sessionID: sessionID,
            includeShared: includeShared,
            filter: filter,
            limit: limit,
            tuning: tuning
        )
        return try await results(of: request, as: agentID, userID: userID, mayTakeLong: isFirst, snippetWords: words)
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
        tuning: SearchTuning = .init(),
        userID: UserID? = nil
    ) async throws -> [MemorySearchResult] {
        try Self.check(limit: limit, maximum: Self.maximumSearchLimit)
        try filter.validate()
        let memory = try await memory(id, as: agentID, userID: userID)
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
            excluded: memory
        )
        return try await results(
            of: request,
            as: agentID,
            userID: memory.userID,
            mayTakeLong: try read { try isFirstSearch(of: memory.userID, in: $0) },
            snippetWords: KeywordQuery("")
        )
    }
}

/// What a search looks for, and how.
struct SearchRequest: Sendable {
    var words: KeywordQuery?
    /// What was typed, which ranks first where it stands so.
    var typed: TypedText
    /// The times that are named.
    var dates: [DateTerm]
    /// Whether the search is for what was made at those times.
    var isAboutTime = false
    /// Whether what meaning finds comes behind what was made at those times.
    var isBeforeMeaning = false
    /// Whether meaning alone finds nothing.
    var needsWords = false
    var meaning: QuantizedVector?
    var sessionID: SessionID?
    var includeShared: Bool
    var filter: SearchFilter
    var limit: Int
    var tuning: SearchTuning
    var excluded: Memory?
    /// The keys of the user, if there are sensitive memories among those that are searched.
    var sealed: UserKeys?
    /// The slots that are taken for gone, ascending: they have expired, and are not asked for.
    var expired: [Int32] = []
}

/// What a search has found and not audited yet.
private struct FoundMemories {
    var receipt: ReadReceipt
    var answer = SearchAnswer()
    /// The identifiers of each result's copies. The results' views come first in the receipt; those of other agents'
    /// copies follow.
    var copies: [[MemoryID]] = []
    /// The lowest trust of each result and its copies.
    var trust: [Double] = []
    /// Who searched, and whose memories; nil where the file does not know the user.
    var searched: (viewer: KnownAgent, user: Int64)?
}

extension MemoryStore {
    /// Ranks and reads the results, and audits them before it returns them.
    private func results(
        of request: SearchRequest,
        as agentID: AgentID,
        userID: UserID,
        mayTakeLong: Bool,
        snippetWords: KeywordQuery
    ) async throws -> [MemorySearchResult] {
        let now = clock.now()
        let isLong = mayTakeLong || request.limit > Self.longRead
        let isFromMemory = catalogs.isEnough(for: userID)
        let found = try await read(mayTakeLong: isLong, fromMemory: isFromMemory) { [self] snapshot -> FoundMemories in
            let statements = snapshot.connection.statementCount
            let viewer = try snapshot.directory.acting(agentID)
            var found = FoundMemories(receipt: ReadReceipt(viewer: viewer.key))
            guard let user = try snapshot.key(of: userID) else { return found }
            if request.meaning != nil { loadVectorsAhead(of: user) }
            let slice = try catalogs.slice(of: user, for: viewer, needsSessions: request.meaning != nil, in: snapshot)
            catalogs.remember(userID, as: user)
            var request = request
            request.sealed = try sealedKeys(for: request, user: user, viewer: viewer, slice, now: now, in: snapshot)
            found.answer = try searchWorkspaces.withWorkspace { workspace in
                try answer(request, user: user, viewer: viewer, slice: slice, now: now, in: snapshot, &workspace)
            }
            found.searched = (viewer, user)
            func view(of result: Ranked) throws -> MemoryView {
                let context = slice.visibility.context(result.slot)
                let entry = slice.catalog.entries[result.slot]
                let record = try catalogs.record(of: entry, user: user, at: slice.catalog, in: snapshot)
                return try snapshot.view(of: record, by: viewer, sharing: context, now: now)
            }
            found.receipt.views = try found.answer.groups.map { try view(of: $0.result) }
            found.trust = try found.answer.groups.indices.map { index in
                try found.answer.groups[index].copies.map { slice.catalog.entries[$0.slot] }
                    .reduce(found.receipt.views[index].memory.provenance.trust) {
                        min($0, try trust(of: $1, in: snapshot))
                    }
            }
            found.copies = try found.answer.groups.map { group in
                try group.copies.map { copy in
                    // Only a read of another agent's memory has to be audited.
                    guard slice.visibility.context(copy.slot) != nil else {
                        return try identifier(ofMemory: slice.catalog.entries[copy.slot].memory, in: snapshot)
                    }
                    let view = try view(of: copy)
                    found.receipt.views.append(view)
                    return view.memory.id
                }
            }
            catalogs.noteSearch(of: user, needsNothing: snapshot.connection.statementCount == statements)
            return found
        }
        let views = try await auditAndCount(found.receipt, at: now)
        if let (viewer, user) = found.searched {
            countIfUnanswered(request, by: viewer, user: user, results: views.count, at: now)
        }
        let sought = SoughtClauses(found.answer.words ?? snippetWords)
        return found.answer.groups.indices.map { index in
            let ranked = found.answer.groups[index].result
            // A view is large, and need not be copied.
            let memory = views[index].memory
            return MemorySearchResult(
                memory: memory,
                score: ranked.score,
                components: ranked.components,
                isShared: views[index].sharing != nil,
                sourceAgent: memory.agentID,
                sharing: views[index].sharing,
                snippet: Snippet().text(of: memory.content, for: sought),
                missingPhrases: found.answer.missingPhrases,
                copies: found.copies[index],
                trust: found.trust[index]
            )
        }
    }

    /// The keys of the user, if there are sensitive memories in the set that is searched. Memories that the agent does
    /// not see make no difference.
    private func sealedKeys(
        for request: SearchRequest,
        user: Int64,
        viewer: KnownAgent,
        _ slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot
    ) throws -> UserKeys? {
        guard request.filter.includesSensitive, slice.catalog.hasSensitive else { return nil }
        if let keys = snapshot.keyring.loaded(user) { return keys }
        // Tags and metadata are looked at when there is a key.
        let admitted = try CatalogFilter(
            request.filter.withoutSealedParts,
            user: user,
            viewer: viewer.key,
            now: now,
            in: snapshot
        )
        return try slice.hasSensitive(admittedBy: admitted, includeShared: request.includeShared)
            ? snapshot.keys(ofUser: user) : nil
    }

    /// Whether a search has to read all documents of the user first.
    private func isFirstSearch(of userID: UserID, in snapshot: Snapshot) throws -> Bool {
        guard let user = try snapshot.key(of: userID) else { return false }
        return !catalogs.holds(user: user)
    }

    /// If a user's vectors are not in memory, reads them on another thread while this one reads the catalog. A first
    /// search waits mostly for these two, and they take about equally long.
    private func loadVectorsAhead(of user: Int64) {
        guard let embedder, !vectors.holds(user: user) else { return }
        Task { [self] in
            do {
                try await readUntilCancelled { [self] snapshot in
                    guard let model = try snapshot.model(embedder.identifier) else { return }
                    try vectors.load(user, model: model, in: snapshot)
                }
            } catch {
                log.trace(error, "Vectors were not read ahead; the search itself reads them.")
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
            return try await VectorMaker(embedder: embedder).vector(of: query)
        } catch  where !isRequired && !(error is CancellationError) {
            log.trace(error, "A search goes by words alone, because the query has no vector.")
            return nil
        }
    }
}
