import HearthModel
import HearthRules
import HearthSQLite

/// Takes over what another device says, inside a write transaction.
///
/// Every fact can come twice, late and in any order. So whatever is taken over is a function of the set of facts: versions
/// are joined by ``Reconcile``, and of everything else the greatest one holds, by an order that is the same everywhere.
struct RecordTakeover {
    /// What became of a record.
    enum Outcome: Hashable {
        /// It changed something; of which user and memory, if of one.
        case applied(user: Int64?, memory: Int64?)
        /// It was dated too far ahead, and counts as of a time of this device, which the others are told.
        case datedAnew
        /// It says nothing new.
        case known
        /// It is about a memory that is gone for good. It is not noted: its id is a digest of what it says.
        case removed
        /// It has to wait.
        case held(HeldRow.Reason)
        /// It can't be what its device meant.
        case refused(String)
    }

    let context: WriteContext
    /// The keys of users some of whose memories are sensitive, as far as they can be had.
    let keys: [UserID: UserKeys]
    let labels: TakenLabels

    var transaction: StoreTransaction { context.transaction }
    var connection: Connection { context.connection }

    /// Takes over one fact.
    func take(_ fact: DeviceFact, id: [UInt8]) throws -> Outcome {
        guard fact.times.allSatisfy(Timestamp.accepted.contains) else {
            return .refused("a time of it is not in the years -9999 to 9999")
        }
        return switch fact {
        case .agent(let fact): try take(fact, id: id)
        case .policy(let fact): try take(fact, id: id)
        case .session(let fact): try take(fact, id: id)
        case .version(let fact): try take(fact, id: id)
        case .share(let fact): try take(fact, id: id)
        case .tombstone(let fact): try take(fact)
        case .erasure(let fact): try take(fact)
        case .sensitivity(let fact): try take(fact, id: id)
        }
    }

    func isTooFarAhead(_ time: HybridTime) -> Bool {
        ClockBound.isTooFarAhead(time, of: context.now)
    }
}

// MARK: - What the latest change replaces

extension RecordTakeover {
    /// What this file says, by its time and the fact that says so.
    func register(
        _ name: String,
        _ part: DeviceOutbox.Part,
        key: Int64,
        agent: Int64 = 0
    ) throws -> DeviceRegisters.Register? {
        guard let entry = try DeviceOutbox.entry(part, key: key, agent: agent, in: connection) else {
            return try DeviceRegisters.find(name, in: connection)
        }
        // It was changed here, and may have been sent without an answer.
        guard let item = try OutgoingReader(in: context.snapshot)?.item(entry) else { return nil }
        return DeviceRegisters.Register(time: item.register?.time ?? .zero, fact: item.record.id)
    }

    func replaces(_ known: DeviceRegisters.Register?, time: HybridTime, id: [UInt8]) -> Bool {
        known?.precedes(time, id) ?? true
    }

    /// Notes that the hub has what this file says: its own record has come back.
    func noteReturn(
        _ id: [UInt8],
        of known: DeviceRegisters.Register?,
        _ name: String,
        _ part: DeviceOutbox.Part,
        key: Int64,
        agent: Int64 = 0
    ) throws -> Outcome {
        if let known, known.fact == id {
            try DeviceRegisters.set(name, to: known.time, fact: id, in: connection)
            try DeviceOutbox.remove(part, key: key, agent: agent, in: connection)
        }
        return .known
    }

    private func take(_ fact: AgentFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time else { return .refused("its time can't be") }
        guard !isTooFarAhead(time) else { return .held(.future) }
        let profile = fact.profile.profile
        guard profile.id != AgentProfile.system.id, (try? profile.validate()) != nil else {
            return .refused("its profile is none")
        }
        let key = context.directory.contains(profile.id) ? try context.directory.agent(profile.id).key : nil
        if let key {
            let known = try register(.agent(profile.id), .agent, key: key)
            guard replaces(known, time: time, id: id) else {
                return try noteReturn(id, of: known, .agent(profile.id), .agent, key: key)
            }
        }
        transaction.note(time)
        try AgentTable.write(profile, to: connection)
        try transaction.directoryDidChange(at: context.now)
        let written = try AgentTable.key(of: profile.id, in: connection)
        try DeviceOutbox.remove(.agent, key: written, in: connection)
        try DeviceRegisters.set(.agent(profile.id), to: time, fact: id, in: connection)
        return .applied(user: nil, memory: nil)
    }

    private func take(_ fact: PolicyFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time, (try? fact.sharing.validate()) != nil else {
            return .refused("its policy is none")
        }
        guard !isTooFarAhead(time) else { return .held(.future) }
        let known = try register(.policy, .policy, key: 0)
        guard replaces(known, time: time, id: id) else {
            return try noteReturn(id, of: known, .policy, .policy, key: 0)
        }
        transaction.note(time)
        try AgentTable.write(fact.sharing, to: connection)
        try DeviceSpaceTable.set(resolution: fact.resolution, in: transaction)
        try transaction.directoryDidChange(at: context.now)
        try DeviceOutbox.remove(.policy, key: 0, in: connection)
        try DeviceRegisters.set(.policy, to: time, fact: id, in: connection)
        return .applied(user: nil, memory: nil)
    }

    private func take(_ fact: SessionFact, id: [UInt8]) throws -> Outcome {
        let session = fact.session
        guard let time = fact.time.time, (try? session.user.validated()) != nil, (try? session.id.validated()) != nil
        else { return .refused("its session is none") }
        guard !isTooFarAhead(time) else { return .held(.future) }
        guard session.agent.map(context.directory.contains) ?? true else { return .held(.incomplete) }
        guard try !RemovedMemories.userWasErased(session.user, since: time, in: connection) else { return .known }
        let user = try transaction.keys.user(session.user, now: context.now, in: connection)
        let agent = try session.agent.map { try context.directory.agent($0).key }
        if let key = try SessionTable.find(session.id, user: user, in: connection) {
            let known = try register(.session(key), .session, key: key)
            guard replaces(known, time: time, id: id) else {
                return try noteReturn(id, of: known, .session(key), .session, key: key)
            }
        }
        transaction.note(time)
        let key = try connection.first(
            """
            INSERT INTO sessions (user_key, session_id, agent_key, name, started_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (user_key, session_id) DO UPDATE SET started_at = excluded.started_at, agent_key = excluded.agent_key,
                name = excluded.name, ended_at = excluded.ended_at
            RETURNING session_key
            """,
            user,
            session.id.rawValue,
            agent,
            session.name,
            session.startedAt,
            session.endedAt,
            as: { $0.int64(0) }
        )
        guard let key else { throw MemoryError.corrupt("A session was not stored.") }
        transaction.keys.forgetSessions()
        try DeviceOutbox.remove(.session, key: key, in: connection)
        try DeviceRegisters.set(.session(key), to: time, fact: id, in: connection)
        return .applied(user: user, memory: nil)
    }
}

extension FactMemory {
    func validate() throws {
        _ = try user.validated()
        _ = try owner.validated()
        _ = try id.validated()
    }
}
