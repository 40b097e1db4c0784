package import HearthModel

extension AdministratorNotification {
    /// From this importance on a memory's conflicts are critical.
    package static let criticalImportance = 0.9

    /// Categories whose conflicts are critical: what they say guards something.
    package static let securityCategories: Set<MemoryCategory> = [
        .security, .incident, .alert, .audit, .securityAlerts, .securityCredentials, .incidentDetails,
    ]

    /// Whether it is critical that a memory is in conflict.
    package static func isCritical(_ fields: MemoryFields, isSensitive: Bool) -> Bool {
        isSensitive || securityCategories.contains(fields.category) || fields.importance >= criticalImportance
    }

    /// Says that a conflict waits.
    package static func conflict(
        _ id: ConflictID,
        on memory: MemoryID,
        of owner: AgentID,
        saying fields: MemoryFields,
        escalatedBecause reason: String?,
        at now: Timestamp
    ) -> AdministratorNotification {
        let isCritical = isCritical(fields, isSensitive: false)
        return AdministratorNotification(
            id: 0,
            severity: isCritical ? .critical : reason == nil ? .information : .warning,
            kind: reason == nil ? .conflictWaiting : .conflictEscalated,
            message: """
                Memory \(memory) of agent \(owner) has edits that a person has to choose between: conflict \(id). \
                \(reason.map { "The strategy could not settle it: \($0) " } ?? "")Resolve it by keeping a version, by other content, or \
                by deletion.
                """,
            memoryID: memory,
            conflictID: id,
            createdAt: now.date
        )
    }
}
