import HearthModel
import HearthRules
import HearthSQLite

/// A request for a lease. It is tried inside a write transaction: at once, and again when its turn may have come.
struct LeaseRequest: Sendable {
    let memoryID: MemoryID
    let agentID: AgentID
    /// The user whose memory it is; nil if the call does not say.
    var userID: UserID?
    /// How long the lease is to last.
    let duration: Duration
    /// Whether the lease is over once this process is gone, before its time.
    var endsWithProcess = false
    /// When the agent stops waiting; nil if it does not wait.
    let waitDeadline: BootInstant?

    enum Outcome: Sendable {
        case granted(MemoryLock)
        /// The agent waits in the queue, with this ticket.
        case waiting(memory: Int64, ticket: Int64)
        /// The lease was not free in the time given.
        case unavailable
    }

    /// Acquires the lease, joins the queue, or stays in it.
    ///
    /// - Throws: ``AuditedRefusal`` if the agent may not lease the memory; `.locked` if its wait would close a cycle.
    func attempt(
        holding ticket: Int64? = nil,
        directories: AgentDirectoryCache,
        clock: StoreClock,
        in transaction: StoreTransaction
    ) throws -> Outcome {
        let connection = transaction.connection
        // The clock is read here and not by the caller, because the operation may have waited for its turn to write.
        let now = clock.bootInstant
        let wallClock = clock.now()
        let directory = try transaction.directory(directories)
        let agent = try directory.acting(agentID)
        let subject = try authorizedSubject(for: agent, at: wallClock, directory: directory, in: connection)
        if let ticket, try !LeaseQueue.holds(ticket, at: now, in: connection) { return .unavailable }
        let isHeld = try LeaseTable.live(memory: subject.key, at: now, in: connection) != nil
        if try isHeld || LeaseQueue.hasWaiter(memory: subject.key, before: ticket, at: now, in: connection) {
            if let ticket { return .waiting(memory: subject.key, ticket: ticket) }
            guard let waitDeadline, !waitDeadline.hasPassed(at: now) else { return .unavailable }
            try refuseCycle(agent, subject, at: now, wallClock: wallClock, directory: directory, in: connection)
            return .waiting(
                memory: subject.key,
                ticket: try LeaseQueue.join(memory: subject.key, agent: agent.key, until: waitDeadline, in: connection)
            )
        }
        let lease = try LeaseTable.grant(
            memory: subject.key,
            to: agent.key,
            for: duration,
            endsWithProcess: endsWithProcess,
            at: now,
            wallClock: try LeaseTable.acquisition(of: subject.id, at: wallClock, in: connection),
            in: connection
        )
        if let ticket { try LeaseQueue.remove(memory: subject.key, through: ticket, in: connection) }
        if !subject.flags.contains(.everLeased) {
            try DocumentTable.raise(.everLeased, document: subject.key, user: subject.userKey, in: transaction)
        }
        try Counter.locksAcquired.add(1, in: transaction)
        return .granted(
            MemoryLock(
                lease,
                on: subject.id,
                of: agentID,
                userID: try UserTable.name(of: subject.userKey, in: connection),
                ownerID: subject.owner.id
            )
        )
    }

    private func authorizedSubject(
        for agent: KnownAgent,
        at now: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws -> LeasableMemory {
        let reference = MemoryReference(id: memoryID, viewer: agent, user: userID)
        guard let subject = try LeasableMemory.find(reference, at: now, directory: directory, in: connection) else {
            throw MemoryError.memoryNotFound(memoryID)
        }
        guard try subject.belongs(to: userID, in: connection) else {
            throw AuditedRefusal(.memoryNotFound(memoryID), subject.refusal(of: "lease", by: agent))
        }
        let standing = try subject.standing(of: agent, directory: directory, in: connection)
        switch directory.rules.leaseRight(of: agent.id, owner: subject.owner.id, standing: standing) {
        case .granted where subject.isLive || standing == .owner: return subject
        case .granted: throw MemoryError.memoryNotFound(memoryID)
        case .unseen: throw AuditedRefusal(.memoryNotFound(memoryID), subject.refusal(of: "lease", by: agent))
        case .denied:
            throw AuditedRefusal(
                MemoryError(
                    code: .accessDenied,
                    message: """
                        Agent \(agent.id) may see memory \(memoryID) but not lease it; its owner \(subject.owner.id) may, and agents of \
                        no lower priority.
                        """
                ),
                subject.refusal(of: "lease", by: agent)
            )
        }
    }
}

extension LeaseRequest {
    /// Refuses a wait that would never end.
    private func refuseCycle(
        _ agent: KnownAgent,
        _ subject: LeasableMemory,
        at now: BootInstant,
        wallClock: Timestamp,
        directory: AgentDirectory,
        in connection: Connection
    ) throws {
        let tickets = try LeaseQueue.all(in: connection).filter { $0.isLive(at: now) }
        guard !tickets.isEmpty else { return }
        let live = try LeaseTable.unreleased(in: connection).filter { $0.isLive(at: now) }
        let graph = WaitGraph(
            holders: try Dictionary(uniqueRows: live.map { ($0.memory, $0.holder) }, what: "Two leases"),
            waits: tickets.map { WaitGraph.Wait(number: $0.number, memory: $0.memory, agent: $0.agent) }
        )
        guard let cycle = graph.cycle(closedBy: agent.key, waitingFor: subject.key) else { return }
        // Memories that the agent does not see are not named to it, though they may be links of the chain.
        let links = try cycle.compactMap { step -> String? in
            guard let id = try Self.id(of: step.memory, in: connection),
                let link = try LeasableMemory.find(
                    step.memory,
                    id: id,
                    at: wallClock,
                    directory: directory,
                    in: connection
                ),
                try link.standing(of: agent, directory: directory, in: connection) != .none
            else { return nil }
            let waiter = try directory.agent(key: step.waiter).id
            let blocker = try directory.agent(key: step.blocker).id
            return "\(waiter) would wait for \(id) behind \(blocker)"
        }
        throw MemoryError(
            code: .locked,
            message: """
                Agent \(agent.id) can't wait for memory \(memoryID), because the wait would close a cycle: \
                \(links.joined(separator: ", ")). Release one of the leases first.
                """
        )
    }

    private static func id(of memory: Int64, in connection: Connection) throws -> MemoryID? {
        try connection.first(
            "SELECT identifier FROM memories WHERE memory_key = ?1",
            memory,
            as: { $0.memoryID(0) }
        )
    }
}
