import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// What a search has found, and what it looked for in the end.
struct SearchAnswer {
    var groups: [Crowding.Group] = []
    /// The words that counted.
    var words: KeywordQuery?
    /// The phrases between quotation marks that nothing holds as they stand.
    var missingPhrases: [String] = []
}

/// The slots that answer a request as it stands.
struct RankedSlots {
    /// The best, best first, each with those whose texts are equal.
    var groups: [Crowding.Group]
    /// Whether nothing fits, whatever its score.
    var isSilent: Bool
    /// Whether the query names a time in several parts, and nothing that fits holds another word of it.
    var holdsOnlyTimes = false
    /// Whether something that fits was made at the time that is asked for.
    var wasMadeThen = false
    /// The required phrases that nothing the agent can find holds.
    var missingPhrases: Set<KeywordQuery.Phrase>
}

extension MemoryStore {
    /// The slots that answer a request, best first.
    ///
    /// What a query demands is given up where nothing meets it: the time that it is about, and phrases between
    /// quotation marks, of which the words are looked for then. Those that nothing holds go first, and all of them
    /// where each is held but never all together. Where the words find nothing either, a time that is named does, also
    /// before what meaning finds: what is like a date in meaning is other numbers.
    func answer(
        _ request: SearchRequest,
        user: Int64,
        viewer: KnownAgent,
        slice: VisibleSlice,
        now: Timestamp,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> SearchAnswer {
        var request = request
        request.expired = slice.visibility.expired(at: now.rawValue, in: slice.catalog.entries)
            .filter { slot in
                request.filter.expiry == .current || slice.catalog.entries[Int(slot)].owner != viewer.key
            }
        var answer = SearchAnswer()
        var whole = request.words
        var hasTriedTime = false
        while true {
            request.words = try whole.map {
                try rarestWords(of: $0, request: request, user: user, slice: slice, in: snapshot, &workspace)
            }
            let ranked = try ranked(
                request,
                user: user,
                viewer: viewer,
                slice: slice,
                now: now,
                in: snapshot,
                &workspace
            )
            if request.isBeforeMeaning {
                // Nothing was made then either, so what was found before stands.
                if !ranked.wasMadeThen { return answer }
                answer.groups = ranked.groups
                return answer
            }
            answer.groups = ranked.groups
            answer.words = request.words
            if ranked.holdsOnlyTimes, !ranked.isSilent {
                (request.isAboutTime, request.isBeforeMeaning) = (true, true)
                continue
            }
            guard ranked.isSilent else { return answer }
            let required = (whole?.clauses ?? []).filter(\.isRequired)
            if request.isAboutTime {
                // What is like a date in meaning is other numbers.
                (request.isAboutTime, request.needsWords, hasTriedTime) = (false, true, true)
                if whole == nil { return answer }
            } else if !required.isEmpty {
                let missing = required.filter { ranked.missingPhrases.contains($0.phrase) }
                let given = missing.isEmpty ? required : missing
                answer.missingPhrases += given.compactMap(\.quotation)
                whole = whole?.relaxed(Set(given.map(\.phrase)))
            } else if !request.dates.isEmpty, !hasTriedTime {
                request.isAboutTime = true
            } else {
                return answer
            }
        }
    }

    /// A query cut down to its rarest words, if it has more than one look at the index takes.
    private func rarestWords(
        of query: KeywordQuery,
        request: SearchRequest,
        user: Int64,
        slice: VisibleSlice,
        in snapshot: Snapshot,
        _ workspace: inout SearchWorkspace
    ) throws -> KeywordQuery {
        guard query.clauses.count > KeywordQuery.mostClauses else { return query }
        var rarest = RarestClauses(of: query)
        while let next = rarest.next {
            try findWords(of: next, keys: request.sealed, user: user, slice: slice, in: snapshot, &workspace)
            rarest.add(workspace.found, lengths: slice.visibility.lengths(without: request.expired))
        }
        return rarest.chosen
    }
}
