import Crypto
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many memories one transaction stores, and how many bytes of lines.
    private static let batchCount = 256
    private static let batchBytes = 8 << 20

    /// Stores what an export says, exactly as it was; durable on return.
    ///
    /// The whole file is checked first: every line, every version's and draft's digest, and the hash of the whole. Then
    /// memories are stored in batches, so an import that was stopped is completed by running it again. A memory that its
    /// user and its owner have here already is left as it is, deleted or not. One that was erased here is not stored.
    ///
    /// Where something was erased before, a user, its sessions and its keys come only with a memory that is stored: those of a
    /// user who was erased do not come back alone.
    ///
    /// A store without users takes the profiles and the policy of the file; any other takes only agents that it does not
    /// know.
    ///
    /// - Parameters:
    ///   - path: The export.
    ///   - allowErased: Whether a text that was erased may come back under another identifier.
    ///   - progress: How much is done, 0…1.
    /// - Throws: `.invalidArgument` that names the line that is wrong; `.schemaTooNew` for a later format;
    ///   `.keyUnavailable` if there are sensitive memories and no key provider, and as
    ///   ``importMemories(_:maximumTrust:allowErased:)``.
    package func importExport(
        from path: String,
        allowErased: Bool = false,
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> ImportReport {
        try requireWritable()
        let file = try ExportFile(path: path)
        let summary = try await onThread { try ExportCheck.check(file) { progress?($0 / 3) } }
        try await requireKeys(fitting: summary.identities)
        var run = ExportImport(store: self, identities: summary.identities, allowErased: allowErased)
        try await run.begin()
        // Lines are read on a thread of their own, a batch ahead of the writer.
        let batches = ExportBatches(file, count: Self.batchCount, bytes: Self.batchBytes)
        while let batch = try await onThread({ try batches.next() }) {
            try Task.checkCancellation()
            try await run.store(batch)
            progress?(1.0 / 3 + 2.0 / 3 * batch.fraction)
        }
        try await run.finish()
        return run.report
    }

    /// Refuses an export of sensitive memories whose user has another identity key here: ids of versions would be wrong.
    private func requireKeys(fitting identities: [UserID: [UInt8]]) async throws {
        guard !identities.isEmpty else { return }
        guard let provider = keyring.provider else { throw MemoryError.noKeyToSeal() }
        for (id, identity) in identities {
            let (rows, node) = try read { snapshot in
                let user = try UserTable.find(id, in: snapshot.connection)
                return (
                    try user.map { try KeyTable.rows(ofUser: $0, in: snapshot.connection) } ?? [], snapshot.state.node
                )
            }
            guard let row = rows.first(where: { $0.number == UserKeys.identityNumber }) else { continue }
            let wrapping = try await provider.checkedKey(for: row.providerKey).key
            let key = try row.unwrapped(by: wrapping, node: node)
            guard key.withUnsafeBytes({ [UInt8]($0) }) != identity else { continue }
            throw MemoryError.invalidArgument(
                """
                User \(id) has sensitive memories here under another identity key, and the ones of the file can't stand beside \
                them. Import into a store without sensitive memories of this user. Nothing was imported.
                """
            )
        }
    }

    /// Gives a user the identity key of an export, unless the user has keys.
    fileprivate func adopt(identity: [UInt8], of userID: UserID) async throws {
        guard let provider = keyring.provider else { throw MemoryError.noKeyToSeal() }
        let wrapping = try await provider.checkedKey(for: nil)
        let now = clock.now()
        try await writeOnce { transaction in
            let user = try transaction.keys.user(userID, now: now, in: transaction.connection)
            guard try KeyTable.newest(ofUser: user, in: transaction.connection) == nil else { return }
            for (number, key) in [
                (UserKeys.identityNumber, SymmetricKey(data: identity)),
                (UserKeys.identityNumber + 1, SymmetricKey(size: .bits256)),
            ] {
                let row = try KeyTable.Row(
                    key,
                    number: number,
                    user: user,
                    userID: userID,
                    node: transaction.state.node,
                    by: wrapping
                )
                try KeyTable.write(row, at: now, in: transaction)
            }
            let system = try AgentTable.key(of: AgentProfile.system.id, in: transaction.connection)
            let entry = AuditEntry(action: .key, agent: system, user: user, detail: ["event": "import"])
            try AuditTrail.append(entry, at: now, to: transaction)
        }
    }
}

/// Stores the batches of an export.
private struct ExportImport {
    let store: MemoryStore
    let identities: [UserID: [UInt8]]
    let allowErased: Bool
    private(set) var report = ImportReport()
    private var keys: [UserID: UserKeys] = [:]
    /// Whether a user comes only with a memory, because something was erased here.
    private var holdsUsersBack = false
    /// What the file says of users who have not come.
    private var heldBack: [UserID: [ExportLine]] = [:]
    /// Duplicates, and what stands for them, which may come later.
    private var folded: [(memory: Int64, into: ExportedMemory.Representative, user: UserID)] = []

    init(store: MemoryStore, identities: [UserID: [UInt8]], allowErased: Bool) {
        (self.store, self.identities, self.allowErased) = (store, identities, allowErased)
    }

    /// Says in the audit that an import begins, and finds out whether the store takes profiles and the policy.
    mutating func begin() async throws {
        (report.tookPolicy, holdsUsersBack) = try store.read { snapshot in
            let hasUsers = try snapshot.connection.first("SELECT 1 FROM users LIMIT 1", as: { _ in true }) != nil
            return (!hasUsers, try ErasureMarks.read(snapshot.connection) != nil)
        }
        try await store.audit(.administer, detail: ["change": "import", "format": ExportHeader.name])
    }

    mutating func store(_ batch: ExportBatches.Batch) async throws {
        try await write(batch.lines)
        guard !batch.memories.isEmpty else { return }
        // Without a key they are not known, and the store says so where it matters.
        var userKeys = allowErased ? [:] : try await store.keysOfErasedTexts(of: Set(batch.memories.map(\.memory.user)))
        userKeys.merge(keys) { $1 }
        for user in try sealingUsers(of: batch.memories, keys: userKeys) where keys[user] == nil {
            guard let identity = identities[user] else { continue }
            try await write(heldBack.removeValue(forKey: user) ?? [], isHeldBack: false)
            try await store.adopt(identity: identity, of: user)
            keys[user] = try await store.sealingKeys(of: user)
        }
        userKeys.merge(keys) { $1 }
        let (given, lines, allowErased) = (userKeys, heldBack, allowErased)
        let done = try await store.writePublishing { context in
            try context.store(batch.memories, keys: given, heldBack: lines, allowErased: allowErased)
        }
        for user in done.come { heldBack[user] = nil }
        report.stored += done.report.stored
        report.present += done.report.present
        report.differing += done.report.differing
        report.deletedHere += done.report.deletedHere
        report.expiredHere += done.report.expiredHere
        report.erased += done.report.erased
        report.deleted += done.report.deleted
        folded += done.folded
    }

    private mutating func write(_ lines: [ExportLine], isHeldBack: Bool = true) async throws {
        var lines = lines
        if holdsUsersBack, isHeldBack {
            let here = try store.read { snapshot in
                try Set(lines.compactMap(\.user)).filter { try UserTable.find($0, in: snapshot.connection) != nil }
            }
            for line in lines {
                guard let user = line.user, !here.contains(user) else { continue }
                heldBack[user, default: []].append(line)
            }
            lines.removeAll { line in line.user.map { !here.contains($0) } ?? false }
        }
        guard !lines.isEmpty else { return }
        let (written, takesPolicy) = (lines, report.tookPolicy)
        report.agents += try await store.writePublishing { context in
            try context.store(written, takesPolicy: takesPolicy)
        }
    }

    /// The users of whom a sensitive memory is to be stored.
    private func sealingUsers(of bundles: [ExportBundle], keys: [UserID: UserKeys]) throws -> Set<UserID> {
        let sensitive = bundles.filter(\.memory.isSensitive)
        guard !sensitive.isEmpty else { return [] }
        return try store.read { snapshot in
            let verdicts = try ExportVerdicts(
                connection: snapshot.connection,
                directory: snapshot.directory,
                allowsErasedTexts: allowErased
            )
            let missing = try sensitive.filter { try verdicts.verdict(on: $0, keys: keys[$0.memory.user]) == .missing }
            return Set(missing.map(\.memory.user))
        }
    }

    /// Links duplicates with what stands for them.
    mutating func finish() async throws {
        let folded = folded
        guard !folded.isEmpty else { return }
        try await store.writePublishing { context in
            for (memory, representative, user) in folded {
                guard let user = try UserTable.find(user, in: context.connection) else { continue }
                let owner = try context.directory.agent(representative.owner).key
                let key = try MemoryNames.key(of: representative.id, user: user, owner: owner, in: context.connection)
                try context.connection.run("UPDATE memories SET folded_into = ?2 WHERE memory_key = ?1", memory, key)
                _ = context.transaction.sequence
            }
        }
    }
}

extension WriteContext {
    /// Stores lines that belong to no memory.
    ///
    /// - Returns: How many agents are new.
    fileprivate func store(_ lines: [ExportLine], takesPolicy: Bool) throws -> Int {
        var newAgents = 0
        for line in lines {
            switch line {
            case .agent(let agent):
                let isKnown = try connection.first(
                    "SELECT 1 FROM agents WHERE agent_id = ?1",
                    agent.id.rawValue,
                    as: { _ in true }
                )
                guard isKnown == nil || takesPolicy else { continue }
                try AgentTable.write(agent.profile, to: connection)
                if takesPolicy, agent.status == .maintenance || agent.status == .error {
                    let key = try AgentTable.key(of: agent.id, in: connection)
                    try AgentTable.setStatus(agent.status, of: key, in: connection)
                }
                if isKnown == nil { newAgents += 1 }
                try transaction.directoryDidChange(at: now)
            case .policy(let policy) where takesPolicy:
                try AgentTable.write(policy.sharing, to: connection)
                try transaction.directoryDidChange(at: now)
            case .erasures(let erasures):
                try connection.run(
                    "UPDATE store SET erasure_secret = ?1 WHERE id = 1 AND erasure_secret IS NULL",
                    erasures.bytes
                )
                _ = transaction.sequence
            case .erased(let mark):
                // Marks that are made with another secret would keep nothing away.
                guard let bytes = mark.bytes, takesPolicy else { continue }
                try ErasureMarks.insert(bytes, in: connection)
            case .user(let user):
                _ = try transaction.keys.user(user.id, now: Timestamp(rawValue: user.createdAt), in: connection)
                _ = transaction.sequence
            case .session(let session):
                try store(session)
            case .tombstone(let tombstone):
                try store(tombstone)
            default:
                continue
            }
        }
        return newAgents
    }

    private func store(_ session: ExportedSession) throws {
        let user = try transaction.keys.user(session.user, now: now, in: connection)
        let agent = try session.agent.map { try AgentTable.key(of: $0, in: connection) }
        try connection.run(
            """
            INSERT INTO sessions (user_key, session_id, agent_key, name, started_at, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (user_key, session_id) DO NOTHING
            """,
            user,
            session.id.rawValue,
            agent,
            session.name,
            session.startedAt,
            session.endedAt
        )
        _ = transaction.sequence
    }

    /// Keeps a removed memory away, unless it is here.
    private func store(_ tombstone: ExportedTombstone) throws {
        let user = try transaction.keys.user(tombstone.user, now: now, in: connection)
        let owner = try AgentTable.key(of: tombstone.owner, in: connection)
        guard try MemoryNames.key(of: tombstone.id, user: user, owner: owner, in: connection) == nil else { return }
        try TombstoneTable.insert(
            tombstone.id,
            user: user,
            owner: owner,
            deletedAt: Timestamp(rawValue: tombstone.deletedAt),
            in: connection
        )
        _ = transaction.sequence
    }

    /// What became of the memories of a batch.
    fileprivate struct Stored: Sendable {
        var report = ImportReport()
        var folded: [(memory: Int64, into: ExportedMemory.Representative, user: UserID)] = []
        /// The users who came with one of them.
        var come: Set<UserID> = []
    }

    /// Stores memories that are missing here and were not erased.
    ///
    /// - Parameter heldBack: What the file says of users who come only with a memory.
    fileprivate func store(
        _ bundles: [ExportBundle],
        keys: [UserID: UserKeys],
        heldBack: [UserID: [ExportLine]],
        allowErased: Bool
    ) throws -> Stored {
        let inserter = ExportInserter(context: self, keys: keys)
        let verdicts = try ExportVerdicts(
            connection: connection,
            directory: directory,
            allowsErasedTexts: allowErased
        )
        var done = Stored()
        for bundle in bundles {
            let memory = bundle.memory
            switch try verdicts.verdict(on: bundle, keys: keys[memory.user]) {
            case .present(let present):
                done.report.present += 1
                if memory.head.bytes?.starts(with: present.head) != true { done.report.differing += 1 }
                if present.isDeleted {
                    if memory.state != .deleted { done.report.deletedHere += 1 }
                } else if let expiry = present.expiresAt, expiry <= now {
                    done.report.expiredHere += 1
                }
            case .erased: done.report.erased += 1
            case .deleted: done.report.deleted += 1
            case .missing:
                if let lines = heldBack[memory.user], done.come.insert(memory.user).inserted {
                    _ = try store(lines, takesPolicy: false)
                }
                let key = try inserter.insert(bundle)
                if memory.isKeptApart == true { try AgeTable.keepApart(key, in: connection) }
                done.report.stored += 1
                if let representative = memory.foldedInto { done.folded.append((key, representative, memory.user)) }
            }
        }
        return done
    }
}

extension ExportLine {
    /// The user whom a line is about that belongs to no memory; nil if it is about none.
    fileprivate var user: UserID? {
        switch self {
        case .user(let user): user.id
        case .session(let session): session.user
        case .tombstone(let tombstone): tombstone.user
        default: nil
        }
    }
}
