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

    private var transaction: StoreTransaction { context.transaction }
    private var connection: Connection { context.connection }

    /// Takes over one fact.
    func take(_ fact: DeviceFact, id: [UInt8]) throws -> Outcome {
        switch fact {
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

    private func isTooFarAhead(_ time: HybridTime) -> Bool {
        ClockBound.isTooFarAhead(time, of: context.now)
    }
}

// MARK: - What the latest change replaces

extension RecordTakeover {
    /// What this file says, by its time and the fact that says so.
    private func register(
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

    private func replaces(_ known: DeviceRegisters.Register?, time: HybridTime, id: [UInt8]) -> Bool {
        known?.precedes(time, id) ?? true
    }

    /// Notes that the hub has what this file says: its own record has come back.
    private func noteReturn(
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

// MARK: - Memories

extension RecordTakeover {
    /// A memory of this file that a fact is about.
    private func present(_ memory: FactMemory) throws -> Int64? {
        guard let user = try UserTable.find(memory.user, in: connection), context.directory.contains(memory.owner)
        else { return nil }
        let owner = try context.directory.agent(memory.owner).key
        return try MemoryNames.key(of: memory.id, user: user, owner: owner, in: connection)
    }

    /// Whether nothing is to be taken over of a memory any more.
    private func isRemoved(_ memory: FactMemory) throws -> Bool {
        try RemovedMemories.contain(memory, in: connection)
            || TombstoneTable.holds(memory.id, user: memory.user, owner: memory.owner, in: connection)
    }

    /// Has the hub blank a version of an erased memory: a device sent it that did not know yet, or the hub was put back. So
    /// it is with a memory that was removed so long ago that its tombstone is gone too.
    private func eraseAgain(_ memory: FactMemory, sent fact: [UInt8]) throws {
        let isBuried = try TombstoneTable.holds(memory.id, user: memory.user, owner: memory.owner, in: connection)
        guard try !isBuried || RemovedMemories.wasErased(memory, in: connection) else { return }
        try context.noteErasure(of: memory, facts: [fact])
    }

    private func take(_ fact: VersionFact, id: [UInt8]) throws -> Outcome {
        let memory = fact.memory
        guard (try? memory.validate()) != nil, let made = try? fact.version.version(of: memory.id, key: nil),
            made.id == fact.version.id, made.number > 0, made.parents.isEmpty == (fact.origin != nil)
        else { return .refused("its version is not what its id says") }
        guard try !isRemoved(memory) else {
            try eraseAgain(memory, sent: id)
            return .removed
        }
        guard !isTooFarAhead(made.time) else { return .held(.future) }
        guard context.directory.contains(memory.owner), context.directory.contains(made.author) else {
            return .held(.incomplete)
        }
        guard let key = try present(memory) else {
            guard let origin = fact.origin else { return .held(.incomplete) }
            if try RemovedMemories.userWasErased(memory.user, since: made.time, in: connection) {
                try RemovedMemories.insert(memory, in: transaction)
                try eraseAgain(memory, sent: id)
                return .removed
            }
            return try insert(made, fact, of: memory, origin)
        }
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard let record = found, !record.isLocked else { return .held(.incomplete) }
        if let seal = record.seal { return try take(made, of: record, sealedBy: seal) }
        // It is sensitive where it comes from. It is plain text here only if somebody has said since that it is plain.
        guard try fact.salt == nil || wasMadePlain(key) else { return .held(.incomplete) }
        guard try !VersionTable.contains(made.id, of: record, in: connection) else { return .known }
        guard try made.parents.allSatisfy({ try VersionTable.contains($0, of: record, in: connection) }) else {
            return .held(.incomplete)
        }
        transaction.note(made.time)
        // Heads are settled once for all versions that have come: joining them one by one would make a merge of each.
        try context.insert(made, of: record, text: .against(record.head, text: record.fields.content))
        try DeviceOutbox.remove(version: made.id, of: key, in: connection)
        return .applied(user: record.userKey, memory: key)
    }

    /// Takes over a version of a memory that is sensitive here.
    private func take(
        _ made: Version,
        of record: MemoryRecord,
        sealedBy seal: MemorySeal
    ) throws -> Outcome {
        let known = try labels.of(record, in: context.snapshot)
        guard known.stored(made.id) == nil else { return .known }
        guard let version = known.relabeled(made, key: seal.digestKey) else { return .held(.incomplete) }
        let greatest = made.parents.compactMap { known[$0]?.number }.max() ?? 0
        guard made.number > greatest else { return .refused("its number is not above those of its parents") }
        transaction.note(made.time)
        try context.insert(version, of: record, text: .against(record.head, text: record.fields.content))
        labels.add(made, as: version.id, of: record)
        try DeviceOutbox.remove(version: version.id, of: record.key, in: connection)
        return .applied(user: record.userKey, memory: record.key)
    }

    /// The memory here that a fact is about, and whether the fact may be noted as exchanged. Its id tells who guesses what
    /// it says that the guess is right, so it is not kept of a sensitive memory, unless the record has a salt.
    func place(of fact: DeviceFact) throws -> (memory: Int64?, isNoted: Bool) {
        let about: (memory: FactMemory, isSalted: Bool)? =
            switch fact {
            case .version(let fact): (fact.memory, fact.salt != nil)
            case .share(let fact): (fact.memory, fact.salt != nil)
            case .sensitivity(let fact): (fact.memory, true)
            case .agent, .policy, .session, .tombstone, .erasure: nil
            }
        guard let about else { return (nil, true) }
        guard let key = try present(about.memory) else { return (nil, false) }
        let isSensitive = try SensitivityColumn.find(of: key, in: connection) ?? false
        return (key, about.isSalted || !isSensitive)
    }

    /// Whether a memory that is plain has been sensitive before.
    private func wasMadePlain(_ memory: Int64) throws -> Bool {
        try DeviceRegisters.find(.sensitivity(of: memory), in: connection) != nil
            || DeviceOutbox.entry(.sensitivity, key: memory, in: connection) != nil
    }

    private func take(_ fact: SensitivityFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time, (try? fact.memory.validate()) != nil else {
            return .refused("its memory is none")
        }
        guard try !isRemoved(fact.memory) else { return .removed }
        guard !isTooFarAhead(time) else { return .held(.future) }
        guard let key = try present(fact.memory) else { return .held(.incomplete) }
        let known = try register(.sensitivity(of: key), .sensitivity, key: key)
        guard replaces(known, time: time, id: id) else {
            return try noteReturn(id, of: known, .sensitivity(of: key), .sensitivity, key: key)
        }
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard let record = found, !record.isLocked else { return .held(.incomplete) }
        guard try !fact.isSensitive || usableKeys(of: fact.memory.user, record.userKey) != nil else {
            return .held(.incomplete)
        }
        transaction.note(time)
        if fact.isSensitive != record.isSensitive {
            if fact.isSensitive { try context.leaveTraces() }
            _ = try context.setSensitive(fact.isSensitive, record, isNoted: false)
            labels.forget(record)
        }
        try DeviceOutbox.remove(.sensitivity, key: key, in: connection)
        try DeviceRegisters.set(.sensitivity(of: key), to: time, fact: id, in: connection)
        return .applied(user: record.userKey, memory: key)
    }

    /// The keys of a user, unless they were replaced or destroyed meanwhile: then what needs them waits for new ones.
    private func usableKeys(of userID: UserID, _ user: Int64) throws -> UserKeys? {
        guard let keys = keys[userID] else { return nil }
        return try KeyTable.newest(ofUser: user, in: connection) == keys.newest.number ? keys : nil
    }

    /// Writes a memory that is new here.
    private func insert(
        _ version: Version,
        _ fact: VersionFact,
        of memory: FactMemory,
        _ origin: VersionFact.Origin
    ) throws -> Outcome {
        let isSensitive = fact.salt != nil
        // Keys belong to users who are here. One whose memories only wait is not named.
        let known = try isSensitive ? UserTable.find(memory.user, in: connection) : nil
        let digestKey = try known.flatMap { try usableKeys(of: memory.user, $0)?.digestKey }
        guard !isSensitive || digestKey != nil else { return .held(.incomplete) }
        let user = try transaction.keys.user(memory.user, now: context.now, in: connection)
        let version = isSensitive ? version.relabeled(parents: [], key: digestKey) : version
        if let session = origin.session, try SessionTable.find(session, user: user, in: connection) == nil {
            // A session of an erased user's earlier life does not come any more.
            guard try RemovedMemories.userWasErased(memory.user, since: .zero, in: connection) else {
                return .held(.incomplete)
            }
            try connection.run(
                "INSERT INTO sessions (user_key, session_id, started_at) VALUES (?1, ?2, ?3)",
                user,
                session.rawValue,
                origin.createdAt
            )
        }
        let exported = ExportedMemory(
            id: memory.id,
            user: memory.user,
            owner: memory.owner,
            session: origin.session,
            type: origin.type,
            isSensitive: isSensitive,
            createdAt: origin.createdAt,
            arrivedAt: context.now.rawValue,
            parent: origin.parent,
            head: version.id,
            state: version.fields.isDeleted ? .deleted : .live
        )
        let written = WrittenVersion(version)
        let only = ExportedVersion(written, isHead: true, publishedAt: context.now.rawValue, order: 0)
        let bundle = ExportBundle(memory: exported, versions: [only])
        let key = try ExportInserter(context: context, keys: keys).insert(bundle)
        try DeviceOutbox.remove(.memory, key: key, in: connection)
        try DeviceOutbox.remove(version: version.id, of: key, in: connection)
        return .applied(user: user, memory: key)
    }

    private func take(_ fact: ShareFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time, fact.sinceHead.bytes != nil else { return .refused("its share is none") }
        guard try !isRemoved(fact.memory) else { return .removed }
        guard !isTooFarAhead(time) else { return .held(.future) }
        guard context.directory.contains(fact.agent), let key = try present(fact.memory) else {
            return .held(.incomplete)
        }
        let agent = try context.directory.agent(fact.agent).key
        guard let user = try UserTable.find(fact.memory.user, in: connection),
            let (head, isSensitive) = try head(fact.sinceHead, of: key)
        else { return .held(.incomplete) }
        guard try isSensitive || fact.salt == nil || wasMadePlain(key) else { return .held(.incomplete) }
        if let held = try ShareTable.find(user: user, memory: key, agent: agent, in: connection) {
            let known = try register(.share(of: key, with: agent), .share, key: key, agent: agent)
            let rank = known.map { ShareRank(held, at: $0.time, fact: $0.fact) }
            guard rank.map({ $0 < ShareRank(fact.share, at: time, fact: id) }) ?? true else {
                let name = String.share(of: key, with: agent)
                return try noteReturn(id, of: known, name, .share, key: key, agent: agent)
            }
        }
        transaction.note(time)
        try connection.run(
            """
            INSERT INTO shares (user_key, memory_key, agent_key, rule, permission, is_revoked, granted_at, since_head, since_order, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (user_key, memory_key, agent_key) DO UPDATE SET rule = excluded.rule, permission = excluded.permission,
                since_head = iif(is_revoked AND NOT excluded.is_revoked, excluded.since_head, since_head),
                since_order = iif(is_revoked AND NOT excluded.is_revoked, excluded.since_order, since_order),
                is_revoked = excluded.is_revoked, granted_at = excluded.granted_at, changed = excluded.changed
            """,
            user,
            key,
            agent,
            fact.rule,
            fact.permission.rawValue,
            fact.isRevoked,
            fact.grantedAt,
            head.bytes,
            transaction.newRow(),
            transaction.sequence
        )
        try DocumentTable.raise(.everShared, document: key, user: user, in: transaction)
        try DeviceOutbox.remove(.share, key: key, agent: agent, in: connection)
        // An id that could be guessed is not kept of a sensitive memory.
        let isGuessable = isSensitive && fact.salt == nil
        try DeviceRegisters.set(.share(of: key, with: agent), to: time, fact: isGuessable ? [] : id, in: connection)
        return .applied(user: user, memory: key)
    }

    /// How this file names a version of a memory, and whether the memory is sensitive; nil if that can't be told yet.
    private func head(_ id: VersionID, of memory: Int64) throws -> (head: VersionID, isSensitive: Bool)? {
        let found = try MemoryRecord.find(
            key: memory,
            includingDeleted: true,
            opening: .ifPossible,
            in: context.snapshot
        )
        guard let record = found, !record.isLocked else { return nil }
        guard record.isSensitive else { return (id, false) }
        return try labels.of(record, in: context.snapshot).stored(id).map { ($0, true) }
    }
}

// MARK: - What is gone for good

extension RecordTakeover {
    private func take(_ fact: TombstoneFact) throws -> Outcome {
        let memory = fact.memory
        guard (try? memory.validate()) != nil else { return .refused("its memory is none") }
        guard context.directory.contains(memory.owner) else { return .held(.incomplete) }
        let isKnown = try RemovedMemories.contain(memory, in: connection)
        let user = try transaction.keys.user(memory.user, now: context.now, in: connection)
        try RemovedMemories.insert(memory, in: transaction)
        if let key = try present(memory) {
            let found = try MemoryRecord.find(
                key: key,
                includingDeleted: true,
                opening: .ifPossible,
                in: context.snapshot
            )
            guard let record = found else { return .held(.incomplete) }
            try context.remove(record, deletedAt: Timestamp(rawValue: fact.deletedAt))
            return .applied(user: user, memory: key)
        }
        try TombstoneTable.insert(
            memory.id,
            user: user,
            owner: try context.directory.agent(memory.owner).key,
            deletedAt: Timestamp(rawValue: fact.deletedAt),
            in: connection
        )
        return isKnown ? .known : .applied(user: user, memory: nil)
    }

    private func take(_ fact: ErasureFact) throws -> Outcome {
        guard let time = fact.time.time, (try? fact.user.validated()) != nil else {
            return .refused("its erasure is none")
        }
        guard let owner = fact.owner, let id = fact.id else { return try eraseUser(fact.user, until: time) }
        let memory = FactMemory(user: fact.user, owner: owner, id: id)
        let isKnown = try RemovedMemories.contain(memory, in: connection)
        try RemovedMemories.insert(memory, in: transaction)
        let marks = try ErasureMarks.make(in: transaction)
        try ErasureMarks.insert(marks.mark(of: id, user: fact.user, agent: owner), in: connection)
        guard let key = try present(memory) else { return isKnown ? .known : .applied(user: nil, memory: nil) }
        return try erase(key) ? .applied(user: nil, memory: nil) : .held(.incomplete)
    }

    private func erase(_ key: Int64) throws -> Bool {
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard let record = found else { return false }
        try context.erase(record, isNoted: false)
        labels.forget(record)
        return true
    }

    /// Erases the memories of a user that were stored until a time. What was stored later is of a new life of the user.
    private func eraseUser(_ id: UserID, until time: HybridTime) throws -> Outcome {
        try RemovedMemories.noteErasure(of: id, at: time, in: transaction)
        guard let user = try UserTable.find(id, in: connection) else { return .applied(user: nil, memory: nil) }
        let memories = try connection.rows(
            """
            SELECT m.memory_key FROM memories AS m WHERE m.user_key = ?1
                AND (SELECT min(v.time) FROM all_versions AS v WHERE v.memory_key = m.memory_key) <= ?2
            """,
            user,
            time.rawValue,
            as: { $0.int64(0) }
        )
        for key in memories {
            guard let found = try FoundMemory.find(key, in: connection) else { continue }
            // One that the erasing device did not have is named to all.
            if try !RemovedMemories.contain(found.memory, in: connection) {
                let facts = try context.forgetFacts(of: key, found.memory)
                try context.noteErasure(of: found.memory, facts: facts)
            }
            guard try erase(key) else { return .held(.incomplete) }
        }
        try connection.run(
            "DELETE FROM sessions WHERE user_key = ?1 AND NOT EXISTS (SELECT 1 FROM memories WHERE user_key = ?1)",
            user
        )
        transaction.keys.forgetSessions()
        return .applied(user: nil, memory: nil)
    }
}

extension FactMemory {
    func validate() throws {
        _ = try user.validated()
        _ = try owner.validated()
        _ = try id.validated()
    }
}
