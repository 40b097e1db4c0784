import HearthModel
import HearthRules
import HearthSQLite

/// Ends a lease before its time, inside a write transaction.
struct LeaseRelease: Sendable {
    let memoryID: MemoryID
    let agentID: AgentID
    /// The user whose memory it is; nil if the call does not say.
    var userID: UserID?
    let isForced: Bool

    /// Releases the lease if the agent may.
    ///
    /// - Returns: The key of the memory; nil if no lease was held.
    /// - Throws: `.lockNotHeld`, `.memoryNotFound`; ``AuditedRefusal`` of `.accessDenied` and of `.memoryNotFound`.
    func perform(
        directories: AgentDirectoryCache,
        clock: StoreClock,
        in transaction: StoreTransaction
    ) throws -> Int64? {
        let connection = transaction.connection
        let directory = try transaction.directory(directories)
        let agent = try directory.acting(agentID)
        let wallClock = clock.now()
        let reference = MemoryReference(id: memoryID, viewer: agent, user: userID)
        guard let subject = try LeasableMemory.find(reference, at: wallClock, directory: directory, in: connection)
        else {
            throw MemoryError.memoryNotFound(memoryID)
        }
        guard try subject.belongs(to: userID, in: connection) else {
            throw AuditedRefusal(.memoryNotFound(memoryID), subject.refusal(of: "release", by: agent))
        }
        let lease = try LeaseTable.live(memory: subject.key, at: clock.bootInstant, in: connection)
        if let lease, lease.holder == agent.key {
            try LeaseTable.release(memory: subject.key, in: connection)
            try Counter.locksReleased.add(1, in: transaction)
            return subject.key
        }
        try authorize(agent, subject, directory: directory, in: connection)
        guard let lease else { return nil }
        guard isForced else {
            throw MemoryError(
                code: .lockNotHeld,
                message: """
                    The lease on memory \(memoryID) is held by agent \(try directory.agent(key: lease.holder).id), not by \(agentID); \
                    a critical agent can release it by force.
                    """
            )
        }
        try Self.take([lease], ofUser: subject.userKey, as: agent, at: wallClock, in: transaction)
        return subject.key
    }

    /// An agent that does not hold the lease must see the memory or be critical. To use force it must be critical.
    private func authorize(
        _ agent: KnownAgent,
        _ subject: LeasableMemory,
        directory: AgentDirectory,
        in connection: Connection
    ) throws {
        guard !directory.rules.allow(.forceRelease, by: agent.id, owner: subject.owner.id) else { return }
        guard try subject.standing(of: agent, directory: directory, in: connection) != .none else {
            throw AuditedRefusal(.memoryNotFound(memoryID), subject.refusal(of: "release", by: agent))
        }
        guard !isForced else {
            throw AuditedRefusal(
                .needsCriticalAgent(agent),
                subject.refusal(of: AuditAction.forceRelease.rawValue, by: agent)
            )
        }
    }
}

extension LeaseRelease {
    /// Takes every lease from its holder.
    ///
    /// - Returns: The keys of the memories.
    static func all(
        as agent: KnownAgent,
        directory: AgentDirectory,
        clock: StoreClock,
        in transaction: StoreTransaction
    ) throws -> [Int64] {
        guard directory.rules.allow(.forceReleaseAll, by: agent.id) else {
            throw AuditedRefusal(
                .needsCriticalAgent(agent),
                AuditEntry(
                    action: .refuse,
                    agent: agent.key,
                    detail: ["attempt": AuditAction.forceRelease.rawValue]
                )
            )
        }
        let now = clock.bootInstant
        let live = try LeaseTable.unreleased(in: transaction.connection).filter { $0.isLive(at: now) }
        let byUser = try Dictionary(grouping: live) { lease in
            try transaction.connection.first(
                "SELECT user_key FROM memories WHERE memory_key = ?1",
                lease.memory,
                as: { $0.int64(0) }
            )
        }
        for (user, leases) in byUser.sorted(by: { $0.key ?? 0 < $1.key ?? 0 }) {
            try take(leases, ofUser: user, as: agent, at: clock.now(), in: transaction)
        }
        return live.map(\.memory)
    }

    /// Takes leases on memories of one user from their holders, with one audit row.
    private static func take(
        _ leases: [Lease],
        ofUser user: Int64?,
        as agent: KnownAgent,
        at wallClock: Timestamp,
        in transaction: StoreTransaction
    ) throws {
        for lease in leases { try LeaseTable.release(memory: lease.memory, in: transaction.connection) }
        try Counter.locksReleased.add(leases.count, in: transaction)
        try AuditTrail.append(
            AuditEntry(action: .forceRelease, agent: agent.key, user: user, memories: leases.map(\.memory)),
            at: wallClock,
            to: transaction
        )
    }
}

extension MemoryError {
    fileprivate static func needsCriticalAgent(_ agent: KnownAgent) -> MemoryError {
        MemoryError(
            code: .accessDenied,
            message: "Agent \(agent.id) is not critical; only critical agents, such as system, take leases from others."
        )
    }
}
