public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Counts how memories are used: what comes and goes, which agents read whose memories, what is never read, and which
    /// strategy would settle conflicts as people do. <doc:Analytics> says what each number means.
    ///
    /// The administrator's: no agent is asked for, and it changes nothing.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - period: How long the periods are that memories are counted by.
    /// - Throws: `.invalidArgument` if the file has no such user.
    public func analytics(userID: UserID? = nil, by period: MemoryAnalytics.Period = .week) async throws
        -> MemoryAnalytics
    {
        try await operations.administer { try await $0.analytics(userID: userID, by: period) }
    }

    /// Suggests another importance for memories whose use says so, the greatest differences first, with what speaks for it.
    ///
    /// The administrator's: no agent is asked for, and it changes nothing.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - limit: How many at most, 1…1,000.
    /// - Throws: `.invalidArgument` if the file has no such user, or for another limit.
    public func importanceSuggestions(userID: UserID? = nil, limit: Int = 100) async throws -> [ImportanceSuggestion] {
        try await operations.administer { try await $0.importanceSuggestions(userID: userID, limit: limit) }
    }

    /// Publishes suggested importances as edits by `system`, which a rollback takes back; durable on return.
    ///
    /// A memory that was edited since, or has a live lease, a draft or a waiting conflict, is left as it is, and the report
    /// says why. The audit gets a row.
    ///
    /// - Throws: `.keyUnavailable` for a sensitive memory without its key; then nothing is changed.
    @discardableResult
    public func applyImportances(_ suggestions: [ImportanceSuggestion]) async throws -> ImportanceReport {
        try await operations.administer { try await $0.applyImportances(suggestions) }
    }
}
