package import HearthModel

/// What an agent's priority allows it to do with a memory that it does not own. Nothing else gives rights by priority.
///
/// The owner needs none of this. The article on sharing has the same as a table, and a test compares the two.
package enum PriorityRights {
    /// What an agent may want to do.
    package enum Deed: String, CaseIterable, Sendable {
        case proposeByRule = "propose edits of a memory that a rule shows it"
        case proposeByReadShare = "propose edits of a memory that its owner shared for reading"
        case lease = "lease a memory"
        case rollBack = "roll a memory back"
        case erase = "erase a memory for good"
        case eraseUser = "erase everything of a user"
        case seeUndecided = "see edits that wait or have lost"
        case settle = "settle a conflict"
        case askAccess = "ask who may see a memory"
        case forceRelease = "take a lease from its holder"
        case forceReleaseAll = "take every lease from its holder"
        case read = "read a memory that nothing shows it"
        case readRestricted = "read a restricted category of another"
        case share = "share a memory, or take it back"
        case dispose = "delete a memory, restore it, change its category or expiry"
    }

    /// How an agent's priority compares with an owner's.
    package enum Rank: Int, CaseIterable, Comparable, Sendable {
        /// Lower than the owner's, or unknown.
        case below
        /// The owner's or higher, and not critical.
        case notBelow
        case critical
        /// The built-in agent that maintains stores.
        case system

        package static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// Whether an agent of a rank may do something.
    ///
    /// - Parameter seesMemory: Whether the agent sees the memory: by call, by a rule, or by propagation.
    package static func allow(_ deed: Deed, by rank: Rank, seesMemory: Bool) -> Bool {
        switch deed {
        case .proposeByRule: rank >= .notBelow && seesMemory
        case .lease: rank >= .notBelow && seesMemory || rank == .system
        case .rollBack, .erase: rank >= .critical && seesMemory || rank == .system
        case .seeUndecided: rank >= .critical && seesMemory
        case .settle, .askAccess, .forceRelease, .forceReleaseAll, .eraseUser: rank >= .critical
        case .proposeByReadShare, .read, .readRestricted, .share, .dispose: false
        }
    }
}

extension AccessRules {
    /// How an agent's priority compares with an owner's; without an owner, the agent's own.
    package func rank(of agent: AgentID, over owner: AgentID?) -> PriorityRights.Rank {
        if agent == AgentProfile.system.id { return .system }
        guard let own = priorities[agent] else { return .below }
        if own == .critical { return .critical }
        guard let owner, let owners = priorities[owner] else { return .below }
        return own >= owners ? .notBelow : .below
    }

    /// Whether an agent's priority lets it do something with another's memory, or with everyone's where none is named.
    package func allow(
        _ deed: PriorityRights.Deed,
        by agent: AgentID,
        owner: AgentID? = nil,
        seesMemory: Bool = false
    ) -> Bool {
        PriorityRights.allow(deed, by: rank(of: agent, over: owner), seesMemory: seesMemory)
    }
}
