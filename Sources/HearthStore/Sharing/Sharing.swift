/// Acts on what the rules decide: writes shares together with their audit rows.
enum Sharing {
    /// Shares a memory with agents; nothing happens without any.
    static func grant(
        _ share: Share,
        to agents: [Directory.Entry],
        memory: MemoryTable.Placed,
        by owner: Directory.Entry,
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

/// A refusal that is to be audited: the operation it ends is rolled back, and the row is written by itself.
struct Refusal: Error {
    var error: MemoryError
    var entry: AuditEntry

    init(_ error: MemoryError, _ entry: AuditEntry) {
        self.error = error
        self.entry = entry
    }
}

extension MemoryStore {
    /// Runs an operation; where it is refused, audits that and throws the reason.
    func auditingRefusal<R>(_ operation: () async throws -> R) async throws -> R {
        do {
            return try await operation()
        } catch let refusal as Refusal {
            let now = clock.now()
            try await write { try AuditTrail.append(refusal.entry, at: now, to: $0) }
            throw refusal.error
        }
    }
}
