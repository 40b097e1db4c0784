import HearthModel
import HearthRules

/// Acts on what the rules decide: writes shares together with their audit rows.
enum Sharing {
    /// Shares a memory with agents; nothing happens without any.
    static func grant(
        _ share: Share,
        to agents: [KnownAgent],
        memory: MemoryKeys,
        by owner: KnownAgent,
        at now: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        guard !agents.isEmpty else { return }
        for agent in agents {
            let grant = ShareTable.Grant(
                user: memory.user,
                memory: memory.key,
                agent: agent.key,
                share: share,
                head: memory.head
            )
            try ShareTable.grant(grant, at: now, in: transaction)
        }
        try Counter.crossAgentShares.add(agents.count, in: transaction)
        var entry = AuditEntry(
            action: .share,
            agent: owner.key,
            user: memory.user,
            memories: [memory.key],
            detail: ["with": agents.map(\.id.rawValue).joined(separator: " "), "permission": share.permission.rawValue]
        )
        if case .propagation(let rule) = share.origin {
            entry.action = .propagate
            entry.detail["rule"] = rule
        }
        try AuditTrail.append(entry, at: now, to: transaction)
    }
}
