import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    func insert(
        _ version: Version,
        of record: MemoryRecord,
        text: VersionTable.Text,
        besides retired: VersionID? = nil
    ) throws {
        try VersionTable.insert(
            version,
            memory: record.key,
            author: directory.agent(version.author).key,
            text: text,
            published: record.head,
            besides: retired,
            sealedBy: currentSeal(of: record),
            at: now,
            in: transaction
        )
    }

    /// Makes a version the published head.
    ///
    /// It writes the version, the old head's text, the memory's row, the documents of the memory and of its drafts, and
    /// the shares that the propagation rules make.
    ///
    /// - Returns: The memory with its new head.
    func advance(_ record: MemoryRecord, to version: Version) throws -> MemoryRecord {
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
        try insert(version, of: record, text: .published, besides: record.head)
        return try show(version, as: record, sealedBy: seal)
    }

    /// Writes a head into the memory's row and everything that follows from it.
    func show(_ version: Version, as record: MemoryRecord, sealedBy seal: MemorySeal?) throws -> MemoryRecord {
        let fields = version.fields
        let sealed = try seal?.seal(SealedPayload(fields), as: .head(version: version.id.bytes ?? []))
        try connection.run(
            """
            UPDATE memories SET category_key = ?2, content = ?3, tags = ?4, metadata = ?5, importance = ?6, confidence = ?7, expires_at = ?8,
                head = ?9, head_number = ?10, head_lag = ?11, ended = ?12, sealed = ?13, provenance = ?14, text_key = ?15,
                folded_into = NULL
            WHERE memory_key = ?1
            """,
            record.key,
            try transaction.keys.category(fields.category, in: connection),
            sealed == nil ? fields.content : "",
            sealed == nil ? FieldText.stored(fields.tags) : nil,
            sealed == nil ? FieldText.stored(fields.metadata) : nil,
            MemoryColumns.importance(fields.importance),
            MemoryColumns.confidence(fields.confidence),
            fields.expiresAt?.rawValue,
            version.id.bytes,
            version.number,
            MemoryColumns.lag(of: version.time, arrivedAt: record.arrivedAt),
            fields.isDeleted ? 1 : nil,
            sealed,
            StoredProvenance.column(fields.provenance, isSealed: sealed != nil),
            EqualTexts.column(fields, sealedBy: seal?.keys)
        )
        try documents.update(
            record.key,
            user: record.userKey,
            from: record.fields,
            to: fields,
            deletionFlag: .gone,
            sealedBy: try record.dataKey,
            then: seal?.keys.newest
        )
        if record.flags.contains(.everDrafted) {
            for draft in try DraftTable.all(memory: record.key, in: snapshot) {
                let key = try record.dataKey(of: draft)
                try documents.update(
                    draft.key,
                    user: draft.user,
                    from: draft.change.applied(to: record.fields),
                    to: draft.change.applied(to: fields),
                    deletionFlag: .deleted,
                    sealedBy: key,
                    then: key
                )
            }
        }
        try AgeTable.noteChange(of: record.key, in: connection)
        var advanced = record
        advanced.fields = fields
        advanced.head = version.id
        advanced.headNumber = version.number
        advanced.headTime = version.time
        advanced.publishedAt = now
        advanced.checksum = ContentDigest.checksum(of: fields.content, key: seal?.digestKey)
        advanced.sealedWith = seal?.keys.newest.number
        if !fields.isDeleted { try propagate(&advanced) }
        return advanced
    }
}

extension WriteContext {
    /// What a memory is sealed with from now on; nil for a plain one.
    ///
    /// - Throws: ``KeysNeeded`` if another process has replaced the user's keys.
    func currentSeal(of record: MemoryRecord) throws -> MemorySeal? {
        guard record.isSensitive else { return nil }
        return MemorySeal(id: record.id, keys: try transaction.sealingKeys(ofUser: record.userKey, from: keyring))
    }
}
