import FoundationEssentials
import HearthModel
import HearthRules
import HearthSQLite

/// A memory's row with its published head, the same for every agent.
struct MemoryRecord: Sendable {
    var key: Int64
    var id: MemoryID
    var userKey: Int64
    var userID: UserID
    var owner: AgentID
    var ownerKey: Int64
    var sessionKey: Int64?
    var sessionID: SessionID?
    var type: MemoryType
    var fields: MemoryFields
    var createdAt: Timestamp
    var arrivedAt: Timestamp
    var parentID: MemoryID?
    var head: VersionID
    var headNumber: Int
    var headTime: HybridTime
    var publishedAt: Timestamp
    var flags: DocumentFlags
    var accessCount: Int64
    var lastAccessedAt: Timestamp?
    /// SHA-256 of the content's canonical form; of a sensitive memory, the HMAC of that.
    var checksum: [UInt8]
    /// What opens and seals it; nil for a plain memory.
    var seal: MemorySeal?
    /// The number of the data key that its head is sealed with, and its words and its vector; nil for a plain memory.
    var sealedWith: UInt32?

    /// Whether its text, tags and metadata are missing and nothing was checked: it is sensitive and was read without its keys,
    /// or was read though it may be damaged. That is enough to decide who may see it.
    var isLocked = false
    var isSensitive: Bool

    /// When its fields were last edited. For the first version that is when the memory was created.
    var updatedAt: Timestamp { headNumber == 1 ? createdAt : max(createdAt, headTime.timestamp) }

    func isExpired(at time: Timestamp) -> Bool {
        fields.isExpired(at: time)
    }
}

extension MemoryRecord {
    /// What its words and its vector are sealed with; nil for a plain memory.
    var dataKey: DataKey? {
        get throws {
            guard let seal, let sealedWith else { return nil }
            return try seal.keys.dataKey(sealedWith)
        }
    }

    /// What the words and the vector of a draft of it are sealed with; nil for a plain memory.
    func dataKey(of draft: Draft) throws -> DataKey? {
        guard let seal, let sealedWith = draft.sealedWith else { return nil }
        return try seal.keys.dataKey(sealedWith)
    }
}

extension MemoryRecord {
    /// What becomes of a sensitive memory whose keys are not in memory.
    enum Opening {
        /// ``KeysNeeded`` is thrown.
        case required
        /// It is read all the same, and is locked.
        case ifPossible
        /// Any memory is read so, also one that is damaged.
        case never
    }

    /// - Throws: ``KeysNeeded`` if it was read without its keys.
    func requireOpen() throws {
        if isLocked { throw KeysNeeded(user: userKey) }
    }
}

extension MemoryRecord {
    /// Reads a live memory and checks its head against its id.
    ///
    /// - Throws: `.storeCorrupt` if the head's id was not made from these fields.
    static func find(
        _ id: MemoryID,
        includingDeleted: Bool = false,
        opening: Opening = .required,
        in snapshot: Snapshot
    ) throws -> MemoryRecord? {
        try find(key: nil, id: id, document: nil, includingDeleted: includingDeleted, opening: opening, in: snapshot)
    }

    /// Reads a memory by its key and checks its head against its id.
    ///
    /// - Parameters:
    ///   - key: The memory's key.
    ///   - includingDeleted: Whether to find a memory whose published head is a deletion. Its fields then say so.
    ///   - snapshot: Where to read.
    static func find(
        key: Int64,
        includingDeleted: Bool = false,
        opening: Opening = .required,
        in snapshot: Snapshot
    ) throws -> MemoryRecord? {
        try find(key: key, id: nil, document: nil, includingDeleted: includingDeleted, opening: opening, in: snapshot)
    }

    /// Reads the live memory of a document that a cache knows, and checks its head against its id.
    ///
    /// Where the document is the memory's own, its row is not read.
    static func find(of entry: DocumentEntry, in snapshot: Snapshot) throws -> MemoryRecord? {
        try find(
            key: entry.memory,
            id: nil,
            document: entry.isDraft ? nil : entry,
            includingDeleted: false,
            opening: .required,
            in: snapshot
        )
    }

    /// Finds a memory by its key, or else by its id. There is one statement for both.
    ///
    /// Names are looked up apart, because they are mostly in memory. A version has a row of its own only where the
    /// memory has all of its id.
    private static func find(
        key: Int64?,
        id: MemoryID?,
        document: DocumentEntry?,
        includingDeleted: Bool,
        opening: Opening,
        in snapshot: Snapshot
    ) throws -> MemoryRecord? {
        try snapshot.connection.first(
            """
            SELECT m.memory_key, m.identifier, m.user_key, m.category_key, m.owner_key, m.session_key,
                coalesce(?6, d.flags),
                m.type, a.count, m.content, m.tags, m.metadata, coalesce(m.importance, ?4), coalesce(m.confidence, ?5),
                m.expires_at, m.created_at, m.parent_id, m.head, m.head_number, m.head_lag, a.last_at, v.parents,
                coalesce(v.author_key, m.owner_key), v.node, v.published_at, v.is_deleted,
                coalesce(m.arrived_at, ?7, d.created_at),
                m.is_sensitive, m.sealed, m.provenance
            FROM memories AS m
            LEFT JOIN versions AS v ON v.memory_key = iif(length(m.head) > ?8, m.memory_key, NULL) AND v.version_id = m.head
            LEFT JOIN accesses AS a ON a.memory_key = m.memory_key
            LEFT JOIN documents AS d ON d.user_key = iif(?6 IS NULL, m.user_key, NULL) AND d.document_key = m.memory_key
            WHERE m.memory_key = coalesce(?1, (SELECT memory_key FROM memories
                    WHERE identifier_start = iif(typeof(?3) = 'blob', substr(?3, 1, 8), ?3) AND identifier = ?3))
                AND (m.state = 'live' OR ?2 AND m.state = 'deleted')
            """,
            key,
            includingDeleted,
            id?.stored,
            SchemaV2.usualImportance,
            SchemaV2.usualConfidence,
            document.map { Int($0.flags.rawValue) },
            document?.createdAt,
            SchemaV3.checkLength,
            as: { try read($0, opening: opening, in: snapshot) }
        ) ?? nil
    }

    /// Reads a row; nil if what belongs to every memory is missing: its document, its user or its category.
    private static func read(_ row: Row, opening: Opening, in snapshot: Snapshot) throws -> MemoryRecord? {
        guard opening != .never else { return try readUnchecked(row, in: snapshot) }
        let id = row.memoryID(1)
        guard let place = UInt8(exactly: row.int64(7)), let type = MemoryType(place: place) else {
            throw MemoryError.corrupt("The type of memory \(id) does not read.")
        }
        guard let flags = row.optionalInt64(6), let user = try snapshot.user(row.int64(2)),
            let category = try snapshot.category(row.int64(3))
        else { return nil }
        var fields = MemoryFields(
            content: row.string(9),
            category: category,
            tags: try FieldText.array(from: row.string(10)),
            importance: row.double(12),
            confidence: row.double(13),
            metadata: try FieldText.object(from: row.string(11)),
            expiresAt: row.optionalInt64(14).map(Timestamp.init(rawValue:)),
            isDeleted: row.bool(25),
            provenance: try StoredProvenance.read(row, 29)
        )
        let head = row.bytes(17)
        let isSensitive = row.bool(27)
        let isLocked = isSensitive && opening == .ifPossible && snapshot.keyring.loaded(row.int64(2)) == nil
        let seal = try snapshot.seal(of: id, user: row.int64(2), isSensitive: isSensitive && !isLocked)
        let sealed = row.optionalBytes(28)
        if let seal { fields = try seal.open(sealed, as: .head(version: head)).completing(fields) }
        let arrivedAt = Timestamp(rawValue: row.int64(26))
        let headTime = MemoryColumns.time(lag: row.int64(19), arrivedAt: arrivedAt)
        let digest = ContentDigest.exact(fields.content)
        let expected = VersionDigest.bytes(
            memoryID: id,
            parents: VersionID.list(row.bytes(21)),
            author: try snapshot.directory.agent(key: row.int64(22)).id,
            node: row.optionalString(23) ?? snapshot.state.node,
            time: headTime,
            fields: fields,
            contentDigest: digest,
            number: row.int(18),
            key: seal?.digestKey
        )
        // Where a plain memory has only this version, the file holds the beginning of its id.
        guard isLocked || expected == head || head.count == SchemaV3.checkLength && expected.starts(with: head) else {
            throw MemoryError.corrupt("Memory \(id) is not what its version's digest says.")
        }
        return MemoryRecord(
            key: row.int64(0),
            id: id,
            userKey: row.int64(2),
            userID: user,
            owner: try snapshot.directory.agent(key: row.int64(4)).id,
            ownerKey: row.int64(4),
            sessionKey: row.optionalInt64(5),
            sessionID: try row.optionalInt64(5).flatMap { try snapshot.session($0) },
            type: type,
            fields: fields,
            createdAt: row.optionalInt64(15).map(Timestamp.init(rawValue:)) ?? arrivedAt,
            arrivedAt: arrivedAt,
            parentID: row.optionalString(16).map(MemoryID.init(rawValue:)),
            head: VersionID(bytes: isLocked ? head : expected),
            headNumber: row.int(18),
            headTime: headTime,
            publishedAt: row.optionalInt64(24).map(Timestamp.init(rawValue:)) ?? arrivedAt,
            flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: flags)),
            accessCount: row.int64(8),
            lastAccessedAt: row.optionalInt64(20).map(Timestamp.init(rawValue:)),
            checksum: ContentDigest.checksum(of: fields.content, exact: digest, key: seal?.digestKey),
            seal: seal,
            sealedWith: seal == nil ? nil : sealed.flatMap(Seal.number),
            isLocked: isLocked,
            isSensitive: isSensitive
        )
    }

    /// Reads no more of a row than whose memory it is; nil if the user is missing. The rest is as of a memory that says nothing.
    private static func readUnchecked(_ row: Row, in snapshot: Snapshot) throws -> MemoryRecord? {
        guard let user = try snapshot.user(row.int64(2)) else { return nil }
        let arrivedAt = Timestamp(rawValue: row.int64(26))
        return MemoryRecord(
            key: row.int64(0),
            id: row.memoryID(1),
            userKey: row.int64(2),
            userID: user,
            owner: try snapshot.directory.agent(key: row.int64(4)).id,
            ownerKey: row.int64(4),
            type: UInt8(exactly: row.int64(7)).flatMap(MemoryType.init(place:)) ?? .episodic,
            fields: MemoryFields(
                content: "",
                category: try snapshot.category(row.int64(3)) ?? .general,
                tags: [],
                importance: 0,
                confidence: 0,
                metadata: [:],
                expiresAt: row.optionalInt64(14).map(Timestamp.init(rawValue:)),
                isDeleted: row.bool(25),
                provenance: .standard
            ),
            createdAt: arrivedAt,
            arrivedAt: arrivedAt,
            head: VersionID(bytes: row.bytes(17)),
            headNumber: row.int(18),
            headTime: .zero,
            publishedAt: arrivedAt,
            flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.optionalInt64(6) ?? 0)),
            accessCount: row.int64(8),
            checksum: [],
            isLocked: true,
            isSensitive: row.bool(27)
        )
    }

    /// The same record with the counts that the file has now.
    func withPresentCounts(in connection: Connection) throws -> MemoryRecord {
        var record = self
        let counts = try connection.first(
            "SELECT count, last_at FROM accesses WHERE memory_key = ?1",
            key,
            as: { ($0.int64(0), Timestamp(rawValue: $0.int64(1))) }
        )
        (record.accessCount, record.lastAccessedAt) = (counts?.0 ?? 0, counts?.1)
        return record
    }
}

extension VersionID {
    /// Version ids one after the other, 32 bytes each.
    static func list(_ bytes: [UInt8]) -> [VersionID] {
        stride(from: 0, to: bytes.count, by: 32).map { VersionID(bytes: Array(bytes[$0..<min($0 + 32, bytes.count)])) }
    }
}
