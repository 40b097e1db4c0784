import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// Whether the policy has memories of a category sealed, and there is something to seal them with.
    func seals(_ category: MemoryCategory) -> Bool {
        keyring.seals(category, by: directory.rules.policy)
    }

    /// Makes a memory sensitive, or plain again, with everything that is kept of it.
    ///
    /// Every version gets another id, because ids are made with a key or without. So parents, heads, bases of drafts,
    /// conflicts and shares follow. What a version says stays as it was.
    ///
    /// What was plain leaves the tables. The bytes that may be left of it in free pages, in segments of the index and in
    /// the write-ahead log are for ``MemoryStore/scrubIfDue()``.
    ///
    /// Memories that upkeep has folded into it say the same and become sensitive with it. They do not become plain with it:
    /// nobody sees them, and each is made plain alone.
    ///
    /// - Parameters:
    ///   - isNoted: Whether other devices have to learn of it. They learn at any rate of what was folded, because they may
    ///     not have it so.
    ///   - time: Since when it counts as such; nil: from now on.
    /// - Returns: The memory with its new head.
    func setSensitive(
        _ isSensitive: Bool,
        _ record: MemoryRecord,
        isNoted: Bool = true,
        since time: HybridTime? = nil
    ) throws -> MemoryRecord {
        if isSensitive {
            for copy in try foldedCopies(of: record, opening: .required) where !copy.isSensitive {
                _ = try setSensitiveAlone(true, copy, isNoted: true, since: time)
            }
        }
        guard isSensitive != record.isSensitive else { return record }
        return try setSensitiveAlone(isSensitive, record, isNoted: isNoted, since: time)
    }

    /// Makes a memory sensitive that another device has so, though nobody has said when it became that. Its folded copies become so
    /// too, unless somebody has said of them what they are; that is said of them, as of a time before everything else that is said.
    func sealWithoutWord(_ record: MemoryRecord, asOf time: HybridTime) throws -> MemoryRecord {
        for copy in try foldedCopies(of: record, opening: .required) where !copy.isSensitive {
            guard try DeviceRegisters.sensitivityChange(of: copy.key, in: connection) == nil else { continue }
            _ = try setSensitiveAlone(true, copy, isNoted: true, since: time)
        }
        return try setSensitiveAlone(true, record, isNoted: false, since: nil)
    }

    private func setSensitiveAlone(
        _ isSensitive: Bool,
        _ record: MemoryRecord,
        isNoted: Bool,
        since time: HybridTime?
    ) throws -> MemoryRecord {
        if isSensitive { try leaveTraces() }
        let seal =
            isSensitive
            ? MemorySeal(id: record.id, keys: try transaction.sealingKeys(ofUser: record.userKey, from: keyring)) : nil
        let versions = try VersionReader(of: record, in: snapshot).all()
        let drafts = try DraftTable.all(memory: record.key, in: snapshot)
        let relabeling = Relabeling(versions.map(\.version), key: seal?.digestKey)
        for version in relabeling.versions {
            try VersionTable.relabel(
                version.old,
                to: version.new,
                memory: record.key,
                from: record.seal,
                sealedBy: seal,
                newBase: { relabeling[$0] },
                in: connection
            )
        }
        try relabelHead(of: record, in: relabeling, sealedBy: seal)
        try relabelReferences(to: record, in: relabeling)
        for draft in drafts { try relabel(draft, of: record, in: relabeling, sealedBy: seal) }
        try documents.update(
            record.key,
            user: record.userKey,
            from: record.fields,
            to: record.fields,
            deletionFlag: .gone,
            sealedBy: try record.dataKey,
            then: seal?.keys.newest
        )
        try flag(record.key, of: record, isSensitive: isSensitive)
        if transaction.state.exchanges {
            try noteSensitivity(isSensitive, of: record, in: relabeling, isNoted: isNoted, since: time)
        }
        return try reread(record)
    }

    private func relabelHead(of record: MemoryRecord, in relabeling: Relabeling, sealedBy seal: MemorySeal?) throws {
        let head = relabeling[record.head].bytes ?? []
        let fields = record.fields
        try connection.run(
            """
            UPDATE memories SET head = ?2, is_sensitive = ?3, sealed = ?4, content = ?5, tags = ?6, metadata = ?7,
                text_key = ?8, provenance = ?9
            WHERE memory_key = ?1
            """,
            record.key,
            head,
            seal != nil,
            try seal?.seal(SealedPayload(fields), as: .head(version: head)),
            seal == nil ? fields.content : "",
            seal == nil ? FieldText.stored(fields.tags) : nil,
            seal == nil ? FieldText.stored(fields.metadata) : nil,
            EqualTexts.column(fields, sealedBy: seal?.keys),
            StoredProvenance.column(fields.provenance, isSealed: seal != nil)
        )
    }

    /// Where else the file names versions.
    private func relabelReferences(to record: MemoryRecord, in relabeling: Relabeling) throws {
        for version in relabeling.versions {
            let (old, new) = (version.old.bytes ?? [], version.new.id.bytes ?? [])
            try connection.run(
                "UPDATE conflicts SET base = ?3 WHERE memory_key = ?1 AND base = ?2",
                record.key,
                old,
                new
            )
            try connection.run(
                "UPDATE conflicts SET resolved_version = ?3 WHERE memory_key = ?1 AND resolved_version = ?2",
                record.key,
                old,
                new
            )
            try connection.run(
                "UPDATE shares SET since_head = ?4, changed = ?5 WHERE user_key = ?1 AND memory_key = ?2 AND since_head = ?3",
                record.userKey,
                record.key,
                old,
                new,
                transaction.sequence
            )
        }
    }

    private func relabel(
        _ draft: Draft,
        of record: MemoryRecord,
        in relabeling: Relabeling,
        sealedBy seal: MemorySeal?
    ) throws {
        var relabeled = draft
        relabeled.base = relabeling[draft.base]
        relabeled.digestKey = seal?.digestKey
        try DraftTable.write(relabeled, sealedBy: seal, in: transaction)
        let fields = draft.change.applied(to: record.fields)
        try documents.update(
            draft.key,
            user: draft.user,
            from: fields,
            to: fields,
            deletionFlag: .deleted,
            sealedBy: try record.dataKey(of: draft),
            then: seal?.keys.newest
        )
        try flag(draft.key, of: record, isSensitive: seal != nil)
    }

    private func flag(_ document: Int64, of record: MemoryRecord, isSensitive: Bool) throws {
        let flag = Int(DocumentFlags.sensitive.rawValue)
        try connection.run(
            "UPDATE documents SET flags = flags & ~?3 | ?4, changed = ?5 WHERE user_key = ?1 AND document_key = ?2",
            record.userKey,
            document,
            flag,
            isSensitive ? flag : 0,
            transaction.sequence
        )
    }
}
