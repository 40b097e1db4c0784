package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores memories under identifiers that the host gives, in one transaction, all or none; durable on return.
    ///
    /// A memory that its user and agent already have is left as it is, deleted or not, so that an import can be
    /// repeated.
    ///
    /// An identifier names a memory of one user and one agent. The same identifier under two users is two memories, each
    /// found under its own, and likewise under two agents. So nobody loses a memory to another's identifiers, or learns
    /// that they exist. A parent is looked for in the same way.
    ///
    /// A memory whose expiry has passed is counted and not stored.
    ///
    /// A memory that was erased is counted and not stored, and so is another of the same user and text. It takes the key to
    /// know the texts of erased sensitive memories.
    ///
    /// - Parameters:
    ///   - batch: The memories. What they say of their provenance can lower their trust and not raise it.
    ///   - maximumTrust: The most trust that any of them gets, 0…1.
    ///   - allowErased: Whether a text that was erased may come back under another identifier.
    /// - Throws: As ``store(_:agentID:userID:sessionID:shareWith:)``; `.keyUnavailable` also if sensitive memories of a user
    ///   were erased and there is no key, unless `allowErased`.
    package func importMemories(
        _ batch: [MemoryImport],
        maximumTrust: Double = Provenance.Origin.import.usualTrust,
        allowErased: Bool = false
    ) async throws -> ImportCounts {
        try await importMemories(
            batch,
            onInvalid: .refuse,
            maximumTrust: maximumTrust,
            allowErased: allowErased
        )
        .counts
    }

    /// Under which identifiers memories of an import are there already, deleted or not; nil for those that are not.
    ///
    /// Nothing is written, and nothing counted as read: an import is no use of a memory. Of the drafts only category and
    /// sensitivity are looked at.
    ///
    /// - Throws: `.unknownAgent`, `.agentNotActive`; `.keyUnavailable` where an identifier can't be made without a key.
    package func identifiers(ofPresent given: [MemoryImport]) async throws -> [MemoryID?] {
        let batch = try await keyingDerivedIdentifiers(of: given)
        return try read { snapshot in
            for agent in Set(batch.map(\.agentID)) { _ = try snapshot.directory.acting(agent) }
            var places = ImportIdentifiers(connection: snapshot.connection, directory: snapshot.directory)
            return try batch.indices.map { index in
                guard try places.place(of: batch[index], at: index) == nil, let found = places.present.last else {
                    return nil
                }
                // What comes twice in the batch is not in the file for that.
                return found.key == nil ? nil : found.id
            }
        }
    }

    /// What an import of memories would count, apart from those that it would store. Nothing is written.
    ///
    /// - Throws: As ``importMemories(_:maximumTrust:allowErased:)``.
    package func importPreview(_ batch: [MemoryImport], allowErased: Bool = false) async throws -> ImportCounts {
        try await importInOrder(
            batch,
            at: Array(batch.indices),
            skipsRefused: false,
            isPreview: true,
            maximumTrust: 0,
            allowErased: allowErased
        )
        .counts
    }

    /// Imports memories whose parents come before them.
    ///
    /// - Parameters:
    ///   - given: The memories, each of which is valid.
    ///   - places: Their places in what the host gave, for messages.
    ///   - skipsRefused: Whether those that can't be stored are left out, rather than all.
    ///   - isPreview: Whether to count only what would not be stored, and to store nothing.
    func importInOrder(
        _ given: [MemoryImport],
        at places: [Int],
        skipsRefused: Bool,
        isPreview: Bool = false,
        maximumTrust: Double,
        allowErased: Bool
    ) async throws -> OrderedImport {
        guard !given.isEmpty else { return OrderedImport() }
        let hostsPlaces = places
        let now = clock.now()
        let batch = try await keyingDerivedIdentifiers(of: given, at: isPreview ? nil : now)
        let userKeys = try await keysOfErasedTexts(of: Set(batch.map(\.userID)))
        // A memory that is there already needs neither words nor a vector.
        let (missing, found, nextRow, policy) = try read { snapshot in
            for agent in Set(batch.map(\.agentID)) { _ = try snapshot.directory.acting(agent) }
            var places = ImportIdentifiers(connection: snapshot.connection, directory: snapshot.directory)
            var missing = try places.missing(batch)
            var found = OrderedImport(counts: ImportCounts(renamed: places.renamed), ids: batch.map(\.id))
            for memory in places.present { try found.counts.add(memory, at: now, in: snapshot.connection) }
            func leaveOut(where isLeftOut: (ImportIdentifiers.Missing) throws -> Bool) rethrows -> Int {
                let before = missing.count
                try missing.removeAll {
                    guard try isLeftOut($0) else { return false }
                    found.absent.insert($0.index)
                    return true
                }
                return before - missing.count
            }
            found.counts.expired += leaveOut { batch[$0.index].draft.hasExpired(at: now) }
            found.counts.deleted += try leaveOut {
                let item = batch[$0.index]
                return try TombstoneTable.holds(
                    item.id,
                    user: item.userID,
                    owner: item.agentID,
                    in: snapshot.connection
                )
            }
            if let marks = try ErasureMarks.read(snapshot.connection) {
                var unknown = 0
                found.counts.erased += try leaveOut {
                    let item = batch[$0.index]
                    let keys = userKeys[item.userID]
                    do {
                        return try marks.cover(item, keys: keys, allowsText: allowErased, in: snapshot.connection)
                    } catch let error as MemoryError where skipsRefused && error.code == .keyUnavailable {
                        found.refuse($0.index, error)
                        unknown += 1
                        return true
                    }
                }
                found.counts.erased -= unknown
            }
            return (missing, found, snapshot.state.nextRow, snapshot.directory.rules.policy)
        }
        guard !missing.isEmpty, !isPreview else { return found }
        let sealed = missing.map { isSealed(batch[$0.index].draft, by: policy) }
        let keys = try await sealingKeys(
            of: Set(zip(missing, sealed).filter(\.1).map { batch[$0.0.index].userID })
        )
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            let placed = missing[index]
            var draft = batch[placed.index].draft
            draft.parentID = placed.place.parentID
            draft.provenance = TrustRules.imported(draft.provenance, limit: maximumTrust)
            var memory = try NewMemory(
                id: batch[placed.index].id,
                agentID: batch[placed.index].agentID,
                userID: batch[placed.index].userID,
                sessionID: batch[placed.index].sessionID,
                draft: draft,
                keys: sealed[index] ? keys[batch[placed.index].userID] : nil,
                now: Timestamp(rawValue: now.rawValue + Int64(placed.index))
            )
            memory.hasNamesake = placed.place.hasNamesake
            return memory
        }
        defer { embedLater() }
        let imported = try await auditingRefusal {
            try await prepare(missing.count, make) { [self] new in
                try await write { [self] transaction in
                    var inserter = try inserter(transaction, now: now)
                    var places = ImportIdentifiers(connection: transaction.connection, directory: inserter.directory)
                    // Every new row raises this count. While it is the same, what was missing is still missing.
                    let isUnchanged = transaction.state.nextRow == nextRow
                    // An erasure raises it too.
                    let marks = isUnchanged ? nil : try ErasureMarks.read(transaction.connection)
                    var result = found
                    try new.visit { index, memory in
                        var memory = memory
                        if !isUnchanged {
                            let item = missing[index].index
                            let isErased = try marks?
                                .cover(
                                    batch[item],
                                    keys: userKeys[batch[item].userID],
                                    allowsText: allowErased,
                                    in: transaction.connection
                                )
                            if isErased ?? false {
                                result.counts.erased += 1
                                result.absent.insert(item)
                                return
                            }
                            guard let place = try places.place(of: batch[item], at: item) else {
                                result.counts.renamed[item] = places.renamed[item]
                                guard let memory = places.present.last else { return }
                                return try result.counts.add(memory, at: now, in: transaction.connection)
                            }
                            (memory.hasNamesake, memory.parentID) = (place.hasNamesake, place.parentID)
                        }
                        let item = missing[index].index
                        do {
                            try inserter.add(memory, number: hostsPlaces[item] + 1)
                            result.counts.stored += 1
                        } catch let refusal as AuditedRefusal where skipsRefused {
                            try AuditTrail.append(refusal.entry, at: now, to: transaction)
                            result.refuse(item, refusal.error)
                        } catch let error as MemoryError where skipsRefused && error.concernsOneMemory {
                            result.refuse(item, error)
                        }
                    }
                    try inserter.finish()
                    result.counts.unsealed = inserter.unsealed
                    return result
                }
            }
        }
        if imported.counts.unsealed > 0, keyring.shouldSayUnsealed() { log.sayUnsealed() }
        return imported
    }
}

extension MemoryStore {
    /// The keys with which the texts of erased sensitive memories are recognised, by user: those that can be had, if
    /// anything was erased.
    func keysOfErasedTexts(of users: Set<UserID>) async throws -> [UserID: UserKeys] {
        guard keyring.provider != nil, try read({ try ErasureMarks.read($0.connection) }) != nil else { return [:] }
        var keys: [UserID: UserKeys] = [:]
        for id in users {
            let user = try read { snapshot in
                try UserTable.find(id, in: snapshot.connection)
                    .flatMap { try KeyTable.newest(ofUser: $0, in: snapshot.connection) == nil ? nil : $0 }
            }
            guard let user else { continue }
            do {
                keys[id] = try await withKeys { try read { try $0.keys(ofUser: user) } }
            } catch let error as MemoryError where error.code == .keyUnavailable || error.code == .decryptionFailed {
                // An import that needs them is refused.
                log.note(error, "Texts of erased sensitive memories are not recognised in an import.")
            }
        }
        return keys
    }

    /// The memories with the identifiers that those get that are sealed and whose identifiers are made from their texts.
    ///
    /// Such an identifier would tell whoever has the file whether a guess of the text is right. So it is made once more with
    /// the user's identity key, which gives the same at the next import. What an earlier version stored under the first one
    /// is found under it.
    ///
    /// - Parameter now: Those that have expired by then are left as they are, as they are not stored. Nil: none is to be stored,
    ///   so that nobody gets keys for it.
    private func keyingDerivedIdentifiers(
        of batch: [MemoryImport],
        at now: Timestamp? = nil
    ) async throws -> [MemoryImport] {
        guard batch.contains(where: \.hasDerivedID) else { return batch }
        let sealed = try read { snapshot in
            let policy = snapshot.directory.rules.policy
            let marks = try ErasureMarks.read(snapshot.connection)
            let isToBeStored = now != nil
            return try batch.indices.filter { index in
                let item = batch[index]
                guard item.hasDerivedID, isSealed(item.draft, by: policy),
                    now.map({ item.draft.hasExpired(at: $0) }) != true,
                    try marks?.coverID(of: item, in: snapshot.connection) != true,
                    try !TombstoneTable.holds(
                        item.id,
                        user: item.userID,
                        owner: item.agentID,
                        in: snapshot.connection
                    )
                else { return false }
                guard let user = try UserTable.find(item.userID, in: snapshot.connection) else { return isToBeStored }
                // Without keys no identifier was made with one.
                guard try isToBeStored || KeyTable.newest(ofUser: user, in: snapshot.connection) != nil else {
                    return false
                }
                let owner = try snapshot.directory.acting(item.agentID).key
                return try MemoryNames.key(of: item.id, user: user, owner: owner, in: snapshot.connection) == nil
            }
        }
        guard !sealed.isEmpty else { return batch }
        let keys = try await sealingKeys(of: Set(sealed.map { batch[$0].userID }))
        var batch = batch
        for index in sealed {
            guard let keys = keys[batch[index].userID] else { continue }
            batch[index].id = ImportIdentifiers.keyed(batch[index].id, by: keys)
        }
        return batch
    }
}

/// What an import of memories in order did.
struct OrderedImport: Sendable {
    var counts = ImportCounts()
    /// Under which identifiers they were looked for, where they were not renamed.
    var ids: [MemoryID] = []
    /// The places of those that are not in the store.
    var absent: Set<Int> = []
    var refused: [Int: ImportRefusal] = [:]

    mutating func refuse(_ place: Int, _ error: MemoryError) {
        absent.insert(place)
        refused[place] = ImportRefusal(code: error.code, message: error.message)
    }
}

extension MemoryError {
    /// Whether it says that one memory can't be stored, and nothing of the others.
    fileprivate var concernsOneMemory: Bool {
        [.memoryNotFound, .unknownAgent, .agentNotActive, .restrictedCategory, .invalidArgument].contains(code)
    }
}

extension ImportCounts {
    /// How many of the memories that can be restored are named.
    private static let namedRestorable = 100

    /// Counts a memory that the file or the batch had already.
    fileprivate mutating func add(
        _ memory: ImportIdentifiers.Present,
        at now: Timestamp,
        in connection: Connection
    ) throws {
        guard let key = memory.key else {
            present += 1
            return
        }
        let state = try connection.first(
            """
            SELECT m.state = 'deleted' OR EXISTS (
                    SELECT 1 FROM drafts AS d
                    WHERE d.memory_key = m.memory_key AND d.agent_key = m.owner_key AND d.changed_fields & ?3 != 0
                ),
                coalesce(m.expires_at <= ?2, 0)
            FROM memories AS m WHERE m.memory_key = ?1
            """,
            key,
            now.rawValue,
            Int64(FieldChange.Fields.deletion.rawValue),
            as: { (isDeleted: $0.bool(0), hasExpired: $0.bool(1)) }
        )
        switch state {
        case (isDeleted: true, _)?: deleted += 1
        case (_, hasExpired: true)?: expired += 1
        default:
            present += 1
            return
        }
        if restorable.count < Self.namedRestorable, !restorable.contains(memory.id) {
            restorable.append(memory.id)
        }
    }
}

extension MemoryDraft {
    /// Whether it would not be found.
    fileprivate func hasExpired(at now: Timestamp) -> Bool {
        expiresAt.map { $0 <= now.date } ?? false
    }

    /// Refuses an expiry that has passed: nothing would be found of what was stored.
    func refuseExpiry(before now: Timestamp) throws(MemoryError) {
        guard hasExpired(at: now) else { return }
        throw MemoryError.invalidArgument(
            "expiresAt has passed, and nothing would be found; give a later time, or nil."
        )
    }
}
