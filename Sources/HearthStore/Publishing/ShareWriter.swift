import HearthModel
import HearthRules

/// Writes the shares that the rules decide on, together with their audit rows.
enum ShareWriter {
    /// Shares a memory with agents; nothing happens if there are none.
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

extension WriteContext {
    /// Shares the memory with the agents to whom a propagation rule sends its category, except those that have a share
    /// or had one revoked.
    func propagate(_ record: inout MemoryRecord) throws {
        let wanted = directory.rules.propagation(of: record.fields.category, owner: record.owner)
            .filter { directory.contains($0.key) }
        guard !wanted.isEmpty else { return }
        let held = try ShareTable.all(user: record.userKey, memory: record.key, in: connection)
        let owner = try directory.agent(record.owner)
        var isShared = false
        for (agent, share) in wanted.sorted(by: { $0.key < $1.key }) {
            let target = try directory.agent(agent)
            guard held[target.key] == nil else { continue }
            let place = MemoryKeys(key: record.key, user: record.userKey, head: record.head.bytes)
            try ShareWriter.grant(share, to: [target], memory: place, by: owner, at: now, in: transaction)
            isShared = true
        }
        guard isShared, !record.flags.contains(.everShared) else { return }
        try DocumentTable.raise(.everShared, document: record.key, user: record.userKey, in: transaction)
        record.flags.insert(.everShared)
    }
}
