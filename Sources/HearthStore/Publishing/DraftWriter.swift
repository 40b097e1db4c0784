import HearthModel
import HearthRules
import HearthSQLite

/// Begins, amends and ends drafts, and keeps their documents in step.
struct DraftWriter {
    let transaction: StoreTransaction
    let documents: DocumentWriter
    let snapshot: Snapshot
    let now: Timestamp

    init(_ context: WriteContext) {
        transaction = context.transaction
        documents = context.documents
        snapshot = context.snapshot
        now = context.now
    }

    /// Lays an edit over an agent's draft of a memory, or begins one.
    ///
    /// An edit that leaves everything as the base has it is none; a draft that comes to that ends. The base stays what it was, unless the edit
    /// is of a field that was published anew since: then the draft moves to the head where it can.
    ///
    /// - Parameters:
    ///   - change: The edit.
    ///   - held: The agent's draft, if it has one.
    ///   - record: The memory with its published head.
    ///   - agent: The agent's key.
    /// - Returns: The draft; nil where nothing is left of it.
    /// - Throws: `.versionMismatch` where the edit would be taken for none.
    func amend(
        _ change: FieldChange,
        over held: Draft?,
        of record: MemoryRecord,
        by agent: Int64
    ) throws -> Draft? {
        var draft =
            held
            ?? Draft(
                key: 0,
                memory: record.key,
                agent: agent,
                user: record.userKey,
                base: record.head,
                baseNumber: record.headNumber,
                time: .zero,
                createdAt: now,
                change: FieldChange()
            )
        if let held, try mustMove(held, for: change, of: record) {
            draft.base = record.head
            draft.baseNumber = record.headNumber
        }
        draft.change = draft.change.followed(by: change)
        if draft.base == record.head { draft.change = draft.change.leavingOut(unchangedFrom: record.fields) }
        return try replace(held, with: draft, of: record)
    }

    /// Whether a draft has to move to the published head before an edit joins it.
    ///
    /// The agent has seen its draft laid over the head. Where the head has moved on since the draft's base and the edit is of a field that moved,
    /// the edit is of the head's value, and against the old base it would look like a concurrent one, or, where it brings the old value
    /// back, like none at all. A draft whose own fields have not moved can be taken for one of the head without changing what it says. Any
    /// other stays on its base, because moving it would overrule what somebody else published.
    ///
    /// - Throws: `.versionMismatch` where the draft stays and the edit would be taken for none.
    private func mustMove(_ held: Draft, for change: FieldChange, of record: MemoryRecord) throws -> Bool {
        guard held.base != record.head else { return false }
        let base = try VersionReader(of: record.key, id: record.id, in: snapshot).version(held.base).fields
        let moved = record.fields.changes(from: base)
        guard !moved.isDisjoint(with: change.fields) else { return false }
        if moved.isDisjoint(with: held.change.fields) { return true }
        let undone = change.fields.subtracting(change.leavingOut(unchangedFrom: base).fields)
        guard undone.isDisjoint(with: moved) else {
            throw MemoryError(
                code: .versionMismatch,
                message: """
                    The draft of memory \(record.id) was made from version \(held.baseNumber), and this edit brings back what others have \
                    changed since. Sync or discard the draft, then edit again.
                    """
            )
        }
        return false
    }

    /// Takes a deletion out of a draft and leaves the rest.
    ///
    /// - Returns: The draft; nil where nothing is left of it.
    func withdrawDeletion(_ held: Draft, of record: MemoryRecord) throws -> Draft? {
        var draft = held
        draft.change.isDeletion = false
        return try replace(held, with: draft, of: record)
    }

    /// Ends a draft that is discarded.
    func drop(_ draft: Draft, of record: MemoryRecord) throws {
        try DraftTable.delete(draft, in: transaction)
        try documents.remove(draft.key, user: draft.user, of: draft.change.applied(to: record.fields))
    }

    private func replace(_ held: Draft?, with draft: Draft, of record: MemoryRecord) throws -> Draft? {
        guard !draft.change.isEmpty else {
            if let held { try drop(held, of: record) }
            return nil
        }
        // What changes nothing is no edit, and so doesn't make the draft a later one either.
        if let held, held.digest == draft.digest { return held }
        var draft = draft
        draft.time = transaction.nextTime(at: now)
        let fields = draft.change.applied(to: record.fields)
        if let held {
            try DraftTable.write(draft, in: transaction)
            try documents.update(
                draft.key,
                user: draft.user,
                from: held.change.applied(to: record.fields),
                to: fields,
                deletionFlag: .deleted
            )
        } else {
            draft.key = transaction.newRow()
            try DraftTable.write(draft, in: transaction)
            try insertDocument(of: draft, fields: fields, of: record)
        }
        return draft
    }

    private func insertDocument(of draft: Draft, fields: MemoryFields, of record: MemoryRecord) throws {
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
            flags: [],
            tags: []
        )
        try documents.insert(document, of: fields)
        guard !record.flags.contains(.everDrafted) else { return }
        try DocumentTable.raise(.everDrafted, document: record.key, user: record.userKey, in: transaction)
    }
}

extension WriteContext {
    /// Ends a draft that is about to be published.
    ///
    /// - Returns: A context that knows the vector of the words it edited, so that the head has it at once.
    func dropToPublish(_ draft: Draft, of record: MemoryRecord) throws -> WriteContext {
        try DraftTable.delete(draft, in: transaction)
        let fields = draft.change.applied(to: record.fields)
        let vector = try documents.remove(
            draft.key,
            user: draft.user,
            of: fields,
            keepsVector: draft.change.content != nil && !fields.isDeleted
        )
        var context = self
        if let vector { context.vectors.prepared[fields.content] = vector }
        return context
    }
}
