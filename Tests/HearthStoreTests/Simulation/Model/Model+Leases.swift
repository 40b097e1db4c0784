@testable import HearthModel
@testable import HearthStore

extension Model {
    enum Acquisition {
        case granted(token: Int64)
        case queued(ticket: Int)
        case unavailable
    }

    func liveLease(of memory: ModelMemory) -> ModelLease? {
        memory.lease.flatMap { $0.deadline > boot ? $0 : nil }
    }

    /// Every lease that is held.
    var leases: [MemoryID: ModelLease] {
        memories.compactMapValues { liveLease(of: $0) }
    }

    mutating func acquire(
        _ id: MemoryID,
        by agent: AgentID,
        for duration: Duration,
        waitingAtMost timeout: Duration
    ) throws(Refused) -> Acquisition {
        try authorizeLease(agent, on: self[id])
        guard liveLease(of: self[id]) != nil || !self[id].queue.isEmpty else {
            return .granted(token: grant(id, to: agent, for: duration))
        }
        guard timeout > .zero else { return .unavailable }
        guard !closesCycle(agent, waitingFor: id) else { throw Refused(code: .locked) }
        nextTicket += 1
        self[id].queue
            .append(
                ModelWaiter(
                    ticket: nextTicket,
                    agent: agent,
                    duration: duration,
                    patience: boot + timeout.wholeNanoseconds
                )
            )
        return .queued(ticket: nextTicket)
    }

    func authorizeLease(_ agent: AgentID, on memory: ModelMemory) throws(Refused) {
        guard !memory.published.isDeleted else { throw Refused(code: .memoryNotFound) }
        if agent == "system" { return }
        let standing = access.standing(of: agent, to: memory)
        guard standing != .none else { throw Refused(code: .memoryNotFound) }
        guard standing == .owner || access.priority(agent) >= access.priority(memory.owner) else {
            throw Refused(code: .accessDenied)
        }
    }

    mutating func grant(_ id: MemoryID, to agent: AgentID, for duration: Duration) -> Int64 {
        let token = self[id].lastToken + 1
        self[id].lastToken = token
        self[id].lease = ModelLease(holder: agent, token: token, deadline: boot + duration.wholeNanoseconds)
        return token
    }

    /// Checks that a lock is the agent's own on this memory and is still held.
    func check(_ lock: MemoryLock, on id: MemoryID, by agent: AgentID) throws(Refused) {
        guard lock.memoryID == id else { throw Refused(code: .invalidArgument) }
        guard lock.agentID == agent else { throw Refused(code: .lockNotHeld) }
        guard isLive(lock) else { throw Refused(code: .lockLost) }
    }

    func isLive(_ lock: MemoryLock) -> Bool {
        let lease = liveLease(of: self[lock.memoryID])
        return lease?.token == lock.fencingToken && lease?.holder == lock.agentID
    }

    mutating func renew(_ lock: MemoryLock, for duration: Duration) throws(Refused) {
        guard isLive(lock) else { throw Refused(code: .lockLost) }
        let deadline = boot + duration.wholeNanoseconds
        self[lock.memoryID].lease?.deadline = deadline
    }

    mutating func release(_ lock: MemoryLock) -> Bool {
        guard isLive(lock) else { return false }
        self[lock.memoryID].lease = nil
        return true
    }

    mutating func release(_ id: MemoryID, by agent: AgentID, force: Bool) throws(Refused) -> Bool {
        let lease = liveLease(of: self[id])
        if lease?.holder != agent, access.priority(agent) != .critical {
            guard access.liveStanding(of: agent, to: self[id]) != .none else {
                throw Refused(code: .memoryNotFound)
            }
            guard !force else { throw Refused(code: .accessDenied) }
        }
        guard let lease else { return false }
        guard lease.holder == agent || force else { throw Refused(code: .lockNotHeld) }
        self[id].lease = nil
        return true
    }

    mutating func releaseAll(by agent: AgentID) throws(Refused) -> Int {
        guard access.priority(agent) == .critical else { throw Refused(code: .accessDenied) }
        let held = leases.keys
        for id in held { self[id].lease = nil }
        return held.count
    }

    /// Ends the waits, which do not outlive their process, and after a reboot every lease.
    mutating func end(leases endsLeases: Bool) {
        for id in ids {
            if endsLeases { self[id].lease = nil }
            self[id].queue = []
        }
    }

    /// Whether an agent's wait would make a circle of agents that wait for one another.
    ///
    /// An agent that waits holds up others by its leases and by its places in other queues. Several acquisitions of one
    /// agent that wait for the same memory are no circle.
    private func closesCycle(_ agent: AgentID, waitingFor id: MemoryID) -> Bool {
        var visited: Set<Int> = []
        func blockers(of id: MemoryID, before ticket: Int) -> [AgentID] {
            let holder = liveLease(of: self[id]).map { [$0.holder] } ?? []
            return holder + self[id].queue.filter { $0.ticket < ticket }.map(\.agent)
        }
        func reachesAgent(from memory: MemoryID, before ticket: Int) -> Bool {
            for blocker in blockers(of: memory, before: ticket) {
                if blocker == agent {
                    if memory != id { return true }
                    continue
                }
                for other in ids where other != memory {
                    for waiter in self[other].queue where waiter.agent == blocker {
                        guard visited.insert(waiter.ticket).inserted else { continue }
                        if reachesAgent(from: other, before: waiter.ticket) { return true }
                    }
                }
            }
            return false
        }
        return reachesAgent(from: id, before: .max)
    }
}

extension Duration {
    var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
