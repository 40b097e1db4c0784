import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// The node of merges in a file that exchanges with other devices: it names the policy that settles them, by the time
    /// of its latest change and by what it says.
    ///
    /// So the same heads under the same policy come to the same version on every device. Two devices that did not have the
    /// same policy yet come to two versions, which meet as heads and are settled again.
    func policyNode() throws -> String {
        var encoder = CanonicalEncoder()
        encoder.append("hearth.policy.1")
        encoder.append(String(decoding: try directory.rules.policy.json(), as: UTF8.self))
        encoder.append(try DeviceSpaceTable.find(connection)?.resolution.rawValue ?? "")
        let profiles = directory.agents.map(\.profile).sorted { $0.id < $1.id }
        for profile in profiles {
            encoder.append(profile.id.rawValue)
            encoder.append(Int64(profile.priority.rawValue))
            encoder.append(profile.ownConflictResolution?.rawValue ?? "")
        }
        let digest = Hexadecimal.string(Array(encoder.digest(key: nil).prefix(8)))
        let time = try DeviceRegisters.latestPolicy(in: connection)
        return "\(Version.policyNodePrefix)\(time.rawValue):\(digest)"
    }

    /// Settles what versions of other devices have made of a memory's heads, once for all that have come.
    ///
    /// A single head is published. Several are joined, or wait for a decision.
    func settleHeads(of memory: Int64) throws {
        let found = try MemoryRecord.find(key: memory, includingDeleted: true, in: snapshot)
        guard let record = found else { return }
        try settleHeads(of: record)
        guard record.fields.isDeleted, try MemoryRecord.find(key: memory, opening: .ifPossible, in: snapshot) != nil
        else { return }
        // Another device has brought it back. If upkeep had folded it, it would do so again.
        try AgeTable.keepApart(memory, in: connection)
    }

    private func settleHeads(of record: MemoryRecord) throws {
        let memory = record.key
        let heads = try VersionTable.heads(memory: memory, in: connection)
        guard heads != [record.head], let head = heads.first else { return }
        let openConflict = try ConflictTable.waiting(on: record, in: connection)
        guard heads.count == 1 else {
            let outcome = try reconcile(heads, of: record, strategy: nil, openConflict: openConflict)
            if outcome.waiting != nil { _ = try publishAgreedHead(of: memory) }
            return
        }
        let version = try VersionReader(of: record, in: snapshot).version(head)
        try replace(record, by: version, isStillHead: false)
        guard let openConflict else { return }
        let author = try directory.agent(version.author).key
        try settle(openConflict, how: "edit", by: author, into: head)
        try auditResolution(of: record, how: "edit", version: version.number, by: author)
    }

    /// Names each memory of an erased user that was removed without the others knowing yet. Its own note goes with the user.
    func noteErasureOfRemoved(ofUser user: Int64, id: UserID) throws {
        for removed in try DeviceOutbox.tombstones(of: user, in: connection) {
            let owner = try directory.agent(key: removed.owner).id
            try noteErasure(of: FactMemory(user: id, owner: owner, id: removed.id), facts: [])
        }
    }

    /// Seals a memory that came plain, of a device without keys say, in a category that the policy has sealed. The other
    /// devices are told, as of any memory that becomes sensitive.
    ///
    /// One that somebody made plain stays so.
    func sealIfPolicySays(_ memory: Int64, with keys: [UserID: UserKeys]) throws {
        guard keyring.provider != nil, let category = try plainCategory(of: memory), seals(category),
            let found = try MemoryRecord.find(key: memory, opening: .ifPossible, in: snapshot),
            let loaded = keys[found.userID],
            try KeyTable.newest(ofUser: found.userKey, in: connection) == loaded.newest.number,
            try DeviceRegisters.sensitivityChange(of: memory, in: connection) == nil
        else { return }
        // As of the version that moved it there: who has made it plain since then has the last word, also where that comes
        // later.
        let versions = try VersionReader(of: found, in: snapshot).all().map(\.version)
        let time = versions.filter { seals($0.fields.category) }.map(\.time).min()
        _ = try setSensitive(true, found, since: time)
    }

    /// The category of a memory that is not sensitive, without reading the rest of it; nil if it is.
    private func plainCategory(of memory: Int64) throws -> MemoryCategory? {
        try connection.first(
            """
            SELECT c.name FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            WHERE m.memory_key = ?1 AND NOT m.is_sensitive
            """,
            memory,
            as: { MemoryCategory(rawValue: $0.string(0)) }
        )
    }

    /// Publishes the head that every device agrees on while a conflict waits on a memory.
    ///
    /// - Returns: That head; nil if no conflict waits.
    func publishAgreedHead(of memory: Int64) throws -> VersionID? {
        let found = try MemoryRecord.find(key: memory, includingDeleted: true, in: snapshot)
        guard let record = found, try ConflictTable.waiting(on: record, in: connection) != nil else { return nil }
        let reader = VersionReader(of: record, in: snapshot)
        let heads = try VersionTable.heads(memory: memory, in: connection)
        guard let agreed = try agreedHead(among: heads, of: record, by: reader), agreed != record.head else {
            return record.head
        }
        try replace(record, by: reader.version(agreed), isStillHead: heads.contains(record.head))
        return agreed
    }

    private func agreedHead(
        among heads: [VersionID],
        of record: MemoryRecord,
        by reader: VersionReader
    ) throws -> VersionID? {
        guard record.isSensitive else {
            return PublishedHead.choose(among: try heads.map { try reader.version($0) }, owner: record.owner)?.id
        }
        let labels = PlainLabels(try reader.all().map(\.version))
        let versions = heads.compactMap { labels[labels.plain($0)] }
        return PublishedHead.choose(among: versions, owner: record.owner).flatMap { labels.stored($0.id) }
    }

    /// Publishes a version that the file has already.
    private func replace(_ record: MemoryRecord, by version: Version, isStillHead: Bool) throws {
        let seal = try currentSeal(of: record)
        try VersionTable.retire(
            record.head,
            number: record.headNumber,
            fields: record.fields,
            memory: record.key,
            for: version,
            sealedBy: seal,
            in: connection
        )
        try VersionTable.promote(version.id, over: isStillHead ? record.head : nil, memory: record.key, in: connection)
        _ = try show(version, as: record, sealedBy: seal)
    }

    /// Removes the rows of a deleted memory. Only a tombstone is left, without a text.
    func remove(_ record: MemoryRecord, deletedAt: Timestamp) throws {
        try removeDocuments(of: record)
        try detachChildren(of: record)
        try ErasedRows.remove(memory: record.key, user: record.userKey, in: transaction)
        if transaction.state.exchanges { try DeviceFacts.forget(memory: record.key, in: connection) }
        try TombstoneTable.insert(
            record.id,
            user: record.userKey,
            owner: record.ownerKey,
            deletedAt: deletedAt,
            in: connection
        )
    }

    /// Notes for other devices that a memory is erased, and what the hub has of it.
    func noteErasure(of record: MemoryRecord) throws {
        let memory = FactMemory(user: record.userID, owner: record.owner, id: record.id)
        var facts = try factsOfBefore(record, memory)
        facts += try DeviceFacts.forget(memory: record.key, in: connection)
        try noteErasure(of: memory, facts: facts)
    }

    /// What the hub may have of a sensitive memory from when it was plain. The file does not keep these ids.
    private func factsOfBefore(_ record: MemoryRecord, _ memory: FactMemory) throws -> [[UInt8]] {
        guard record.isSensitive, !record.isLocked, try wasMadeSensitive(record.key),
            let found = try FoundMemory.find(record.key, in: connection)
        else { return [] }
        let labels = PlainLabels(try VersionReader(of: record, in: snapshot).all().map(\.version))
        let others = try DeviceOrigins.all(of: record.key, in: connection)
        return try labels.versions.flatMap { version in
            let fact = VersionFact(version, of: found)
            // Of a first version each device has said its own, before they met.
            let said =
                [fact]
                + (fact.origin == nil ? [] : others)
                .map { origin in
                    var fact = fact
                    fact.origin = origin
                    return fact
                }
            return try said.map { try DeviceFact.version($0).record().id }
        }
    }

    /// Forgets what was exchanged of a memory of an erased user, and says what the hub has of it. Nothing of the memory has
    /// to read well for that.
    func forgetFacts(of key: Int64, _ memory: FactMemory) throws -> [[UInt8]] {
        var before: [[UInt8]] = []
        if try wasMadeSensitive(key) {
            let found = try? MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: snapshot)
            before = found.flatMap { try? factsOfBefore($0, memory) } ?? []
        }
        return before + (try DeviceFacts.forget(memory: key, in: connection))
    }

    /// Whether a sensitive memory was plain while the file exchanged.
    private func wasMadeSensitive(_ memory: Int64) throws -> Bool {
        try DeviceRegisters.sensitivityChange(of: memory, in: connection).map { $0 > .zero } ?? false
    }

    /// Notes for other devices that a memory has become sensitive, or plain again, and takes the ids of before from what is
    /// noted. They would tell who guesses what it says that the guess is right.
    func noteSensitivity(
        _ isSensitive: Bool,
        of record: MemoryRecord,
        in relabeling: Relabeling,
        isNoted: Bool,
        since time: HybridTime?
    ) throws {
        for version in relabeling.versions {
            try DeviceOutbox.rename(version.old, to: version.new.id, of: record.key, in: connection)
        }
        if isSensitive { try DeviceFacts.forgetIDs(memory: record.key, in: connection) }
        guard isNoted else { return }
        let last = try DeviceRegisters.sensitivityChange(of: record.key, in: connection) ?? .zero
        let changedAt = time ?? transaction.nextTime(at: now, after: last)
        try DeviceOutbox.note(sensitivityOf: record.key, at: changedAt, in: connection)
        // A device without keys can read it from now on, if it is sent anew.
        if !isSensitive { try DeviceOutbox.note(versionsOf: record.key, in: connection) }
    }

    /// Notes for other devices that a memory is erased.
    ///
    /// - Parameter facts: What the hub has of it.
    func noteErasure(of memory: FactMemory, facts: [[UInt8]]) throws {
        try RemovedMemories.insert(memory, in: transaction)
        let time = ExportedTime(transaction.nextTime(at: now))
        let erasure = ErasureFact(user: memory.user, owner: memory.owner, id: memory.id, time: time)
        try DeviceOutbox.note(erasure: try NotedErasure(erasure, facts: facts).json(), in: connection)
    }

    /// Notes for other devices that a user is erased, and what the hub has of it.
    ///
    /// Each memory is named too, before the user, and each that was removed without the others knowing yet: a device that
    /// never had one can't tell otherwise that what it holds about it, such as a share, waits for nothing.
    func noteErasure(ofUser user: Int64, id: UserID) throws {
        let memories = try connection.rows(
            """
            SELECT m.memory_key, m.identifier, a.agent_id FROM memories AS m
            JOIN agents AS a ON a.agent_key = m.owner_key WHERE m.user_key = ?1 ORDER BY m.memory_key
            """,
            user,
            as: { ($0.int64(0), FactMemory(user: id, owner: AgentID(rawValue: $0.string(2)), id: $0.memoryID(1))) }
        )
        for (key, memory) in memories {
            try noteErasure(of: memory, facts: try forgetFacts(of: key, memory))
        }
        try noteErasureOfRemoved(ofUser: user, id: id)
        let last = try RemovedMemories.erasure(of: id, in: connection) ?? .zero
        let time = transaction.nextTime(at: now, after: last)
        try RemovedMemories.noteErasure(of: id, dated: time, until: time, in: transaction)
        try DeviceFacts.forget(user: user, in: connection)
        let erasure = ErasureFact(user: id, time: ExportedTime(time))
        try DeviceOutbox.note(erasure: try NotedErasure(erasure, facts: []).json(), in: connection)
    }

    /// Notes for other devices that the erasure of a user, which another device dated far ahead, goes until a time only.
    func noteErasure(ofUser id: UserID, dated date: HybridTime, until end: HybridTime) throws {
        let erasure = ErasureFact(user: id, dated: date, until: end)
        try DeviceOutbox.note(erasure: try NotedErasure(erasure, facts: []).json(), in: connection)
    }
}
