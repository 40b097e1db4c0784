import HearthModel
import HearthRules
import HearthSQLite

extension LeaseHealth {
    /// At a greater age something is wrong with a lease that others wait for, and with one that has expired and was not
    /// swept. It is twice the default duration of a lease, and ten times the default interval of upkeep.
    static let alarmingAge = Duration.seconds(600)

    /// What a person should do, if anything.
    static func reasons(leases: [Lease], tickets: [LeaseTicket], at now: BootInstant, in snapshot: Snapshot) throws
        -> [String]
    {
        var reasons: [String] = []
        let forgotten = leases.filter { lease in
            lease.deadline.bootID != now.bootID || now.duration(since: lease.deadline) > alarmingAge
        }
        if !forgotten.isEmpty {
            reasons.append(
                "leases: \(forgotten.count) expired long ago and were not swept. Start background upkeep, or run it by hand."
            )
        }
        let contended = Set(tickets.lazy.filter { $0.isLive(at: now) }.map(\.memory))
        for lease in leases where lease.isLive(at: now) && contended.contains(lease.memory) {
            let age = now.duration(since: lease.since)
            guard age > alarmingAge else { continue }
            let lock = try lease.lock(in: snapshot)
            reasons.append(
                """
                leases: agent \(lock.agentID) has held memory \(lock.memoryID) for \(age.components.seconds) s while others wait. \
                See what it does, or release the lease by force.
                """
            )
        }
        return reasons
    }
}

extension Snapshot {
    /// The state of all leases, and what a person should do about them.
    func leaseHealth() throws -> (health: LeaseHealth, reasons: [String]) {
        let now = clock.bootInstant
        let leases = try LeaseTable.unreleased(in: connection)
        let tickets = try LeaseQueue.all(in: connection).filter { $0.isLive(at: now) }
        let live = leases.filter { $0.isLive(at: now) }
        let health = LeaseHealth(
            held: live.count,
            contended: Set(tickets.map(\.memory)).count,
            waiting: tickets.count,
            expiredUnreleased: leases.count - live.count,
            oldest: try live.first?.lock(in: self),
            oldestAge: live.first.map { now.duration(since: $0.since) } ?? .zero
        )
        return (health, try LeaseHealth.reasons(leases: leases, tickets: tickets, at: now, in: self))
    }

    /// The leases that are held. The one held longest comes first.
    func activeLeases() throws -> [MemoryLock] {
        let now = clock.bootInstant
        return try LeaseTable.unreleased(in: connection).filter { $0.isLive(at: now) }.map { try $0.lock(in: self) }
    }
}

extension Lease {
    fileprivate func lock(in snapshot: Snapshot) throws -> MemoryLock {
        let subject = try snapshot.connection.first(
            "SELECT identifier, user_key, owner_key FROM memories WHERE memory_key = ?1",
            memory,
            as: { (id: $0.memoryID(0), user: $0.int64(1), owner: $0.int64(2)) }
        )
        guard let subject else { throw MemoryError.corrupt("A lease is on a memory that is not there.") }
        return MemoryLock(
            self,
            on: subject.id,
            of: try snapshot.directory.agent(key: holder).id,
            userID: try UserTable.name(of: subject.user, in: snapshot.connection),
            ownerID: try snapshot.directory.agent(key: subject.owner).id
        )
    }
}
