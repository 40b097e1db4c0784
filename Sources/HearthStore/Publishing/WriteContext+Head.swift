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
            besides: retired,
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
        let fields = version.fields
        try VersionTable.retire(
            record.head,
            number: record.headNumber,
            content: record.fields.content,
            memory: record.key,
            for: version,
            in: connection
        )
        try insert(version, of: record, text: .published, besides: record.head)
        try connection.run(
            """
            UPDATE memories SET category_key = ?2, content = ?3, tags = ?4, metadata = ?5, importance = ?6, confidence = ?7, expires_at = ?8,
                head = ?9, head_number = ?10, head_lag = ?11, state = ?12, provenance = ?13
            WHERE memory_key = ?1
            """,
            record.key,
            try transaction.keys.category(fields.category, in: connection),
            fields.content,
            FieldText.stored(fields.tags),
            FieldText.stored(fields.metadata),
            MemoryColumns.importance(fields.importance),
            MemoryColumns.confidence(fields.confidence),
            fields.expiresAt?.rawValue,
            version.id.bytes,
            version.number,
            MemoryColumns.lag(of: version.time, arrivedAt: record.arrivedAt),
            fields.isDeleted ? "deleted" : "live",
            StoredProvenance.column(fields.provenance)
        )
        try documents.update(
            record.key,
            user: record.userKey,
            from: record.fields,
            to: fields,
            deletionFlag: .gone
        )
        if record.flags.contains(.everDrafted) {
            for draft in try DraftTable.all(memory: record.key, in: connection) {
                try documents.update(
                    draft.key,
                    user: draft.user,
                    from: draft.change.applied(to: record.fields),
                    to: draft.change.applied(to: fields),
                    deletionFlag: .deleted
                )
            }
        }
        var advanced = record
        advanced.fields = fields
        advanced.head = version.id
        advanced.headNumber = version.number
        advanced.headTime = version.time
        advanced.publishedAt = now
        let digest = ContentDigest.exact(fields.content)
        advanced.checksum = ContentDigest.canonical(fields.content, exact: digest)
        if !fields.isDeleted { try propagate(&advanced) }
        return advanced
    }
}
