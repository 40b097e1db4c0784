import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// What must be known of a memory to share it.
struct MemoryKeys {
    /// The memory's key.
    var key: Int64
    /// The key of its user.
    var user: Int64
    /// The id of the published head, as the file stores it.
    var head: [UInt8]?
}

/// The rows of `memories`. A new memory gets its row, its first version, its document and its words.
enum MemoryTable {
    /// What the rows of a new memory say, once it has its keys and its time.
    struct Rows {
        let new: NewMemory
        let keys: MemoryKeys
        let owner: KnownAgent
        let session: Int64?
        let category: Int64
        let digest: [UInt8]
        let time: HybridTime
        let flags: DocumentFlags
        /// Where its vector will be; nil while it has none.
        let place: VectorPlace?
        let modelWithoutVector: Int64?
        let tags: String
        let metadata: String

        /// Gives a memory its keys and its time. Its words and its vector are written at the end of the transaction.
        init(
            _ new: NewMemory,
            owner: KnownAgent,
            now: Timestamp,
            flags: DocumentFlags,
            embedder: (any Embedder)?,
            in transaction: StoreTransaction
        ) throws {
            let connection = transaction.connection
            let key = transaction.newRow()
            let user = try transaction.keys.user(new.userID, now: now, in: connection)
            session = try new.sessionID.map {
                try transaction.keys.session($0, user: user, now: now, in: connection)
            }
            category = try transaction.keys.category(new.fields.category, in: connection)
            time = transaction.nextTime(at: now)
            digest = VersionDigest.bytes(
                memoryID: new.id,
                parents: [],
                author: owner.id,
                node: transaction.state.node,
                time: time,
                fields: new.fields,
                contentDigest: new.contentDigest,
                number: 1
            )
            place = try new.vector.flatMap { vector in
                try embedder.map { try VectorTable.append(vector, of: $0, document: key, user: user, in: transaction) }
            }
            modelWithoutVector = try embedder.flatMap { embedder in
                guard new.fields.content.isBlank else { return nil }
                return try transaction.vectors
                    .model(
                        embedder.identifier,
                        dimension: embedder.dimension,
                        in: connection
                    )
                    .key
            }
            transaction.changeIndex(.insert(document: key, new.document.words(user: user)))
            tags = FieldText.array(new.fields.tags)
            metadata = FieldText.object(new.fields.metadata)
            keys = MemoryKeys(key: key, user: user, head: digest)
            self.new = new
            self.owner = owner
            self.flags = flags
        }
    }

    private static let memories = RowsInsertion(
        """
        INSERT INTO memories (memory_key, memory_id, user_key, owner_key, session_key, type, category, content, tags, metadata,
            importance, confidence, is_sensitive, created_at, arrived_at, expires_at, parent_id, head, head_number, head_time, state)
        VALUES
        """,
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, 1, ?, 'live')"
    )

    private static let versions = RowsInsertion(
        """
        INSERT INTO versions (memory_key, number, version_id, parents, author_key, time, category, tags, metadata, importance,
            confidence, expires_at, is_deleted, content_form, is_head, published_at, published_order)
        VALUES
        """,
        row: "(?, 1, ?, x'', ?, ?, ?, ?, ?, ?, ?, ?, 0, 'head', 1, ?, ?)"
    )

    static func insert(_ rows: [Rows], now: Timestamp, into transaction: StoreTransaction) throws {
        try transaction.connection.insert(rows, by: memories) { row, parameters in
            let fields = row.new.fields
            try parameters.bind(
                row.keys.key,
                row.new.hasNamesake
                    ? MemoryNames.namesake(row.new.id, user: row.keys.user, owner: row.owner.key) : row.new.id.rawValue,
                row.keys.user,
                row.owner.key,
                row.session,
                row.new.type.rawValue,
                fields.category.rawValue,
                fields.content,
                row.tags,
                row.metadata,
                fields.importance,
                fields.confidence,
                row.new.createdAt.rawValue,
                now.rawValue,
                fields.expiresAt?.rawValue,
                row.new.parentID?.rawValue,
                row.digest,
                row.time.rawValue
            )
        }
        try transaction.connection.insert(rows, by: versions) { row, parameters in
            let fields = row.new.fields
            try parameters.bind(
                row.keys.key,
                row.digest,
                row.owner.key,
                row.time.rawValue,
                fields.category.rawValue,
                row.tags,
                row.metadata,
                fields.importance,
                fields.confidence,
                fields.expiresAt?.rawValue,
                now.rawValue,
                row.keys.key
            )
        }
        try DocumentTable.insert(
            rows.map { row in
                DocumentTable.Document(
                    key: row.keys.key,
                    user: row.keys.user,
                    memory: row.keys.key,
                    agent: nil,
                    owner: row.owner.key,
                    session: row.session,
                    type: row.new.type,
                    category: row.category,
                    createdAt: row.new.createdAt,
                    expiresAt: row.new.fields.expiresAt,
                    importance: row.new.fields.importance,
                    length: row.new.document.length,
                    flags: row.flags,
                    tags: row.new.fields.tags,
                    place: row.place,
                    modelWithoutVector: row.modelWithoutVector
                )
            },
            into: transaction
        )
    }
}
