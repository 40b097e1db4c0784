package import HearthModel

/// Which versions of a memory an agent that doesn't own it sees. Pure.
package struct HistoryLimits {
    var viewer: AgentID
    var owner: AgentID
    var rules: AccessRules
    var share: Share?
    /// Since when it sees the memory by its share.
    var since: (head: VersionID, order: Int64)?

    package init(
        viewer: AgentID,
        owner: AgentID,
        rules: AccessRules,
        share: Share? = nil,
        since: (head: VersionID, order: Int64)? = nil
    ) {
        self.viewer = viewer
        self.owner = owner
        self.rules = rules
        self.share = share
        self.since = since
    }

    /// Whether the agent sees a version: its own, those published since it was given the memory, and those that a rule would
    /// have shown it. A version of a restricted category is the owner's alone, whatever the memory's category is now.
    ///
    /// - Parameter order: When it was published, in the order of all publications in the file.
    package func admits(_ version: Version, publishedAt order: Int64) -> Bool {
        if version.author == viewer { return true }
        guard !rules.isRestricted(version.fields.category, owner: owner), share?.isRevoked != true else { return false }
        if let since, order >= since.order || version.id == since.head { return true }
        return rules.globalRule(for: viewer, owner: owner, category: version.fields.category) != nil
    }
}
