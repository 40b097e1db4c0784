import HearthModel
import HearthRules
import HearthText

extension MemoryStore {
    /// Counts a search if it looked among others' memories and found nothing. Of the query nothing is kept.
    func countIfUnanswered(
        _ request: SearchRequest,
        by viewer: KnownAgent,
        user: Int64,
        results: Int,
        at now: Timestamp
    ) {
        guard !isReadOnly, request.looksForSomething,
            ShareSuggestions.counts(
                by: viewer.id,
                includingShared: request.includeShared,
                owners: request.filter.owners,
                results: results
            )
        else { return }
        unanswered.count(
            UnansweredSearches.Occasion(agent: viewer.key, user: user, day: ShareSuggestions.day(of: now))
        )
    }

    /// Writes which searches found nothing. If that fails, they are counted on: nobody's call fails for it.
    func writeUnansweredSearches() async {
        let counts = unanswered.take()
        guard !isReadOnly, !counts.isEmpty else { return }
        do {
            try await writeOnce(noticingFullDisk: false) { try UnansweredTable.add(counts, in: $0) }
        } catch {
            unanswered.putBack(counts)
            log.note(error, "How many searches found nothing is not written yet.")
        }
    }
}

extension SearchRequest {
    /// Whether somebody asked for something in words: not for what is like a memory, and not for nothing.
    fileprivate var looksForSomething: Bool {
        excluded == nil && (meaning != nil || !dates.isEmpty || words.map { !$0.clauses.isEmpty } ?? false)
    }
}
