import HearthEmbedding
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Edits a memory; durable on return. With a live lease the edit is published at once. Without one it is a draft of
    /// the agent until a sync.
    ///
    /// If the agent already has a draft, the edit amends it; under a lease both are published together. An edit that
    /// changes nothing writes nothing.
    ///
    /// `isSensitive` takes hold at once. Where the change has nothing else, and no lease, it reaches a deleted memory of the
    /// owner's too.
    ///
    /// Only the owner changes the category and the expiry. For the owner an expired memory is there for an edit that
    /// removes the expiry or sets a later one.
    ///
    /// - Parameters:
    ///   - id: The memory.
    ///   - agentID: The owner, or an agent that may propose.
    ///   - change: What to change.
    ///   - lock: The agent's lease on the memory.
    ///   - version: The number of the published head that the edit expects; nil for any.
    ///   - userID: The user that the memory is expected to belong to; nil for any.
    /// - Returns: The agent's view of the memory afterwards.
    /// - Throws: `.memoryNotFound`; `.accessDenied` if the agent may only read, and for the category or the expiry of
    ///   another's memory; `.versionMismatch`; `.lockLost`, `.lockNotHeld`; `.invalidArgument`.
    @discardableResult
    package func update(
        _ id: MemoryID,
        as agentID: AgentID,
        change: MemoryChange,
        lock: MemoryLock? = nil,
        ifVersion version: Int? = nil,
        userID: UserID? = nil
    ) async throws -> Memory {
        let edit = EditRequest(
            memoryID: try id.validated(),
            agentID: agentID,
            userID: try userID?.validated(),
            change: try change.validated(),
            isSensitive: change.isSensitive,
            lock: lock,
            expectedVersion: version
        )
        guard let view = try await perform(edit) else { throw MemoryError.memoryNotFound(id) }
        return view.memory
    }

    /// Deletes a memory for its owner; durable on return. With a live lease it is deleted at once. Without one the
    /// deletion is a draft until a sync.
    ///
    /// Until the deletion is published, everyone else still sees the memory. A published deletion leaves a tombstone:
    /// ``history(of:as:userID:)`` and ``restore(_:as:userID:)`` work for the owner until the memory is purged.
    ///
    /// - Throws: `.memoryNotFound`; `.accessDenied` for an agent that is not the owner; `.lockLost`, `.lockNotHeld`;
    ///   `.invalidArgument`.
    package func delete(
        _ id: MemoryID,
        as agentID: AgentID,
        lock: MemoryLock? = nil,
        userID: UserID? = nil
    ) async throws {
        let edit = EditRequest(
            memoryID: try id.validated(),
            agentID: agentID,
            userID: try userID?.validated(),
            change: .deletion,
            lock: lock,
            expectedVersion: nil
        )
        _ = try await perform(edit)
    }

    /// Discards the agent's draft of a memory, even if it is a deletion; durable on return. Without a draft nothing
    /// happens.
    ///
    /// - Throws: `.memoryNotFound` if the agent neither has a draft of the memory nor sees it.
    package func discardDraft(of id: MemoryID, as agentID: AgentID, userID: UserID? = nil) async throws {
        let id = try id.validated()
        let userID = try userID?.validated()
        try await auditingRefusal {
            try await writePublishing { context in
                let agent = try context.directory.acting(agentID)
                let snapshot = context.snapshot
                guard let record = try snapshot.record(of: id, for: agent, user: userID, includingDeleted: true) else {
                    throw MemoryError.memoryNotFound(id)
                }
                let isUsers = userID == nil || record.userID == userID
                if isUsers, let draft = try DraftTable.find(memory: record.key, agent: agent.key, in: snapshot) {
                    try record.requireOpen()
                    try DraftWriter(context).discard(draft, of: record)
                    return
                }
                let (view, refused) = try snapshot.look(for: id, as: agent, user: userID, now: context.now)
                if let refused {
                    throw try AuditedRefusal(of: "discard", of: refused, as: agent, in: snapshot, isHidden: true)
                }
                guard view != nil else { throw MemoryError.memoryNotFound(id) }
            }
        }
    }
}

/// One agent's edit of one memory, before it reaches the writer.
struct EditRequest: Sendable {
    var memoryID: MemoryID
    var agentID: AgentID
    var userID: UserID?
    var change: FieldChange
    /// Whether the memory is to be sensitive from now on; nil: as it is.
    var isSensitive: Bool?
    var lock: MemoryLock?
    var expectedVersion: Int?
    /// Whether it is published at once without a lease: nobody else can come in between in one transaction.
    var publishesAtOnce = false

    var isPublished: Bool { lock != nil || publishesAtOnce }
}

extension MemoryStore {
    /// Runs an edit in the next commit.
    ///
    /// - Returns: What the agent sees afterwards; nil if it has deleted the memory.
    private func perform(_ edit: EditRequest) async throws -> MemoryView? {
        let prepared = try await preparedVectors(of: [edit.change.content].compactMap { $0 })
        try await openForComparing([edit])
        return try await auditingRefusal {
            try await writePublishing(prepared: prepared) { context in try Self.perform(edit, in: context) }
        }
    }

    /// Runs an edit in a transaction.
    ///
    /// - Returns: What the agent sees afterwards; nil if it has deleted the memory.
    static func perform(_ edit: EditRequest, in context: WriteContext) throws -> MemoryView? {
        let agent = try context.directory.acting(edit.agentID)
        if let view = try context.changeSensitivityOfDeleted(by: edit, as: agent) { return view }
        var edit = edit
        var view = try Self.authorizedView(edit, as: agent, in: context)
        var record = view.record
        // The category and the expiry that the memory has anyway must not be a reason to refuse the draft
        // later.
        if view.sharing != nil { edit.change = edit.change.withoutOwnersFields }
        edit.change = try context.trusting(edit.change, of: record, by: agent)
        if let expected = edit.expectedVersion, expected != record.headNumber {
            throw MemoryError.versionMismatch(edit.memoryID, expected: expected, found: record.headNumber)
        }
        if edit.publishesAtOnce { try context.requireRightToPublish(record, sharing: view.sharing, by: agent) }
        if let lock = edit.lock {
            try LeaseFence.check(
                lock,
                by: agent,
                memory: record.key,
                id: record.id,
                in: context.transaction,
                clock: context.clock
            )
        }
        let changed = try context.changeSensitivity(of: view, as: agent, by: edit)
        if changed.isSensitive != view.record.isSensitive {
            view = try Self.authorizedView(edit, as: agent, in: context)
            record = view.record
        }
        if edit.isPublished {
            try context.publishUnderLease(edit.change, over: view.draft, of: record, by: agent)
        } else {
            _ = try DraftWriter(context).amend(edit.change, over: view.draft, of: record, by: agent.key)
        }
        let snapshot = context.snapshot
        guard let after = try MemoryRecord.find(key: record.key, in: snapshot) else { return nil }
        if view.sharing != nil {
            // The view that is returned is a read of another agent's memory.
            let entry = AuditEntry(
                action: .read,
                agent: agent.key,
                user: record.userKey,
                memories: [record.key]
            )
            try AuditTrail.append(entry, at: context.now, to: context.transaction)
        }
        return try snapshot.view(of: after, by: agent, sharing: view.sharing, now: context.now)
    }

    /// The memory that the agent edits, after checking that it may.
    private static func authorizedView(_ edit: EditRequest, as agent: KnownAgent, in context: WriteContext) throws
        -> MemoryView
    {
        let snapshot = context.snapshot
        let attempt = edit.change.isDeletion ? "delete" : "edit"
        let (seen, refused) = try snapshot.look(
            for: edit.memoryID,
            as: agent,
            user: edit.userID,
            // A deletion that is still a draft can be published under a lease.
            including: edit.change.isDeletion && edit.isPublished ? [.deletedByDraft, .expired] : .expired,
            now: context.now
        )
        if let refused {
            throw try AuditedRefusal(of: attempt, of: refused, as: agent, in: snapshot, isHidden: true)
        }
        guard let view = seen else { throw MemoryError.memoryNotFound(edit.memoryID) }
        guard let sharing = view.sharing else {
            // Of an expired memory the owner can do no more than to make it exist again, or to delete it.
            let isThereAfter = !edit.change.applied(to: view.fields).isExpired(at: context.now)
            guard isThereAfter || edit.change.isDeletion || view.isThere(at: context.now) else {
                throw MemoryError.memoryExpired(edit.memoryID)
            }
            return view
        }
        let changed = edit.change.leavingOut(unchangedFrom: view.record.fields).fields
        guard sharing.permission == .propose, changed.isDisjoint(with: .ownersAlone) else {
            throw try AuditedRefusal(
                of: changed.contains(.category)
                    ? "change the category" : changed.contains(.expiresAt) ? "change the expiry" : attempt,
                of: view.record,
                as: agent,
                in: snapshot
            )
        }
        return view
    }
}

extension WriteContext {
    /// - Throws: `.accessDenied` for an agent that may draft edits of the memory and not publish them; `.locked` while another
    ///   agent holds the lease.
    fileprivate func requireRightToPublish(
        _ record: MemoryRecord,
        sharing: SharingContext?,
        by agent: KnownAgent
    ) throws {
        let standing = sharing.map { AccessRules.Standing.shared($0) } ?? .owner
        guard directory.rules.leaseRight(of: agent.id, owner: record.owner, standing: standing) == .granted else {
            throw try AuditedRefusal(of: "publish", of: record, as: agent, in: snapshot)
        }
        try refuseIfLocked(record, to: agent)
    }

    /// Makes the memory of an edit sensitive or plain, if the edit says so or moves it into a category that is sealed.
    ///
    /// This is published at once, as part of no draft, and only by the owner.
    ///
    /// - Returns: The memory afterwards.
    fileprivate func changeSensitivity(of view: MemoryView, as agent: KnownAgent, by edit: EditRequest) throws
        -> MemoryRecord
    {
        let record = view.record
        let movesIntoSealed = edit.change.category.map(seals) ?? false
        guard let wanted = movesIntoSealed ? true : edit.isSensitive else { return record }
        guard view.sharing == nil else {
            guard wanted != record.isSensitive else { return record }
            throw try AuditedRefusal(of: "change whether it is sensitive", of: record, as: agent, in: snapshot)
        }
        return try change(
            record,
            toSensitive: wanted,
            in: edit.change.category ?? view.fields.category,
            by: edit,
            agent
        )
    }

    /// Makes a deleted memory sensitive or plain, if an edit of its owner says that and nothing else.
    ///
    /// - Returns: The memory afterwards, which is deleted still; nil for any other edit.
    fileprivate func changeSensitivityOfDeleted(by edit: EditRequest, as agent: KnownAgent) throws -> MemoryView? {
        guard let wanted = edit.isSensitive, edit.change.fields.isEmpty, edit.lock == nil,
            let record = try snapshot.record(
                of: edit.memoryID,
                for: agent,
                user: edit.userID,
                includingDeleted: true
            ),
            record.ownerKey == agent.key, record.fields.isDeleted, edit.userID.map({ $0 == record.userID }) ?? true
        else { return nil }
        try record.requireOpen()
        if let expected = edit.expectedVersion, expected != record.headNumber {
            throw MemoryError.versionMismatch(edit.memoryID, expected: expected, found: record.headNumber)
        }
        let changed = try change(record, toSensitive: wanted, in: record.fields.category, by: edit, agent)
        return try snapshot.view(of: changed, by: agent, sharing: nil, now: now)
    }

    private func change(
        _ record: MemoryRecord,
        toSensitive wanted: Bool,
        in category: MemoryCategory,
        by edit: EditRequest,
        _ agent: KnownAgent
    ) throws -> MemoryRecord {
        if wanted != record.isSensitive {
            guard wanted || !seals(category) else {
                throw MemoryError.invalidArgument(
                    "Memories of this category are sealed by policy; give memory \(record.id) another category, or change the policy."
                )
            }
            if edit.lock == nil { try refuseIfLocked(record, to: agent) }
        }
        // What was folded into one that is sensitive already may be plain, if another version of the program did it.
        return try setSensitive(wanted, record)
    }
}

extension MemoryStore {
    /// The vectors of texts from a local embedder that cannot make them inside a transaction.
    func preparedVectors(of texts: [String]) async throws -> [String: QuantizedVector] {
        guard let embedder, embedder.isLocal, !(embedder is any SynchronousEmbedder), !texts.isEmpty else { return [:] }
        do {
            let vectors = try await VectorMaker(embedder: embedder).outcomes(of: texts).map(\.vector)
            return Dictionary(zip(texts, vectors)) { first, _ in first }.compactMapValues(\.self)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            log.note(error, "A vector is made later; until then the text is found by its words.")
            return [:]
        }
    }
}

extension MemoryError {
    /// What the owner of an expired memory is told. To anybody else it is a memory that is not there.
    static func memoryExpired(_ id: MemoryID) -> MemoryError {
        MemoryError(
            code: .memoryNotFound,
            message: "Memory \(id) has expired. Give it another expiry or none, or restore it, before any other edit."
        )
    }

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
