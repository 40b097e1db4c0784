import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension MemoryStore {
    /// Finds where the clauses of a query occur among a user's documents.
    ///
    /// The word index is asked for what is not known from earlier searches.
    ///
    /// - Parameter keys: The keys of the user, if sensitive memories are searched too.
    func findWords(
        of query: KeywordQuery,
        keys: UserKeys?,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws {
        guard !query.clauses.isEmpty else { return workspace.found.removeAll() }
        try findPlainWords(of: query, user: user, slice: slice, in: snapshot, &workspace)
        if let keys { try addSealedWords(of: query, keys: keys, user: user, slice: slice, in: snapshot, &workspace) }
        workspace.found.count(query.readings)
    }

    private func addSealedWords(
        of query: KeywordQuery,
        keys: UserKeys,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws {
        // While keys are replaced, a word has a token under each. All of them name where it stands.
        let keyers = keys.wordKeyers
        let tokens = query.clauses.map { clause in
            clause.phrase.word.map { word in keyers.map { $0.token(ofTerm: word) }.joined(separator: " ") }
        }
        let known =
            catalogs.withTokens(of: user, at: slice.catalog) { held in
                tokens.map { tokens in tokens.flatMap { held.slots(of: $0) } }
            } ?? tokens.map { _ in nil }
        let unknown = query.clauses.indices.filter { known[$0] == nil }
        var occurrences: ArraySlice<Occurrences> = []
        if !unknown.isEmpty {
            let sealed = try SealedPostings(
                of: unknown.map { query.clauses[$0].phrase },
                user: user,
                keys: keys,
                in: snapshot
            ) { document in
                slice.catalog.slot(of: document).map { slice.visibility.canFind($0) } ?? false
            }
            occurrences = try sealed.occurrences()[...]
        }
        var found = FoundWords()
        for slots in known {
            if let slots {
                slots.unpack(into: &found)
            } else {
                let clause = occurrences.removeFirst()
                slice.catalog.findSlots(of: clause.rows[...], clause.counts[...], into: &found)
            }
        }
        let packed = unknown.compactMap { clause in
            tokens[clause].map { (tokens: $0, slots: PackedSlots(found.range(of: clause), of: found)) }
        }
        catalogs.withTokens(of: user, at: slice.catalog) { held in
            for (tokens, slots) in packed { held.keep(slots, of: tokens, documents: slice.catalog.entries.count) }
        }
        workspace.found.interleave(found)
    }

    private func findPlainWords(
        of query: KeywordQuery,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws {
        workspace.found.removeAll()
        try snapshot.state.checkAnalyser()
        let words = query.clauses.map(\.phrase.word)
        let known =
            catalogs.withWords(of: user, at: slice.catalog) { held in
                words.map { word in word.flatMap { held.slots(of: $0) } }
            } ?? words.map { _ in nil }
        let unknown = words.indices.filter { known[$0] == nil }
        guard let expression = query.matchExpression(userKey: UserKey(user), of: unknown) else {
            for slots in known { slots?.unpack(into: &workspace.found) }
            return
        }
        try snapshot.connection.withPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: unknown.count
        ) { postings in
            var phrase = 0
            for slots in known {
                if let slots {
                    slots.unpack(into: &workspace.found)
                } else {
                    let rows = postings.rows(of: phrase)
                    slice.catalog.findSlots(of: postings.rowIDs[rows], postings.counts[rows], into: &workspace.found)
                    phrase += 1
                }
            }
        }
        let found = workspace.found
        let packed = unknown.compactMap { clause in
            words[clause].map { (word: $0, slots: PackedSlots(found.range(of: clause), of: found)) }
        }
        let isWorthReading = catalogs.withWords(of: user, at: slice.catalog) { held in
            for (word, slots) in packed { held.keep(slots, of: word, documents: slice.catalog.entries.count) }
            return held.beginReading(all: slice.catalog)
        }
        if isWorthReading == true { readWordsAhead(of: user) }
    }

    /// Reads all words of a user on another thread, so that later searches need not ask the index.
    private func readWordsAhead(of user: Int64) {
        Task { [self] in
            do {
                try await readWords(of: user)
            } catch {
                catalogs.readingEnded(of: user)
                log.trace(error, "The words of a user were not read ahead; searches ask the index for them.")
            }
        }
    }

    /// Reads all words of a user, unless they take too much.
    func readWords(of user: Int64) async throws {
        try await readUntilCancelled { [self] snapshot in
            try snapshot.state.checkAnalyser()
            let catalog = try catalogs.catalog(of: user, in: snapshot)
            guard let words = try KnownWords.read(all: catalog, of: user, in: snapshot.connection) else {
                return catalogs.readingEnded(of: user, tooMuch: true)
            }
            catalogs.keep(all: words, of: user, at: catalog)
        }
    }
}

extension KeywordQuery.Phrase {
    /// The word, if it is a whole one and alone.
    fileprivate var word: String? { terms.count == 1 && !isPrefix ? terms[0] : nil }
}
