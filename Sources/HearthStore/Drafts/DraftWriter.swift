internal import HearthSQLite

/// Begins, amends and ends drafts, and keeps their documents in step.
struct DraftWriter {
    let transaction: StoreTransaction
    let documents: DocumentWriter
    let now: Timestamp

    init(_ publication: Publication) {
        transaction = publication.transaction
        documents = publication.documents
        now = publication.now
    }

    /// Lays an edit over an agent's draft of a memory, or begins one.
    ///
    /// An edit that leaves everything as the base has it is none; a draft that comes to that ends.
    ///
    /// - Parameters:
    ///   - change: The edit.
    ///   - held: The agent's draft, if it has one.
    ///   - record: The memory with its published head.
    ///   - agent: The agent's key.
    /// - Returns: The draft; nil where nothing is left of it.
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
        draft.change = draft.change.followed(by: change)
        // Against another base than the head the comparison would take back what the agent has just seen and undone.
        if draft.base == record.head { draft.change = draft.change.leavingOut(unchangedFrom: record.fields) }
        return try replace(held, with: draft, of: record)
    }

    /// Takes a deletion out of a draft and leaves the rest.
    ///
    /// - Returns: The draft; nil where nothing is left of it.
    func withdrawDeletion(_ held: Draft, of record: MemoryRecord) throws -> Draft? {
        var draft = held
        draft.change.isDeletion = false
        return try replace(held, with: draft, of: record)
    }

    /// Ends a draft: discarded, or about to be published.
    func drop(_ draft: Draft, of record: MemoryRecord) throws {
        try DraftTable.delete(draft, in: transaction)
        try documents.update(
            draft.key,
            user: draft.user,
            from: draft.change.applied(to: record.fields),
            to: nil,
            deletionFlag: .deleted
        )
    }

    private func replace(_ held: Draft?, with draft: Draft, of record: MemoryRecord) throws -> Draft? {
        guard !draft.change.isEmpty else {
            if let held { try drop(held, of: record) }
            return nil
        }
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
