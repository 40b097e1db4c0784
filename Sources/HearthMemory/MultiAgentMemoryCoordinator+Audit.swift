public import FoundationEssentials
public import HearthModel
import HearthStore

// The audit is an administrator's: no agent makes these calls, and they stand outside what agents may see.
extension MultiAgentMemoryCoordinator {
    /// A page of the audit: who read, shared, was refused, decided or changed what, over all users.
    ///
    /// Reading it leaves no row in it. Memory use is bounded by the page, however long the audit is.
    ///
    /// ```swift
    /// var position: Int?
    /// repeat {
    ///     let page = try await coordinator.auditEntries(matching: .init(agentID: "sentry"), after: position)
    ///     for row in page.rows { print(row.at, row.action, row.memoryIDs) }
    ///     position = page.next
    /// } while position != nil
    /// ```
    ///
    /// - Parameters:
    ///   - filter: Which rows.
    ///   - order: Whether the last row comes first or the first.
    ///   - position: The `next` of the page before; nil begins at the beginning.
    ///   - limit: How many rows at most, 1…10,000.
    /// - Returns: The rows, with the names that the file still has for their numbers; and what the next page begins
    ///   behind, nil after the last.
    /// - Throws: `.invalidArgument`; `.unknownAgent` for a filter by an agent that the file does not know.
    public func auditEntries(
        matching filter: AuditFilter = .init(),
        order: AuditOrder = .newestFirst,
        after position: Int? = nil,
        limit: Int = 100
    ) async throws -> (rows: [AuditRow], next: Int?) {
        try await operations.administer { store in
            try await store.auditEntries(matching: filter, order: order, after: position, limit: limit)
        }
    }

    /// The end of the audit chain, as text: how many rows there are, a colon, and the hash of the last one.
    ///
    /// Kept where whoever can write the file can't change it, it shows later whether the chain was rewritten:
    /// ``verifyAudit(anchor:)`` takes it. It costs the same however long the audit is.
    public func auditAnchor() async throws -> String {
        try await operations.administer { try $0.auditAnchor() }
    }

    /// Checks the audit chain alone; ``verify(anchor:)`` does so too, with everything else in the file.
    ///
    /// Damage is a finding of the report, not an error. Memory use does not grow with the audit.
    ///
    /// - Parameter anchor: An anchor taken earlier; the chain must pass through it.
    /// - Throws: `.invalidArgument` for an anchor that is not well formed.
    public func verifyAudit(anchor: String? = nil) async throws -> VerificationReport {
        try await store.verifyAudit(anchor: anchor)
    }

    /// Writes the audit out as lines of JSON that suffice to verify the chain, all of one state of the file.
    ///
    /// <doc:Audit> describes the lines. They have the numbers of agents, users and memories and no names, so that an
    /// export tells nothing of what is erased later.
    ///
    /// - Parameter sink: Gets each line, with its line break, on a thread of its own. What it throws ends the export.
    /// - Returns: The anchor of the chain's end.
    @discardableResult
    public func exportAudit(to sink: @escaping @Sendable (String) throws -> Void) async throws -> String {
        try await store.exportAudit(to: sink)
    }

    /// Removes old rows of the audit, behind an anchor that is kept outside the file; durable on return.
    ///
    /// The whole chain is verified first, and that it passes through the anchor. Only rows up to the anchor go. The file
    /// keeps how many they were and the hash of the last one, so that verification begins there. A row of the audit says
    /// what was pruned.
    ///
    /// - Parameters:
    ///   - anchor: An anchor taken earlier, by ``auditAnchor()`` or a verification.
    ///   - date: Remove rows from before then; the first row that is not from before stops it.
    ///   - count: Keep at least so many rows, the last ones.
    /// - Throws: `.invalidArgument` where neither `date` nor `count` is given, and for an anchor that is not well formed or
    ///   that the chain does not pass through; `.storeCorrupt` where the chain is not sound; `.storeReadOnly`,
    ///   `.storeBusy`, `.storeFull`.
    @discardableResult
    public func pruneAudit(
        behind anchor: String,
        before date: Date? = nil,
        keeping count: Int? = nil
    ) async throws -> AuditPruning {
        try await store.pruneAudit(behind: anchor, before: date, keeping: count)
    }
}
