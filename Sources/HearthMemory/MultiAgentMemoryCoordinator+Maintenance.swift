public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Runs one cycle of upkeep: sweeps leases, deletes what has expired or is past its days, folds duplicates, removes
    /// what was deleted long ago, and gives room back.
    ///
    /// The article *Upkeep* says what each step does and what stays. Every step goes in small transactions, each durable
    /// by itself; a cycle that is stopped, by a kill too, goes on with the next. Deletions leave versions by `system` and
    /// can be undone by the owner until they are purged.
    ///
    /// If the wall clock has jumped since the last cycle, nothing is deleted; the report says so, and a notification of
    /// kind `clock_disagreement` is left.
    ///
    /// - Parameters:
    ///   - dryRun: Whether to change nothing, and only say what would go. Every memory is looked at.
    ///   - only: The steps to take; nil: all of them.
    ///   - acceptClock: Whether a person vouches for the wall clock as it is, so that upkeep goes on after a jump.
    /// - Throws: `.storeReadOnly` unless it is a dry run; `.storeBusy`, `.storeFull`; `.invalidArgument` for a step that
    ///   there is not.
    @discardableResult
    public func maintain(
        dryRun: Bool = false,
        only: Set<MaintenanceStep>? = nil,
        acceptClock: Bool = false
    ) async throws -> MaintenanceReport {
        if let unknown = only?.subtracting(MaintenanceStep.all).map(\.rawValue).min() {
            let names = MaintenanceStep.all.map(\.rawValue).joined(separator: ", ")
            throw MemoryError.invalidArgument("There is no step \(unknown) of upkeep; the steps are \(names).")
        }
        let request = MaintenanceRequest(isDryRun: dryRun, steps: only, acceptsClock: acceptClock)
        return try await operations.administer { try await $0.maintain(request) }
    }
}

extension MultiAgentMemoryCoordinator {
    /// The memories of an agent that upkeep has folded into others that say the same, those folded last first.
    ///
    /// ``restoreMemory(_:agentID:userID:)`` undoes a fold; the memory is then left apart for good.
    ///
    /// - Parameters:
    ///   - agentID: Their owner; to others they do not exist.
    ///   - userID: Whose memories; nil: everybody's.
    ///   - limit: How many at most, 1…1,000.
    /// - Throws: `.invalidArgument`; `.unknownAgent`, `.agentNotActive`.
    public func foldedMemories(agentID: AgentID, userID: UserID? = nil, limit: Int = 100) async throws
        -> [FoldedMemory]
    {
        try await operations.perform { try await $0.foldedMemories(of: agentID, userID: userID, limit: limit) }
    }
}
