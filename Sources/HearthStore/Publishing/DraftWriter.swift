import HearthModel
import HearthRules
import HearthSQLite

/// Begins, amends and ends drafts, and keeps their documents in step.
struct DraftWriter {
    let transaction: StoreTransaction
    let documents: DocumentWriter
    let snapshot: Snapshot
    let now: Timestamp
    /// What a memory is sealed with from now on; nil for a plain one.
    private let currentSeal: (MemoryRecord) throws -> MemorySeal?

    init(_ context: WriteContext) {
        transaction = context.transaction
        documents = context.documents
        snapshot = context.snapshot
        now = context.now
        currentSeal = context.currentSeal(of:)
    }

    /// Lays an edit over an agent's draft of a memory, or begins one.
    ///
    /// An edit that changes nothing against the base does not count, and a draft of which nothing is left ends. The
    /// base stays as it was, unless the edit is of a field that was published again since. Then the draft moves to the
    /// head if it can.
    ///
    /// - Parameters:
    ///   - change: The edit.
    ///   - existing: The agent's draft, if it has one.
    ///   - record: The memory with its published head.
    ///   - agent: The agent's key.
    /// - Returns: The draft; nil if nothing is left of it.
    /// - Throws: `.versionMismatch` if the edit would look as if it changed nothing.
    func amend(
        _ change: FieldChange,
        over existing: Draft?,
        of record: MemoryRecord,
        by agent: Int64
    ) throws -> Draft? {
        var draft =
            existing
            ?? Draft(
                key: 0,
                memory: record.key,
                agent: agent,
                user: record.userKey,
                base: record.head,
                baseNumber: record.headNumber,
                time: .zero,
                createdAt: now,
                change: FieldChange(),
                digestKey: record.seal?.digestKey
            )
        if let existing, try mustMove(existing, for: change, of: record) {
            draft.base = record.head
            draft.baseNumber = record.headNumber
        }
        draft.change = draft.change.followed(by: change)
        if draft.base == record.head { draft.change = draft.change.leavingOut(unchangedFrom: record.fields) }
        return try replace(existing, with: draft, of: record)
    }

    /// Whether a draft has to move to the published head before an edit joins it.
    ///
    /// The agent has seen its draft laid over the head. Suppose that the head has moved on since the draft's base, and
    /// that the edit is of a field that moved. Then the agent edits the head's value. Against the old base the edit
    /// would look concurrent; if it brings the old value back, it would look as if it changed nothing. A draft whose
    /// own fields have not moved can take the head as its base without changing what it says. Any other draft stays on
    /// its base, because moving it would overrule what somebody else published.
    ///
    /// - Throws: `.versionMismatch` if the draft stays and the edit would look as if it changed nothing.
    private func mustMove(_ existing: Draft, for change: FieldChange, of record: MemoryRecord) throws -> Bool {
        guard existing.base != record.head else { return false }
        let base = try VersionReader(of: record, in: snapshot).version(existing.base).fields
        let moved = record.fields.changes(from: base)
        guard !moved.isDisjoint(with: change.fields) else { return false }
        if moved.isDisjoint(with: existing.change.fields) { return true }
        let undone = change.fields.subtracting(change.leavingOut(unchangedFrom: base).fields)
        guard undone.isDisjoint(with: moved) else {
            throw MemoryError(
                code: .versionMismatch,
                message: """
                    The draft of memory \(record.id) was made from version \(existing.baseNumber), and this edit brings back what others have \
                    changed since. Sync or discard the draft, then edit again.
                    """
            )
        }
        return false
    }

    /// Takes a deletion, or an expiry that has passed, out of a draft and leaves the rest.
    ///
    /// - Returns: The draft; nil if nothing is left of it.
    func withdrawAbsence(_ existing: Draft, of record: MemoryRecord) throws -> Draft? {
        var draft = existing
        draft.change.isDeletion = false
        if case .some(.some(let expiry)) = draft.change.expiresAt, expiry <= now { draft.change.expiresAt = nil }
        return try replace(existing, with: draft, of: record)
    }

    /// Ends a draft that is discarded.
    func discard(_ draft: Draft, of record: MemoryRecord) throws {
        try DraftTable.delete(draft, in: transaction)
        try documents.remove(
            draft.key,
            user: draft.user,
            of: draft.change.applied(to: record.fields),
            in: record.seal,
            sealedBy: try record.dataKey(of: draft)
        )
    }

    private func replace(_ existing: Draft?, with draft: Draft, of record: MemoryRecord) throws -> Draft? {
        guard !draft.change.isEmpty else {
            if let existing { try discard(existing, of: record) }
            return nil
        }
        // An edit that changes nothing must not give the draft a later time.
        if let existing, existing.digest == draft.digest { return existing }
        var draft = draft
        draft.time = transaction.nextTime(at: now, after: max(record.headTime, existing?.time ?? .zero))
        let fields = draft.change.applied(to: record.fields)
        let seal = try currentSeal(record)
        draft.sealedWith = seal?.keys.newest.number
        if let existing {
            try DraftTable.write(draft, sealedBy: seal, in: transaction)
            try documents.update(
                draft.key,
                user: draft.user,
                from: existing.change.applied(to: record.fields),
                to: fields,
                deletionFlag: .deleted,
                sealedBy: try record.dataKey(of: existing),
                then: seal?.keys.newest
            )
        } else {
            draft.key = transaction.newRow()
            try DraftTable.write(draft, sealedBy: seal, in: transaction)
            try insertDocument(of: draft, fields: fields, of: record, key: seal?.keys.newest)
        }
        return draft
    }

    private func insertDocument(
        of draft: Draft,
        fields: MemoryFields,
        of record: MemoryRecord,
        key: DataKey?
    ) throws {
        let document = DocumentTable.Document(
            key: draft.key,
            user: draft.user,
            memory: draft.memory,
            agent: draft.agent,
            owner: record.ownerKey,
            session: record.sessionKey,
            type: record.type,
            category: try transaction.keys.category(fields.category, in: transaction.connection),
            createdAt: record.createdAt,
            expiresAt: fields.expiresAt,
            importance: fields.importance,
            length: 0,
            flags: key == nil ? [] : .sensitive,
            tags: [],
            sealing: key
        )
        try documents.insert(document, of: fields)
        guard !record.flags.contains(.everDrafted) else { return }
        try DocumentTable.raise(.everDrafted, document: record.key, user: record.userKey, in: transaction)
    }
}

extension WriteContext {
    /// Ends a draft that is about to become a version.
    ///
    /// - Returns: A context that has the vector of the edited text, so that the head gets it at once.
    func endDraft(_ draft: Draft, of record: MemoryRecord) throws -> WriteContext {
        try DraftTable.delete(draft, in: transaction)
        let fields = draft.change.applied(to: record.fields)
        let vector = try documents.remove(
            draft.key,
            user: draft.user,
            of: fields,
            in: record.seal,
            sealedBy: try record.dataKey(of: draft),
            keepsVector: draft.change.content != nil && !fields.isDeleted
        )
        var context = self
        if let vector { context.vectors.prepared[fields.content] = vector }
        return context
    }
}
