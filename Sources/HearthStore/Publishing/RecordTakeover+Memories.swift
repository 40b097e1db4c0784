import HearthModel
import HearthRules
import HearthSQLite

extension RecordTakeover {
    /// A memory of this file that a fact is about.
    func present(_ memory: FactMemory) throws -> Int64? {
        guard let user = try UserTable.find(memory.user, in: connection), context.directory.contains(memory.owner)
        else { return nil }
        let owner = try context.directory.agent(memory.owner).key
        return try MemoryNames.key(of: memory.id, user: user, owner: owner, in: connection)
    }

    /// Whether nothing is to be taken over of a memory any more.
    func isRemoved(_ memory: FactMemory) throws -> Bool {
        try RemovedMemories.contain(memory, in: connection)
            || TombstoneTable.holds(memory.id, user: memory.user, owner: memory.owner, in: connection)
    }

    /// Has the hub blank what is said of an erased memory: a device sent it that did not know yet, or the hub was put back. So
    /// it is with a memory that was removed so long ago that its tombstone is gone too. Others learn by it that nothing comes
    /// any more that they wait for.
    private func eraseAgain(_ memory: FactMemory, sent fact: [UInt8]) throws {
        let isBuried = try TombstoneTable.holds(memory.id, user: memory.user, owner: memory.owner, in: connection)
        guard try !isBuried || RemovedMemories.wasErased(memory, in: connection) else { return }
        try context.noteErasure(of: memory, facts: [fact])
    }

    private static let wrongNumber = "its number is not above those of its parents"

    func take(_ fact: VersionFact, id: [UInt8]) throws -> Outcome {
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
            guard try mayBePlain(made, fact) else { return .held(.keyless) }
            return try insert(made, fact, of: memory, origin)
        }
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard let record = found else { return .held(.incomplete) }
        guard !record.isLocked else { return .held(.keyless) }
        guard try hasSession(fact.origin, of: memory.user, record.userKey) else { return .held(.incomplete) }
        if let seal = record.seal {
            if fact.salt == nil { try noteThatItWasPlain(key) }
            return try take(made, fact.origin, of: record, sealedBy: seal)
        }
        // It is sensitive where it comes from. It is plain text here only if somebody has said since that it is plain.
        let isToBeSealed = try fact.salt != nil && !wasMadePlain(key)
        guard try isToBeSealed ? usableKeys(of: memory.user, record.userKey) != nil : mayBePlain(made, fact) else {
            return .held(.keyless)
        }
        let isKnown = try VersionTable.contains(made.id, of: record, in: connection)
        if !isKnown {
            var greatest = 0
            for parent in made.parents {
                guard let number = try VersionTable.number(of: parent, of: record, in: connection) else {
                    return .held(.incomplete)
                }
                greatest = max(greatest, number)
            }
            guard made.number > greatest else { return .refused(Self.wrongNumber) }
        }
        if isToBeSealed {
            let sealed = try sealing(record)
            guard let seal = sealed.seal else { return .held(.keyless) }
            let outcome = try take(made, fact.origin, of: sealed, sealedBy: seal)
            return outcome == .known ? .applied(user: record.userKey, memory: key) : outcome
        }
        guard !isKnown else {
            return try take(fact.origin, of: made, in: record) ? .applied(user: record.userKey, memory: key) : .known
        }
        transaction.note(made.time)
        _ = try take(fact.origin, of: made, in: record)
        // Heads are settled once for all versions that have come: joining them one by one would make a merge of each.
        try context.insert(made, of: record, text: .against(record.head, text: record.fields.content))
        try DeviceOutbox.remove(version: made.id, of: key, in: connection)
        return .applied(user: record.userKey, memory: key)
    }

    /// Takes over a version of a memory that is sensitive here.
    private func take(
        _ made: Version,
        _ origin: VersionFact.Origin?,
        of record: MemoryRecord,
        sealedBy seal: MemorySeal
    ) throws -> Outcome {
        let known = try labels.of(record, in: context.snapshot)
        guard known.stored(made.id) == nil else {
            return try take(origin, of: made, in: record) ? .applied(user: record.userKey, memory: record.key) : .known
        }
        guard let version = known.relabeled(made, key: seal.digestKey) else { return .held(.incomplete) }
        let greatest = made.parents.compactMap { known[$0]?.number }.max() ?? 0
        guard made.number > greatest else { return .refused(Self.wrongNumber) }
        transaction.note(made.time)
        _ = try take(origin, of: made, in: record)
        try context.insert(version, of: record, text: .against(record.head, text: record.fields.content))
        labels.add(made, as: version.id, of: record)
        try DeviceOutbox.remove(version: version.id, of: record.key, in: connection)
        return .applied(user: record.userKey, memory: record.key)
    }

    /// The memory here that a fact is about, and whether the fact may be noted as exchanged. Its id tells who guesses what
    /// it says that the guess is right, so it is not kept of a sensitive memory, unless the record has a salt.
    func place(of fact: DeviceFact) throws -> (memory: Int64?, isNoted: Bool) {
        guard let memory = fact.memory else { return (nil, true) }
        guard let key = try present(memory) else { return (nil, false) }
        return (key, try !fact.isGuessable || FoundMemory.isSensitive(key, in: connection) == false)
    }

    /// A memory that is plain here, made sensitive because another device has it so, and nobody has said when it became that: it was
    /// stored under one identifier on two devices, plain on one of them; or whoever said it was removed, and what it said went with a
    /// hub that went back. Any word of when it changed counts for more.
    private func sealing(_ record: MemoryRecord) throws -> MemoryRecord {
        let sealed = try context.sealWithoutWord(record, asOf: Self.beforeAnyWord)
        labels.forget(record)
        try noteThatItWasPlain(record.key)
        return sealed
    }

    /// Notes that a sensitive memory was plain while the file exchanged, on this device or another: an erasure must reach what the hub
    /// has of it in that form.
    private func noteThatItWasPlain(_ memory: Int64) throws {
        guard try DeviceRegisters.sensitivityChange(of: memory, in: connection) ?? .zero == .zero else { return }
        if try DeviceOutbox.entry(.sensitivity, key: memory, in: connection) != nil {
            // It was to be said that it was sensitive as the file joined.
            try DeviceOutbox.note(sensitivityOf: memory, at: Self.beforeAnyWord, in: connection)
        }
        try DeviceRegisters.set(.sensitivity(of: memory), to: Self.beforeAnyWord, fact: [], in: connection)
    }

    /// Before every change, and behind zero.
    private static let beforeAnyWord = HybridTime(rawValue: 1)

    /// Whether a memory that is plain has been sensitive before.
    private func wasMadePlain(_ memory: Int64) throws -> Bool {
        try DeviceRegisters.sensitivityChange(of: memory, in: connection) != nil
    }

    func take(_ fact: SensitivityFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time, (try? fact.memory.validate()) != nil else {
            return .refused("its memory is none")
        }
        guard try !isRemoved(fact.memory) else {
            try eraseAgain(fact.memory, sent: id)
            return .removed
        }
        guard !isTooFarAhead(time) else { return .held(.future) }
        guard let key = try present(fact.memory) else { return .held(.incomplete) }
        let known = try register(.sensitivity(of: key), .sensitivity, key: key)
        guard replaces(known, time: time, id: id) else {
            return try noteReturn(id, of: known, .sensitivity(of: key), .sensitivity, key: key)
        }
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard let record = found else { return .held(.incomplete) }
        guard !record.isLocked else { return .held(.keyless) }
        guard try !fact.isSensitive || usableKeys(of: fact.memory.user, record.userKey) != nil else {
            return .held(.keyless)
        }
        transaction.note(time)
        var changedAt = time
        if fact.isSensitive != record.isSensitive {
            if fact.isSensitive { try context.leaveTraces() }
            _ = try context.setSensitive(fact.isSensitive, record, isNoted: false)
            labels.forget(record)
            // It was so as that device joined, and was plain here.
            if time == .zero { changedAt = Self.beforeAnyWord }
        }
        try DeviceOutbox.remove(.sensitivity, key: key, in: connection)
        try DeviceRegisters.set(.sensitivity(of: key), to: changedAt, fact: id, in: connection)
        return .applied(user: record.userKey, memory: key)
    }

    /// The keys of a user, unless they were replaced or destroyed meanwhile: then what needs them waits for new ones.
    private func usableKeys(of userID: UserID, _ user: Int64) throws -> UserKeys? {
        guard let keys = keys[userID] else { return nil }
        return try KeyTable.newest(ofUser: user, in: connection) == keys.newest.number ? keys : nil
    }

    private func hasUsableKeys(of userID: UserID) throws -> Bool {
        guard let user = try UserTable.find(userID, in: connection) else { return false }
        return try usableKeys(of: userID, user) != nil
    }

    /// Whether a version may be taken over though its memory is not sealed yet: what the policy has sealed is never plain
    /// for want of a key.
    private func mayBePlain(_ version: Version, _ fact: VersionFact) throws -> Bool {
        guard fact.salt == nil, context.seals(version.fields.category) else { return true }
        return try hasUsableKeys(of: fact.memory.user)
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
        guard !isSensitive || digestKey != nil else { return .held(.keyless) }
        let user = try transaction.keys.user(memory.user, now: context.now, in: connection)
        let version = isSensitive ? version.relabeled(parents: [], key: digestKey) : version
        guard try hasSession(origin, of: memory.user, user) else { return .held(.incomplete) }
        let origin = try withoutRemovedParent(origin, of: memory.user)
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

    func take(_ fact: ShareFact, id: [UInt8]) throws -> Outcome {
        guard let time = fact.time.time, fact.sinceHead.bytes != nil else { return .refused("its share is none") }
        guard try !isRemoved(fact.memory) else {
            try eraseAgain(fact.memory, sent: id)
            return .removed
        }
        guard !isTooFarAhead(time) else { return .held(.future) }
        guard context.directory.contains(fact.agent), let key = try present(fact.memory) else {
            return .held(.incomplete)
        }
        let agent = try context.directory.agent(fact.agent).key
        guard let user = try UserTable.find(fact.memory.user, in: connection) else { return .held(.incomplete) }
        let found = try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: context.snapshot)
        guard var record = found else { return .held(.incomplete) }
        guard !record.isLocked else { return .held(.keyless) }
        let isToBeSealed = try fact.salt != nil && !record.isSensitive && !wasMadePlain(key)
        guard try !isToBeSealed || usableKeys(of: fact.memory.user, record.userKey) != nil else {
            return .held(.keyless)
        }
        guard try stored(fact.sinceHead, of: record) != nil else { return .held(.incomplete) }
        if isToBeSealed { record = try sealing(record) }
        guard let head = try stored(fact.sinceHead, of: record) else { return .held(.incomplete) }
        let isSensitive = record.isSensitive
        if let held = try ShareTable.find(user: user, memory: key, agent: agent, in: connection) {
            let known = try register(.share(of: key, with: agent), .share, key: key, agent: agent)
            let ours = try known.flatMap { try rank(of: held, to: agent, of: record, at: $0.time) }
            let told = ShareRank(fact.share, at: time, grantedAt: fact.grantedAt, sinceHead: fact.sinceHead)
            guard ours.map({ $0 < told }) ?? true else {
                let name = String.share(of: key, with: agent)
                let outcome = try noteReturn(id, of: known, name, .share, key: key, agent: agent)
                return isToBeSealed ? .applied(user: record.userKey, memory: key) : outcome
            }
        }
        transaction.note(time)
        try connection.run(
            """
            INSERT INTO shares (user_key, memory_key, agent_key, rule, permission, is_revoked, granted_at, since_head, since_order, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (user_key, memory_key, agent_key) DO UPDATE SET rule = excluded.rule, permission = excluded.permission,
                since_order = iif(since_head = excluded.since_head AND is_revoked = excluded.is_revoked, since_order,
                    excluded.since_order),
                since_head = excluded.since_head, is_revoked = excluded.is_revoked, granted_at = excluded.granted_at, changed = excluded.changed
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

    /// How the share of a memory with an agent ranks that is in force here.
    private func rank(
        of share: Share,
        to agent: Int64,
        of record: MemoryRecord,
        at time: HybridTime
    ) throws -> ShareRank? {
        try connection.first(
            "SELECT granted_at, since_head FROM shares WHERE user_key = ?1 AND memory_key = ?2 AND agent_key = ?3",
            record.userKey,
            record.key,
            agent,
            as: { row in
                let since = VersionID(bytes: row.bytes(1))
                let plain = record.isSensitive ? try labels.of(record, in: context.snapshot).plain(since) : since
                return ShareRank(share, at: time, grantedAt: row.int64(0), sinceHead: plain)
            }
        )
    }

    /// How this file names a version of a memory; nil if it has not come.
    private func stored(_ id: VersionID, of record: MemoryRecord) throws -> VersionID? {
        guard !record.isSensitive else { return try labels.of(record, in: context.snapshot).stored(id) }
        // One that is not here yet would keep its id if the memory became sensitive in between.
        return try VersionTable.contains(id, of: record, in: connection) ? id : nil
    }
}
