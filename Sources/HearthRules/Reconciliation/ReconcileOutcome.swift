package import HearthModel

/// The outcome of reconciling several heads.
package enum ReconcileOutcome: Hashable, Sendable {
    /// One head has all the others among its ancestors, so it is the head.
    case fastForward(VersionID)
    /// One new version joins the heads.
    case merged(AutomaticMerge)
    /// A person decides; until then the published head stays.
    case conflict(WaitingConflict)
}

/// A merge version, not yet stored, and what the heads disagreed on.
package struct AutomaticMerge: Hashable, Sendable {
    /// The version that joins the heads.
    package var version: Version
    /// What the strategy had to settle; empty where the edits left each other alone.
    var contested: Set<ContestedField>
    /// The kind of conflict that was settled; nil when there was none.
    package var kind: ConflictKind? { ConflictKind(contested) }
}

/// Heads that wait for a decision.
package struct WaitingConflict: Hashable, Sendable {
    /// What the heads disagree on; not empty.
    var contested: Set<ContestedField>
    /// The kind of conflict.
    package var kind: ConflictKind
    /// The lowest common ancestor of the heads; of several, the one with the greatest (hybrid time, id); nil if they
    /// have none.
    package var base: VersionID?
    /// The heads: the published one first, the others from the latest to the earliest.
    package var heads: [VersionID]
    /// Why nothing was merged.
    package var reason: Reason

    /// Describes what waits, and why.
    package init(
        contested: Set<ContestedField>,
        kind: ConflictKind,
        base: VersionID?,
        heads: [VersionID],
        reason: Reason
    ) {
        self.contested = contested
        self.kind = kind
        self.base = base
        self.heads = heads
        self.reason = reason
    }

    /// Why a conflict waits.
    package enum Reason: Hashable, Sendable {
        /// The strategy is to ask a person.
        case manualReview
        /// The strategy could not decide, and the sentence says why. This raises a notification.
        case undecided(String)
    }
}

/// A field that several heads changed, and not to the same.
///
/// Tags are not among them: they merge as sets.
package enum ContestedField: String, CaseIterable, Hashable, Sendable {
    case content
    case category
    case importance
    case confidence
    case metadata
    case expiry
    case deletion
}

extension ConflictKind {
    /// `deletion` goes before `content`, and that before everything else; nil when nothing is contested.
    init?(_ contested: Set<ContestedField>) {
        guard !contested.isEmpty else { return nil }
        self = contested.contains(.deletion) ? .deletion : contested.contains(.content) ? .content : .metadata
    }
}

extension [Version] {
    /// Heads as a person is shown them: the published one first, the others from the latest to the earliest.
    package func publishedFirst(_ published: VersionID?) -> [Version] {
        sorted { left, right in
            if left.id == published || right.id == published { return left.id == published }
            return left.stamp > right.stamp
        }
    }
}

extension AdministratorNotification {
    /// From this importance on, a memory's conflicts are critical.
    private static let criticalImportance = 0.9

    /// Categories whose conflicts are critical, because their memories protect something.
    private static let securityCategories: Set<MemoryCategory> = [
        .security, .incident, .alert, .audit, .securityAlerts, .securityCredentials, .incidentDetails,
    ]

    /// Whether a conflict on a memory is critical.
    package static func isCritical(_ fields: MemoryFields, isSensitive: Bool) -> Bool {
        isSensitive || securityCategories.contains(fields.category) || fields.importance >= criticalImportance
    }

    /// The notification that a conflict waits.
    package static func conflict(
        _ id: ConflictID,
        on memory: MemoryID,
        of owner: AgentID,
        user: UserID? = nil,
        saying fields: MemoryFields,
        isSensitive: Bool = false,
        escalatedBecause reason: String?,
        at now: Timestamp
    ) -> AdministratorNotification {
        let isCritical = isCritical(fields, isSensitive: isSensitive)
        return AdministratorNotification(
            id: 0,
            severity: isCritical ? .critical : reason == nil ? .information : .warning,
            kind: reason == nil ? .conflictWaiting : .conflictEscalated,
            message: """
                Memory \(memory) of agent \(owner) has edits that a person has to choose between: conflict \(id). \
                \(reason.map { "The strategy could not settle it: \($0) " } ?? "")Resolve it by keeping a version, \
                by other content, or by deletion.
                """,
            memoryID: memory,
            conflictID: id,
            createdAt: now.date,
            userID: user,
            ownerID: owner
        )
    }
}
