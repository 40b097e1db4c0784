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

/// The rows of `memories`. A new memory gets its row, its document and its words.
enum MemoryTable {
    /// What the rows of a new memory say, once it has its keys and its time.
    struct Rows {
        let new: NewMemory
        let keys: MemoryKeys
        let owner: KnownAgent
        let session: Int64?
        let category: Int64
        let digest: [UInt8]
        /// Its content, tags and metadata; nil for a plain memory.
        let sealed: [UInt8]?
        let time: HybridTime
        let flags: DocumentFlags
        /// Where its vector will be; nil while it has none.
        let place: VectorPlace?
        /// The vector of a sensitive memory.
        let sealedVector: SealedVectorTable.Row?
        let modelWithoutVector: Int64?
        /// Nil where there are none.
        let tags: String?
        let metadata: String?

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
            if let keys = new.keys { try transaction.requireKey(keys.newest, ofUser: user) }
            digest = VersionDigest.bytes(
                memoryID: new.id,
                parents: [],
                author: owner.id,
                node: transaction.state.node,
                time: time,
                fields: new.fields,
                contentDigest: new.contentDigest,
                number: 1,
                key: new.keys?.digestKey
            )
            let head = digest
            sealed = try new.keys.map { keys in
                try MemorySeal(id: new.id, keys: keys).seal(SealedPayload(new.fields), as: .head(version: head))
            }
            let isBlank = new.fields.content.isBlank
            let model = try (new.vector != nil || isBlank ? embedder : nil)
                .map { try transaction.vectors.model($0.identifier, dimension: $0.dimension, in: connection) }
            if let vector = new.vector, let model, let sealing = new.keys?.newest {
                let row = try SealedVectorTable.Row(vector, document: key, user: user, model: model, key: sealing)
                (sealedVector, place) = (row, row.place)
            } else {
                sealedVector = nil
                place = try new.vector.flatMap { vector in
                    try model.map {
                        try transaction.vectors.append(vector, document: key, user: user, model: $0, in: transaction)
                    }
                }
            }
            modelWithoutVector = isBlank ? model?.key : nil
            if let words = new.keyedWords { try SealedVocabulary.add(words, user: user, in: transaction) }
            transaction.changeIndex(
                .insert(document: key, new.keyedWords?.words ?? new.document.words(user: user))
            )
            tags = new.keys == nil ? FieldText.stored(new.fields.tags) : nil
            metadata = new.keys == nil ? FieldText.stored(new.fields.metadata) : nil
            keys = MemoryKeys(key: key, user: user, head: digest)
            self.new = new
            self.owner = owner
            self.flags = new.keys == nil ? flags : flags.union(.sensitive)
        }
    }

    private static let memories = RowsInsertion(
        """
        INSERT INTO memories (memory_key, identifier, user_key, owner_key, session_key, type, category_key, content, tags, metadata,
            importance, confidence, is_sensitive, sealed, arrived_at, created_at, expires_at, parent_id, head, head_number, head_lag,
            provenance, text_key)
        VALUES
        """,
        row: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)"
    )

    /// Writes new memories. Their first versions need no rows: the memories say everything.
    static func insert(_ rows: [Rows], now: Timestamp, into transaction: StoreTransaction) throws {
        try transaction.connection.insert(rows, by: memories) { row, parameters in
            let fields = row.new.fields
            // Those of one call are a microsecond apart, and each came into the file at its own.
            let arrival = row.new.isDated ? now : row.new.createdAt
            try parameters.bind(
                row.keys.key,
                (row.new.hasNamesake
                    ? MemoryID(rawValue: MemoryNames.namesake(row.new.id, user: row.keys.user, owner: row.owner.key))
                    : row.new.id)
                    .stored,
                row.keys.user,
                row.owner.key,
                row.session,
                Int(row.new.type.place),
                row.category,
                row.sealed == nil ? fields.content : "",
                row.tags,
                row.metadata,
                MemoryColumns.importance(fields.importance),
                MemoryColumns.confidence(fields.confidence),
                row.sealed != nil,
                row.sealed,
                row.new.createdAt == arrival ? nil : arrival.rawValue,
                row.new.createdAt == arrival ? nil : row.new.createdAt.rawValue,
                fields.expiresAt?.rawValue,
                row.new.parentID?.rawValue,
                // What a sensitive memory's payload is bound to must be known before it is opened.
                row.sealed == nil ? Array(row.digest.prefix(SchemaV3.checkLength)) : row.digest,
                MemoryColumns.lag(of: row.time, arrivedAt: arrival),
                StoredProvenance.column(fields.provenance, isSealed: row.sealed != nil),
                EqualTexts.column(fields, digest: row.new.contentDigest, sealedBy: row.new.keys)
            )
        }
        try SealedVectorTable.insert(rows.compactMap(\.sealedVector), into: transaction)
        let documents = rows.map(\.document)
        try DocumentTable.insert(documents, into: transaction)
        for (row, document) in zip(rows, documents) {
            guard row.sealed == nil else {
                transaction.noteUntold()
                continue
            }
            let vector = row.place.flatMap { place in row.new.vector.map { ($0, place) } }
            transaction.note(
                AddedDocument(
                    user: document.user,
                    entry: document.entry,
                    words: row.new.document,
                    vector: vector
                )
            )
        }
    }
}

extension MemoryTable.Rows {
    fileprivate var document: DocumentTable.Document {
        DocumentTable.Document(
            key: keys.key,
            user: keys.user,
            memory: keys.key,
            agent: nil,
            owner: owner.key,
            session: session,
            type: new.type,
            category: category,
            createdAt: new.createdAt,
            expiresAt: new.fields.expiresAt,
            importance: new.fields.importance,
            length: new.document.length,
            flags: flags,
            tags: new.fields.tags,
            sealing: new.keys?.newest,
            place: place,
            modelWithoutVector: modelWithoutVector
        )
    }
}
