import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

extension WriteContext {
    /// Erases a memory, and those that upkeep has folded into it: everything that the tables, the index and the vectors hold
    /// of them.
    ///
    /// Its identifier and its texts leave marks, so that no import brings them back. What may be left of its bytes
    /// elsewhere in the file is for ``MemoryStore/scrubIfDue()``.
    ///
    /// A sensitive memory may be locked. Then its texts leave no marks.
    ///
    /// - Parameters:
    ///   - isNoted: Whether other devices have to learn of it. They learn at any rate of what was folded, because they may
    ///     not have it so.
    ///   - opening: Whether what was folded is read as far as it can be.
    /// - Returns: The keys of what is erased, its own first.
    @discardableResult
    func erase(
        _ record: MemoryRecord,
        isNoted: Bool = true,
        opening: MemoryRecord.Opening = .ifPossible
    ) throws -> [Int64] {
        let copies = try foldedCopies(of: record, opening: opening)
        try eraseAlone(record, isNoted: isNoted)
        for copy in copies { try eraseAlone(copy, isNoted: true) }
        return [record.key] + copies.map(\.key)
    }

    private func eraseAlone(_ record: MemoryRecord, isNoted: Bool) throws {
        try mark(record)
        if transaction.state.exchanges {
            if isNoted {
                try noteErasure(of: record)
            } else {
                try DeviceFacts.forget(memory: record.key, in: connection)
            }
        }
        try removeDocuments(of: record)
        try detachChildren(of: record)
        try ErasedRows.remove(memory: record.key, user: record.userKey, in: transaction)
        try ErasedMessages(memories: [record.id], user: record.userKey).remove(from: connection)
        try connection.run("DELETE FROM roster_images WHERE user_key = ?1", record.userKey)
        // An import that has looked for what is missing looks again.
        _ = transaction.newRow()
        try leaveTraces()
    }

    /// Removes words, tags and vectors of a memory, and its drafts.
    func removeDocuments(of record: MemoryRecord) throws {
        if record.isLocked {
            try removeLockedDocuments(of: record)
        } else {
            for draft in try DraftTable.all(memory: record.key, in: snapshot) {
                try DraftWriter(self).discard(draft, of: record)
            }
            try documents.remove(
                record.key,
                user: record.userKey,
                of: record.fields,
                in: record.seal,
                sealedBy: record.dataKey
            )
        }
    }

    /// Notes that bytes of what was removed may be left outside of the tables. They are scrubbed after the commit, or by
    /// whoever opens the file next.
    func leaveTraces() throws {
        afterCommit.leavesTraces = true
        try connection.run("UPDATE store SET scrub_due = ?1 WHERE id = 1", transaction.sequence)
    }

    private func mark(_ record: MemoryRecord) throws {
        let marks = try ErasureMarks.make(in: transaction)
        try ErasureMarks.insert(marks.mark(of: record.id, user: record.userID, agent: record.owner), in: connection)
        guard !record.isLocked else { return }
        var texts = Set(try VersionReader(of: record, in: snapshot).all().map(\.version.fields.content))
        texts.formUnion(try DraftTable.all(memory: record.key, in: snapshot).compactMap(\.change.content))
        for text in texts where !text.isBlank {
            let mark =
                record.seal.map { ErasureMarks.mark(ofSealedText: text, keys: $0.keys) }
                ?? marks.mark(ofText: text, user: record.userID)
            try ErasureMarks.insert(mark, in: connection)
        }
        guard record.seal != nil, texts.contains(where: { !$0.isBlank }) else { return }
        try ErasureMarks.insert(marks.mark(ofSealedTextsOf: record.userID), in: connection)
    }

    /// Removes words, tags and vectors of a memory that can't be opened or is damaged, by looking through the index.
    private func removeLockedDocuments(of record: MemoryRecord) throws {
        let documents = Set(try ErasedRows.documents(ofMemory: record.key, in: connection))
        try transaction.removeIndexedWords(
            beginningWith: UserKey(record.userKey).termPrefix,
            of: documents.contains
        )
        for document in documents {
            try VectorTable.remove(document: document, user: record.userKey, in: transaction)
            try connection.run(
                "DELETE FROM tags WHERE user_key = ?1 AND document_key = ?2",
                record.userKey,
                document
            )
        }
    }
}

extension StoreTransaction {
    /// Removes from the index what it holds of some documents, and what this transaction was about to add of them.
    func removeIndexedWords(beginningWith prefix: String, of isWanted: (Int64) -> Bool) throws {
        let pending = pendingIndexChanges(of: isWanted)
        for case .insert(let document, let words) in pending.values {
            changeIndex(.remove(document: document, words))
        }
        let held = try ErasedRows.indexedWords(beginningWith: prefix, in: connection) {
            pending[$0] == nil && isWanted($0)
        }
        for (document, words) in held { changeIndex(.remove(document: document, words)) }
    }
}
