/// How concurrent edits of one field are settled.
public enum ConflictResolution: String, CaseIterable, Sendable, Codable {
    /// The edit of the greatest hybrid time wins.
    case latestWins = "latest_wins"
    /// The version of the greatest importance wins.
    case highestImportance = "highest_importance"
    /// The edit of the agent with the highest priority wins.
    case agentPriority = "agent_priority"
    /// A person or a critical agent decides; until then the published head stays.
    case manualReview = "manual_review"
    /// Contents are merged sentence by sentence against their common ancestor.
    case mergeContent = "merge_content"
}

/// What concurrent edits disagree about.
public enum ConflictKind: String, Sendable, Codable {
    /// The content, perhaps with other fields.
    case content
    /// Fields other than the content.
    case metadata
    /// One side deletes what the other edits.
    case deletion
}

/// How a memory stands, as one agent sees it.
public enum SyncStatus: String, CaseIterable, Sendable, Codable, CodingKeyRepresentable {
    /// Nothing is open.
    case synced
    /// The agent has an unpublished draft.
    case pending
    /// A conflict waits for a decision.
    case conflict
    /// The agent's draft deletes the memory.
    case deleted
    /// Another agent holds the lease.
    case locked
}
