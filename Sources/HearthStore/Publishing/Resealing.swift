import HearthModel
import HearthRules
import HearthSQLite

/// What became of some memories that were to be sealed anew.
struct ResealedBatch: Sendable {
    /// The memory that was looked at last; nil if there was none.
    var last: Int64?
    /// How many of them were sealed with another key, in whole or in part.
    var resealed = 0
    /// How many vectors did not open and were removed, so that they are made anew.
    var removedVectors = 0
    /// Why parts of them stay as they are.
    var findings: [VerificationReport.Finding] = []

    fileprivate mutating func add(_ component: String, _ message: String) {
        let finding = VerificationReport.Finding(component: component, message: message)
        if !findings.contains(finding) { findings.append(finding) }
    }
}

extension WriteContext {
    /// Seals the next memories of a user with the newest data key, whichever they were sealed with. What does not open is
    /// left as it is and named.
    ///
    /// - Parameters:
    ///   - user: The user's key.
    ///   - start: The memory that was looked at last.
    ///   - count: How many memories to look at.
    func reseal(user: Int64, after start: Int64, atMost count: Int) throws -> ResealedBatch {
        let memories = try connection.rows(
            """
            SELECT memory_key FROM memories WHERE user_key = ?1 AND is_sensitive AND memory_key > ?2
            ORDER BY memory_key LIMIT ?3
            """,
            user,
            start,
            count,
            as: { $0.int64(0) }
        )
        var batch = ResealedBatch(last: memories.last)
        for memory in memories where try reseal(memory, into: &batch) { batch.resealed += 1 }
        return batch
    }

    /// - Returns: Whether anything of it was sealed with another key.
    private func reseal(_ memory: Int64, into batch: inout ResealedBatch) throws -> Bool {
        let found = try opening("memory", into: &batch) {
            try MemoryRecord.find(key: memory, includingDeleted: true, in: snapshot)
        }
        guard let record = found ?? nil, let seal = try currentSeal(of: record) else { return false }
        var isChanged = try resealHead(of: record, by: seal, into: &batch)
        isChanged = try resealVersions(of: record, by: seal, into: &batch) || isChanged
        let authors = try connection.rows(
            "SELECT agent_key FROM drafts WHERE memory_key = ?1 ORDER BY draft_key",
            memory,
            as: { $0.int64(0) }
        )
        for author in authors {
            let found = try opening("draft", into: &batch) {
                try DraftTable.find(memory: memory, agent: author, in: snapshot)
            }
            guard let draft = found ?? nil else { continue }
            isChanged = try reseal(draft, of: record, by: seal, into: &batch) || isChanged
        }
        return isChanged
    }

    /// Reads something; nil if it does not open, which is noted.
    private func opening<R>(_ component: String, into batch: inout ResealedBatch, _ read: () throws -> R) throws -> R? {
        do {
            return try read()
        } catch let error as MemoryError where error.isDamage {
            batch.add(component, error.message)
        } catch let need as KeysNeeded {
            guard let number = need.number, try !KeyTable.has(number, ofUser: need.user, in: connection) else {
                throw need
            }
            batch.add("key", "Something is sealed with key \(number) of user number \(need.user), which is missing.")
        }
        return nil
    }

    private func resealHead(of record: MemoryRecord, by seal: MemorySeal, into batch: inout ResealedBatch) throws
        -> Bool
    {
        guard let head = record.head.bytes else { return false }
        guard record.sealedWith != seal.keys.newest.number else {
            return try resealVector(of: record.key, by: seal, into: &batch)
        }
        try connection.run(
            "UPDATE memories SET sealed = ?2, text_key = ?3, provenance = ?4 WHERE memory_key = ?1",
            record.key,
            try seal.seal(SealedPayload(record.fields), as: .head(version: head)),
            // Older releases kept no number, and the name in plain.
            EqualTexts.column(record.fields, sealedBy: seal.keys),
            StoredProvenance.column(record.fields.provenance, isSealed: true)
        )
        try connection.run(
            "UPDATE versions SET provenance = ?2 WHERE memory_key = ?1 AND content_form = 'head'",
            record.key,
            StoredProvenance.column(record.fields.provenance, isSealed: true)
        )
        try resealDocument(
            record.key,
            of: record.fields,
            user: record.userKey,
            from: record.dataKey,
            by: seal,
            into: &batch
        )
        return true
    }

    private func resealVersions(
        of record: MemoryRecord,
        by seal: MemorySeal,
        into batch: inout ResealedBatch
    ) throws -> Bool {
        let rows = try connection.rows(
            """
            SELECT version_id, content_form, content_base, sealed, provenance FROM versions
            WHERE memory_key = ?1 AND sealed IS NOT NULL
            """,
            record.key,
            as: { row in
                (
                    id: row.bytes(0), form: row.string(1), base: row.optionalBytes(2), sealed: row.bytes(3),
                    provenance: Result { try StoredProvenance.read(row, 4) }
                )
            }
        )
        var isChanged = false
        for row in rows where Seal.number(of: row.sealed) != seal.keys.newest.number {
            let place = MemorySeal.Place.version(row.id, form: row.form, base: row.base)
            let opened = try opening("version", into: &batch) {
                (payload: try seal.open(row.sealed, as: place), provenance: try row.provenance.get())
            }
            guard let opened else { continue }
            var payload = opened.payload
            isChanged = true
            payload.source = payload.source ?? opened.provenance.name
            try connection.run(
                "UPDATE versions SET sealed = ?3, provenance = ?4 WHERE memory_key = ?1 AND version_id = ?2",
                record.key,
                row.id,
                try seal.seal(payload, as: place),
                StoredProvenance.column(opened.provenance, isSealed: true)
            )
        }
        return isChanged
    }

    private func resealVector(of document: Int64, by seal: MemorySeal, into batch: inout ResealedBatch) throws -> Bool {
        let outcome = try SealedVectorTable.reseal(document: document, keys: seal.keys, in: transaction)
        if outcome == .removed { batch.removedVectors += 1 }
        return outcome == .resealed
    }

    private func reseal(
        _ draft: Draft,
        of record: MemoryRecord,
        by seal: MemorySeal,
        into batch: inout ResealedBatch
    ) throws -> Bool {
        guard draft.sealedWith != seal.keys.newest.number else {
            return try resealVector(of: draft.key, by: seal, into: &batch)
        }
        let key = try record.dataKey(of: draft)
        try DraftTable.write(draft, sealedBy: seal, in: transaction)
        let fields = draft.change.applied(to: record.fields)
        try resealDocument(draft.key, of: fields, user: record.userKey, from: key, by: seal, into: &batch)
        return true
    }

    /// Puts the tokens of the newest key in the place of those of an older one, and seals the vector anew.
    private func resealDocument(
        _ document: Int64,
        of fields: MemoryFields,
        user: Int64,
        from old: DataKey?,
        by seal: MemorySeal,
        into batch: inout ResealedBatch
    ) throws {
        if !fields.isDeleted {
            let new = seal.keys.newest
            let before = transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user, key: old)
            transaction.changeIndex(.remove(document: document, before.words))
            let after = transaction.recentAnalysis.of(content: fields.content, tags: fields.tags, user: user, key: new)
            if let keyed = after.keyed { try SealedVocabulary.add(keyed, user: user, in: transaction) }
            transaction.changeIndex(.insert(document: document, after.words))
            try DocumentTable.delete(tags: fields.tags, document: document, user: user, key: old, in: connection)
            try DocumentTable.insert(tags: fields.tags, document: document, user: user, key: new, in: connection)
        }
        _ = try resealVector(of: document, by: seal, into: &batch)
    }
}
