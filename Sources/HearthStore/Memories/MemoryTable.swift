internal import HearthEmbedding
internal import HearthSQLite

/// Writes a new memory: its row, its first version, its document and its words.
enum MemoryTable {
    /// Where a memory came to rest.
    struct Placed {
        var key: Int64
        var user: Int64
        /// The id of the published head, as the file stores it.
        var head: [UInt8]?
    }

    /// The key of a memory, whatever its state.
    static func key(of id: MemoryID, in connection: Connection) throws -> Int64? {
        try connection.first("SELECT memory_key FROM memories WHERE memory_id = ?1", id.rawValue, as: { $0.int64(0) })
    }

    static func insert(
        _ new: NewMemory,
        owner: Directory.Entry,
        now: Timestamp,
        flags: DocumentFlags,
        embedder: (any Embedder)?,
        into transaction: StoreTransaction
    ) throws -> Placed {
        let connection = transaction.connection
        let key = transaction.newRow()
        let user = try transaction.keys.user(new.userID, now: now, in: connection)
        let session = try new.sessionID.map {
            try transaction.keys.session($0, user: user, now: now, in: connection)
        }
        let time = transaction.nextTime(at: now)
        let digest = VersionDigest.bytes(
            memoryID: new.id,
            parents: [],
            author: owner.id,
            node: transaction.state.node,
            time: time,
            fields: new.fields,
            contentDigest: new.contentDigest,
            number: 1
        )
        let tags = FieldText.array(new.fields.tags)
        let metadata = FieldText.object(new.fields.metadata)
        try connection.run(
            """
            INSERT INTO memories (memory_key, memory_id, user_key, owner_key, session_key, type, category, content, tags, metadata,
                importance, confidence, is_sensitive, created_at, arrived_at, expires_at, parent_id, head, head_number, head_time, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, ?14, ?15, ?16, ?17, 1, ?18, 'live')
            """,
            key,
            new.id.rawValue,
            user,
            owner.key,
            session,
            new.type.rawValue,
            new.fields.category.rawValue,
            new.fields.content,
            tags,
            metadata,
            new.fields.importance,
            new.fields.confidence,
            new.createdAt.rawValue,
            now.rawValue,
            new.fields.expiresAt?.rawValue,
            new.parentID?.rawValue,
            digest,
            time.rawValue
        )
        try connection.run(
            """
            INSERT INTO versions (memory_key, number, version_id, parents, author_key, time, category, tags, metadata, importance,
                confidence, expires_at, is_deleted, content_form, is_head, published_at, published_order)
            VALUES (?1, 1, ?2, x'', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, 'head', 1, ?11, ?12)
            """,
            key,
            digest,
            owner.key,
            time.rawValue,
            new.fields.category.rawValue,
            tags,
            metadata,
            new.fields.importance,
            new.fields.confidence,
            new.fields.expiresAt?.rawValue,
            now.rawValue,
            key
        )
        let place = try new.vector.flatMap { vector in
            try embedder.map { try VectorTables.append(vector, of: $0, document: key, user: user, in: transaction) }
        }
        try DocumentTable.insert(
            DocumentTable.Document(
                key: key,
                user: user,
                memory: key,
                agent: nil,
                owner: owner.key,
                session: session,
                type: new.type,
                category: try transaction.keys.category(new.fields.category, in: connection),
                createdAt: new.createdAt,
                expiresAt: new.fields.expiresAt,
                importance: new.fields.importance,
                length: new.document.length,
                flags: flags,
                tags: new.fields.tags,
                place: place
            ),
            into: transaction
        )
        transaction.changeIndex(.insert(document: key, new.document.words(user: user)))
        return Placed(key: key, user: user, head: digest)
    }
}
