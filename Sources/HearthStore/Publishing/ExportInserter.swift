import HearthModel
import HearthRules
import HearthSQLite

/// Writes memories of an export as they were, with their history, drafts, shares and conflicts.
///
/// No rule is asked: an export says who saw what, and the store that is restored is to say the same.
struct ExportInserter {
    let context: WriteContext
    /// The keys of users who have sensitive memories in the export.
    let keys: [UserID: UserKeys]

    private var transaction: StoreTransaction { context.transaction }
    private var connection: Connection { context.connection }

    /// Writes a memory.
    ///
    /// - Returns: Its key.
    func insert(_ bundle: ExportBundle) throws -> Int64 {
        let place = try Place(of: bundle.memory, in: context)
        let seal =
            bundle.memory.isSensitive
            ? keys[bundle.memory.user].map { MemorySeal(id: bundle.memory.id, keys: $0) } : nil
        guard !bundle.memory.isSensitive || seal != nil else { throw KeysNeeded(user: place.user, forSealing: true) }
        if let seal { try transaction.requireKey(seal.keys.newest, ofUser: place.user) }
        let versions = try bundle.versions.map { stored in
            let version = try stored.version.written.version(of: bundle.memory.id, key: seal?.digestKey)
            guard let version, version.id == stored.version.id else { throw Self.changed }
            return version
        }
        guard let head = versions.first(where: { $0.id == bundle.memory.head }) else { throw Self.changed }
        for version in versions { transaction.note(version.time) }
        try insertMemory(bundle.memory, head: head, at: place, seal: seal)
        let orders = orders(of: bundle, at: place)
        for (stored, version) in zip(bundle.versions, versions) {
            try insert(version, stored.version, head: head, at: place, seal: seal, orders: orders)
        }
        try insertDocument(of: bundle, head: head, at: place, seal: seal)
        for (_, draft) in bundle.drafts { try insert(draft, of: bundle.memory, head: head, at: place, seal: seal) }
        for (_, share) in bundle.shares { try insert(share, at: place, orders: orders) }
        for (_, conflict) in bundle.conflicts { try insert(conflict, at: place) }
        try insertUse(of: bundle.memory, at: place)
        return place.key
    }

    /// Thrown if the file is not what it was when it was checked.
    private static var changed: MemoryError {
        .invalidArgument("The file was changed while it was read. Run the import again.")
    }
}

extension ExportInserter {
    /// Where a memory is to be stored.
    private struct Place {
        var key: Int64
        var user: Int64
        var owner: Int64
        var session: Int64?
        /// How its identifier is spelled.
        var identifier: StoredIdentifier

        init(of memory: ExportedMemory, in context: WriteContext) throws {
            let (transaction, connection) = (context.transaction, context.connection)
            key = transaction.newRow()
            let user = try transaction.keys.user(memory.user, now: context.now, in: connection)
            let owner = try context.directory.agent(memory.owner).key
            session = try memory.session.flatMap { try SessionTable.find($0, user: user, in: connection) }
            identifier =
                try MemoryNames.isTaken(memory.id, in: connection)
                ? MemoryID(rawValue: MemoryNames.namesake(memory.id, user: user, owner: owner)).stored
                : memory.id.stored
            (self.user, self.owner) = (user, owner)
        }
    }

    /// Numbers of this file in the order of those of the export. The first is the memory's own, as for a memory that is
    /// stored.
    private func orders(of bundle: ExportBundle, at place: Place) -> [Int: Int64] {
        let given = Set(bundle.versions.map(\.version.order) + bundle.shares.map(\.share.order)).sorted()
        var orders: [Int: Int64] = [:]
        for (index, order) in given.enumerated() { orders[order] = index == 0 ? place.key : transaction.newRow() }
        return orders
    }

    private func insertMemory(_ memory: ExportedMemory, head: Version, at place: Place, seal: MemorySeal?) throws {
        let fields = head.fields
        let sealed = try seal?.seal(SealedPayload(fields), as: .head(version: head.id.bytes ?? []))
        let isOfItsTime = memory.createdAt == memory.arrivedAt
        let ended: Int? =
            switch memory.state {
            case .live: nil
            case .deleted: 1
            case .folded: 2
            }
        try connection.run(
            """
            INSERT INTO memories (memory_key, identifier, user_key, owner_key, session_key, type, category_key, content, tags, metadata,
                importance, confidence, is_sensitive, sealed, arrived_at, created_at, expires_at, parent_id, head, head_number, head_lag,
                provenance, ended, text_key)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
            """,
            place.key,
            place.identifier,
            place.user,
            place.owner,
            place.session,
            Int(memory.type.place),
            try transaction.keys.category(fields.category, in: connection),
            sealed == nil ? fields.content : "",
            sealed == nil ? FieldText.stored(fields.tags) : nil,
            sealed == nil ? FieldText.stored(fields.metadata) : nil,
            MemoryColumns.importance(fields.importance),
            MemoryColumns.confidence(fields.confidence),
            sealed != nil,
            sealed,
            isOfItsTime ? nil : memory.arrivedAt,
            isOfItsTime ? nil : memory.createdAt,
            fields.expiresAt?.rawValue,
            memory.parent?.rawValue,
            head.id.bytes,
            head.number,
            MemoryColumns.lag(of: head.time, arrivedAt: Timestamp(rawValue: memory.arrivedAt)),
            StoredProvenance.column(fields.provenance, isSealed: sealed != nil),
            ended,
            EqualTexts.column(fields, sealedBy: seal?.keys)
        )
    }

    private func insert(
        _ version: Version,
        _ stored: ExportedVersion,
        head: Version,
        at place: Place,
        seal: MemorySeal?,
        orders: [Int: Int64]
    ) throws {
        let text: VersionTable.Text =
            version.id == head.id ? .published : .against(head.id, text: head.fields.content)
        var kept = VersionTable.EncodedText(version.fields.content, as: text, number: version.number)
        let sealed = try kept.seal(version.fields, of: version.id, by: seal)
        let fields = seal == nil ? version.fields : VersionTable.plainPart(of: version.fields)
        try VersionTable.write(
            version,
            fields: fields,
            kept: kept,
            sealed: sealed,
            memory: place.key,
            author: context.directory.agent(version.author).key,
            isHead: stored.isHead,
            publishedAt: Timestamp(rawValue: stored.publishedAt),
            order: orders[stored.order] ?? place.key,
            in: transaction
        )
    }

    private func insertDocument(of bundle: ExportBundle, head: Version, at place: Place, seal: MemorySeal?) throws {
        let memory = bundle.memory
        var flags: DocumentFlags = seal == nil ? [] : .sensitive
        if !bundle.shares.isEmpty { flags.insert(.everShared) }
        if !bundle.drafts.isEmpty { flags.insert(.everDrafted) }
        if !bundle.conflicts.isEmpty { flags.insert(.everConflicting) }
        if memory.fencingToken != nil { flags.insert(.everLeased) }
        let isGone = memory.state != .live
        if isGone { flags.insert(.gone) }
        let document = DocumentTable.Document(
            key: place.key,
            user: place.user,
            memory: place.key,
            agent: nil,
            owner: place.owner,
            session: place.session,
            type: memory.type,
            category: try transaction.keys.category(head.fields.category, in: connection),
            createdAt: Timestamp(rawValue: memory.createdAt),
            expiresAt: head.fields.expiresAt,
            importance: head.fields.importance,
            length: 0,
            flags: flags,
            tags: [],
            sealing: seal?.keys.newest
        )
        if isGone {
            try DocumentTable.insert([document], into: transaction)
        } else {
            try context.documents.insert(document, of: head.fields)
        }
    }

    private func insert(
        _ exported: ExportedDraft,
        of memory: ExportedMemory,
        head: Version,
        at place: Place,
        seal: MemorySeal?
    ) throws {
        let draft = exported.draft(
            key: transaction.newRow(),
            memory: place.key,
            agent: try context.directory.agent(exported.agent).key,
            user: place.user,
            digestKey: seal?.digestKey
        )
        guard let draft else { throw Self.changed }
        transaction.note(draft.time)
        try DraftTable.write(draft, sealedBy: seal, in: transaction)
        let fields = draft.change.applied(to: head.fields)
        let document = DocumentTable.Document(
            key: draft.key,
            user: draft.user,
            memory: draft.memory,
            agent: draft.agent,
            owner: place.owner,
            session: place.session,
            type: memory.type,
            category: try transaction.keys.category(fields.category, in: connection),
            createdAt: Timestamp(rawValue: memory.createdAt),
            expiresAt: fields.expiresAt,
            importance: fields.importance,
            length: 0,
            flags: seal == nil ? [] : .sensitive,
            tags: [],
            sealing: seal?.keys.newest
        )
        try context.documents.insert(document, of: fields)
    }

    private func insert(_ share: ExportedShare, at place: Place, orders: [Int: Int64]) throws {
        try connection.run(
            """
            INSERT INTO shares (user_key, memory_key, agent_key, rule, permission, is_revoked, granted_at, since_head, since_order, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            place.user,
            place.key,
            try context.directory.agent(share.agent).key,
            share.rule,
            share.permission.rawValue,
            share.isRevoked,
            share.grantedAt,
            share.sinceHead.bytes,
            orders[share.order] ?? place.key,
            transaction.sequence
        )
    }

    private func insert(_ conflict: ExportedConflict, at place: Place) throws {
        try connection.run(
            """
            INSERT INTO conflicts (conflict_id, memory_key, user_key, kind, strategy, base, created_at, resolved_at, resolution,
                resolved_by, resolved_version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            conflict.id.rawValue,
            place.key,
            place.user,
            conflict.conflictKind.rawValue,
            conflict.strategy.rawValue,
            conflict.base?.bytes,
            conflict.createdAt,
            conflict.resolvedAt,
            conflict.resolution,
            try conflict.resolvedBy.map { try context.directory.agent($0).key },
            conflict.resolvedVersion?.bytes
        )
    }

    /// How often the memory was read, and the last token of a lease, so that none is given out again.
    private func insertUse(of memory: ExportedMemory, at place: Place) throws {
        if let reads = memory.reads, let lastReadAt = memory.lastReadAt {
            try connection.run(
                "INSERT INTO accesses (memory_key, count, last_at) VALUES (?1, ?2, ?3)",
                place.key,
                reads,
                lastReadAt
            )
        }
        guard let token = memory.fencingToken else { return }
        try connection.run(
            """
            INSERT INTO leases (memory_key, holder_key, fencing_token, boot_id, since, deadline, acquired_at, expires_at, is_released)
            VALUES (?1, ?2, ?3, '', 0, 0, 0, 0, 1)
            """,
            place.key,
            place.owner,
            token
        )
    }
}
