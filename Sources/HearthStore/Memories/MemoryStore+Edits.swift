internal import HearthEmbedding
internal import HearthSQLite

extension MemoryStore {
    /// Edits a memory: with a live lease the edit is published at once, without one it is a draft of the agent's until a sync. Durable on
    /// return.
    ///
    /// A draft that the agent has already is amended, and published together with the edit under a lease. An edit that changes nothing
    /// writes nothing.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The owner, or an agent that may propose.
    ///   - change: What to change.
    ///   - lock: The agent's lease on the memory.
    ///   - version: The number of the published head that the edit expects; nil: whichever.
    ///   - userID: The user the memory is expected to belong to; nil: whoever.
    /// - Returns: The agent's view afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied` where the agent may only read, and for another's category; `.versionMismatch`;
    ///   `.lockLost`, `.lockNotHeld`; `.invalidArgument`.
    @discardableResult
    public func update(
        _ id: MemoryID,
        as agentID: AgentID,
        change: MemoryChange,
        lock: MemoryLock? = nil,
        ifVersion version: Int? = nil,
        userID: UserID? = nil
    ) async throws -> Memory {
        let edit = Edit(
            memoryID: try id.validated(),
            agentID: agentID,
            userID: try userID?.validated(),
            change: try change.validated(),
            lock: lock,
            expectedVersion: version
        )
        guard let sighting = try await perform(edit) else { throw MemoryError.memoryNotFound(id) }
        return sighting.memory
    }

    /// Deletes a memory for its owner: with a live lease at once, without one as a draft until a sync. Durable on return.
    ///
    /// Until the deletion is published everyone else sees the memory still. A published deletion leaves a tombstone: ``history(of:as:)`` and
    /// ``restore(_:as:)`` work for the owner until the memory is purged.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for who isn't the owner; `.lockLost`, `.lockNotHeld`; `.invalidArgument`.
    public func delete(
        _ id: MemoryID,
        as agentID: AgentID,
        lock: MemoryLock? = nil,
        userID: UserID? = nil
    ) async throws {
        let edit = Edit(
            memoryID: try id.validated(),
            agentID: agentID,
            userID: try userID?.validated(),
            change: .deletion,
            lock: lock,
            expectedVersion: nil
        )
        _ = try await perform(edit)
    }

    /// Drops the agent's draft of a memory, a deletion included; durable on return. Without a draft nothing happens.
    ///
    /// - Throws: `.memoryNotFound` where the agent neither has a draft of the memory nor sees it.
    public func discardDraft(of id: MemoryID, as agentID: AgentID) async throws {
        let id = try id.validated()
        try await writePublishing { publication in
            let agent = try publication.directory.entry(agentID)
            let snapshot = publication.snapshot
            guard let record = try MemoryRecord.find(id, includingDeleted: true, in: snapshot) else {
                throw MemoryError.memoryNotFound(id)
            }
            if let draft = try DraftTable.find(memory: record.key, agent: agent.key, in: publication.connection) {
                try DraftWriter(publication).drop(draft, of: record)
            } else if try snapshot.look(for: id, as: agent, user: nil, now: publication.now).sighting == nil {
                throw MemoryError.memoryNotFound(id)
            }
        }
    }
}

/// One agent's edit of one memory, before it reaches the writer.
private struct Edit: Sendable {
    var memoryID: MemoryID
    var agentID: AgentID
    var userID: UserID?
    var change: FieldChange
    var lock: MemoryLock?
    var expectedVersion: Int?
}

extension MemoryStore {
    /// Runs an edit in the next commit.
    ///
    /// - Returns: What the agent sees then; nil where it has deleted the memory.
    private func perform(_ edit: Edit) async throws -> Sighting? {
        let prepared = try await preparedVectors(of: [edit.change.content].compactMap { $0 })
        return try await auditingRefusal {
            try await writePublishing(prepared: prepared) { publication in
                let agent = try publication.directory.entry(edit.agentID)
                var edit = edit
                let sighting = try Self.editable(edit, as: agent, in: publication)
                let record = sighting.record
                // The category that the memory has anyway is none that a draft could be refused for later.
                if sighting.sharing != nil { edit.change.category = nil }
                if let expected = edit.expectedVersion, expected != record.headNumber {
                    throw MemoryError.versionMismatch(edit.memoryID, expected: expected, found: record.headNumber)
                }
                if let lock = edit.lock {
                    try Leases.check(
                        lock,
                        by: agent,
                        memory: record.key,
                        id: record.id,
                        in: publication.transaction,
                        clock: publication.clock
                    )
                    try publication.publish(edit.change, over: sighting.draft, of: record, by: agent)
                } else {
                    _ = try DraftWriter(publication).amend(edit.change, over: sighting.draft, of: record, by: agent.key)
                }
                let snapshot = publication.snapshot
                guard let after = try MemoryRecord.find(key: record.key, in: snapshot) else { return nil }
                if sighting.sharing != nil {
                    // The view that is handed back is a read of another's memory.
                    let entry = AuditEntry(
                        action: .read,
                        agent: agent.key,
                        user: record.userKey,
                        memories: [record.key]
                    )
                    try AuditTrail.append(entry, at: publication.now, to: publication.transaction)
                }
                return try snapshot.sighting(of: after, by: agent, sharing: sighting.sharing, now: publication.now)
            }
        }
    }

    /// What the agent edits, once it is sure that it may.
    private static func editable(_ edit: Edit, as agent: Directory.Entry, in publication: Publication) throws
        -> Sighting
    {
        let snapshot = publication.snapshot
        let attempt = edit.change.isDeletion ? "delete" : "edit"
        let (seen, refused) = try snapshot.look(
            for: edit.memoryID,
            as: agent,
            user: edit.userID,
            // A deletion that is a draft so far can be published under a lease.
            includingDrafted: edit.change.isDeletion && edit.lock != nil,
            now: publication.now
        )
        if let refused {
            throw try refusal(of: attempt, of: refused, as: agent, in: snapshot, isHidden: true)
        }
        guard let sighting = seen else { throw MemoryError.memoryNotFound(edit.memoryID) }
        guard let sharing = sighting.sharing else { return sighting }
        let changesCategory = edit.change.category.map { $0 != sighting.record.fields.category } ?? false
        let endsIt = edit.change.expiresAt.map { $0.map { $0 <= publication.now } ?? false } ?? false
        guard sharing.permission == .propose, !changesCategory, !edit.change.isDeletion, !endsIt else {
            throw try refusal(
                of: changesCategory ? "change the category" : endsIt ? "let it expire" : attempt,
                of: sighting.record,
                as: agent,
                in: snapshot
            )
        }
        return sighting
    }
}

extension Publication {
    /// Publishes an edit under a lease, and with it the agent's draft.
    ///
    /// A draft whose base is no longer the head is published first, as a sync would, and the edit then on top of what came of it.
    func publish(
        _ change: FieldChange,
        over draft: Draft?,
        of record: MemoryRecord,
        by agent: Directory.Entry
    ) throws {
        var record = record
        var change = change
        var publication = self
        if let draft {
            if draft.base == record.head {
                if let error = try refusal(of: draft, of: record, by: agent) { throw error }
                change = draft.change.followed(by: change)
                publication = try dropToPublish(draft, of: record)
            } else {
                if let error = try refusal(of: draft, of: record, by: agent) { throw error }
                _ = try settle(draft, of: record, by: agent)
                guard let after = try MemoryRecord.find(key: record.key, includingDeleted: true, in: snapshot) else {
                    throw MemoryError.memoryNotFound(record.id)
                }
                record = after
            }
        }
        change = change.leavingOut(unchangedFrom: record.fields)
        guard !change.isEmpty else { return }
        _ = try publication.publish(edit(change, on: record, by: agent), of: record)
    }

    /// A new version on top of the published head.
    func edit(_ change: FieldChange, on record: MemoryRecord, by agent: Directory.Entry) -> Version {
        Version(
            memoryID: record.id,
            parents: [record.head],
            author: agent.id,
            node: transaction.state.node,
            time: transaction.nextTime(at: now),
            fields: change.applied(to: record.fields),
            number: record.headNumber + 1
        )
    }
}

extension MemoryStore {
    /// Runs an operation that may publish; once it is committed, tells administrators what they should know and has missing vectors made.
    func writePublishing<R: Sendable>(
        prepared: [String: QuantizedVector] = [:],
        _ body: @escaping @Sendable (Publication) throws -> R
    ) async throws -> R {
        let now = clock.now()
        let done = try await write { [directories, clock, embedder, defaultResolution] transaction in
            // Made here, because an operation may run more than once and only its last run counts.
            let aftermath = Publication.Aftermath()
            let result = try body(
                Publication(
                    transaction: transaction,
                    aftermath: aftermath,
                    directory: try transaction.directory(directories),
                    clock: clock,
                    now: now,
                    vectors: VectorSource(embedder: embedder, prepared: prepared),
                    defaultResolution: defaultResolution
                )
            )
            return (result: result, notifications: aftermath.notifications, lacksVectors: aftermath.lacksVectors)
        }
        notifications.publish(done.notifications)
        if done.lacksVectors { embedMissing() }
        return done.result
    }

    /// The vectors of texts from a local embedder that can't make them inside a transaction.
    func preparedVectors(of texts: [String]) async throws -> [String: QuantizedVector] {
        guard let embedder, embedder.isLocal, !(embedder is any SynchronousEmbedder), !texts.isEmpty else { return [:] }
        do {
            let vectors = try await VectorMaker(embedder: embedder).vectors(of: texts)
            return Dictionary(zip(texts, vectors)) { first, _ in first }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The words are enough to find it by until the vector is made.
            return [:]
        }
    }
}

extension MemoryError {
    static func versionMismatch(_ id: MemoryID, expected: Int, found: Int) -> MemoryError {
        MemoryError(
            code: .versionMismatch,
            message: """
                The published head of memory \(id) has number \(found), not \(expected): somebody has published an edit meanwhile. Read \
                the memory again.
                """
        )
    }
}
