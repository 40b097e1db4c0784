import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// Reads the versions of one memory and checks each against its id.
///
/// It keeps the texts that it has put together, because the next text is mostly stored as a difference from one of
/// them.
final class VersionReader {
    private static let columns = """
        SELECT version_id, parents, author_key, node, time, number, category, tags, metadata, importance, confidence, expires_at,
            is_deleted, is_head, published_at, published_order,
            CASE WHEN EXISTS (SELECT 1 FROM versions AS w WHERE w.memory_key = v.memory_key AND w.version_id = v.version_id)
                THEN (SELECT provenance FROM versions AS w WHERE w.memory_key = v.memory_key AND w.version_id = v.version_id)
                ELSE (SELECT provenance FROM memories AS m WHERE m.memory_key = v.memory_key) END
        FROM all_versions AS v
        """
    private static let one = ComposedSQL(columns, "WHERE memory_key = ?1 AND version_id IN (?2, substr(?2, 1, 8))")
    private static let ofMemory = ComposedSQL(columns, "WHERE memory_key = ?1 ORDER BY number, time, version_id")

    private let memory: Int64
    private let id: MemoryID
    private let snapshot: Snapshot
    private let seal: MemorySeal?
    private var texts: [VersionID: [UInt8]] = [:]
    /// What was sealed of each version beside its text.
    private var payloads: [VersionID: SealedPayload] = [:]
    private var versions: [VersionID: StoredVersion] = [:]

    /// Prepares to read the versions of a memory.
    ///
    /// - Parameter seal: What opens the memory; nil for a plain one.
    init(of memory: Int64, id: MemoryID, sealedBy seal: MemorySeal?, in snapshot: Snapshot) {
        self.memory = memory
        self.id = id
        self.seal = seal
        self.snapshot = snapshot
    }

    convenience init(of record: MemoryRecord, in snapshot: Snapshot) {
        self.init(of: record.key, id: record.id, sealedBy: record.seal, in: snapshot)
    }

    /// A version by its id.
    ///
    /// - Throws: `.storeCorrupt` if the version is missing or does not match its id.
    func version(_ version: VersionID) throws -> Version {
        try stored(version).version
    }

    /// A version by its id, and when it was published.
    func stored(_ version: VersionID) throws -> StoredVersion {
        if let known = versions[version] { return known }
        let row = try snapshot.connection.first(
            Self.one,
            memory,
            version.bytes,
            as: { try VersionRow($0, node: self.snapshot.state.node) }
        )
        guard let row else { throw missing(version) }
        let stored = try complete(row)
        guard stored.version.id == version else { throw missing(version) }
        return stored
    }

    /// Every version. The lowest number comes first, and among equal numbers the earliest edit.
    func all() throws -> [StoredVersion] {
        let rows = try snapshot.connection.rows(
            Self.ofMemory,
            memory,
            as: { try VersionRow($0, node: self.snapshot.state.node) }
        )
        // From the newest to the oldest, because an old text is a difference from a newer one.
        return try Array(rows.reversed().map(complete).reversed())
    }

    /// A version with its text.
    private func complete(_ row: VersionRow) throws -> StoredVersion {
        if let known = versions[row.id] { return known }
        var fields = row.fields
        fields.content = String(decoding: try row.isOnly ? onlyText() : text(of: row.id), as: UTF8.self)
        if seal != nil {
            var payload = try payloads[row.id] ?? self.payload(of: row.id)
            payload.text = nil
            fields = payload.completing(fields)
        }
        let version = Version(
            memoryID: id,
            parents: row.parents,
            author: try snapshot.directory.agent(key: row.author).id,
            node: row.node,
            time: row.time,
            fields: fields,
            number: row.number,
            digestKey: seal?.digestKey
        )
        guard row.isOnly ? version.id.bytes?.starts(with: row.storedID) == true : version.id == row.id else {
            throw MemoryError.corrupt("Version \(row.id) of memory \(id) is not what its id says.")
        }
        let stored = StoredVersion(
            version: version,
            isHead: row.isHead,
            publishedAt: row.publishedAt,
            publishedOrder: row.publishedOrder
        )
        versions[version.id] = stored
        return stored
    }

    /// The text of a memory's only version.
    private func onlyText() throws -> [UInt8] {
        try snapshot.connection.first(
            "SELECT content FROM memories WHERE memory_key = ?1",
            memory,
            as: { $0.bytes(0) }
        ) ?? []
    }

    /// The text of a version, put together by way of the versions that it is stored as a difference from.
    private func text(of version: VersionID) throws -> [UInt8] {
        var chain: [(id: VersionID, kept: StoredText)] = []
        var seen: Set<VersionID> = []
        var next = version
        var text: [UInt8]
        while true {
            if let known = texts[next] {
                text = known
                break
            }
            guard seen.insert(next).inserted else {
                throw MemoryError.corrupt(
                    "Versions of memory \(id) are kept as differences from one another in a circle."
                )
            }
            let kept = try keptText(of: next)
            if let whole = kept.whole {
                text = whole
                texts[next] = text
                break
            }
            guard let base = kept.base else { throw missing(next) }
            chain.append((next, kept))
            next = base
        }
        for (id, kept) in chain.reversed() {
            if let delta = kept.delta { text = try Self.decode(delta, reference: text) }
            texts[id] = text
        }
        return text
    }

    private static func decode(_ delta: [UInt8], reference: [UInt8]) throws -> [UInt8] {
        do {
            return try TextDelta.decode(delta, reference: reference, limit: FieldLimits.maximumContentLength)
        } catch {
            throw MemoryError.corrupt("A version's stored difference can't be read: \(error.reason).")
        }
    }

    private func keptText(of version: VersionID) throws -> StoredText {
        let kept = try snapshot.connection.first(
            """
            SELECT v.content_form, v.content_base, v.content, iif(v.content_form = 'head', m.content, NULL),
                iif(v.content_form = 'head', m.sealed, v.sealed), m.head
            FROM all_versions AS v JOIN memories AS m ON m.memory_key = v.memory_key
            WHERE v.memory_key = ?1 AND v.version_id = ?2
            """,
            memory,
            version.bytes,
            as: { row in
                var kept = try StoredText(row)
                guard let seal else { return kept }
                // In the form of a head there is the text of the memory's head and of no other version.
                let place: MemorySeal.Place =
                    kept.form == "head"
                    ? .head(version: row.bytes(5))
                    : .version(version.bytes ?? [], form: kept.form, base: row.optionalBytes(1))
                let payload = try seal.open(row.optionalBytes(4), as: place)
                payloads[version] = payload
                if kept.whole != nil { kept.whole = payload.text ?? [] }
                if kept.delta != nil { kept.delta = payload.text ?? [] }
                return kept
            }
        )
        guard let kept else { throw missing(version) }
        return kept
    }

    /// What is sealed of a version whose text was put together by way of another.
    private func payload(of version: VersionID) throws -> SealedPayload {
        _ = try keptText(of: version)
        guard let payload = payloads[version] else { throw missing(version) }
        return payload
    }

    private func missing(_ version: VersionID) -> MemoryError {
        .corrupt("Version \(version) of memory \(id) is missing.")
    }
}

/// A text in the form in which it is stored.
private struct StoredText {
    var form: String
    var whole: [UInt8]?
    var base: VersionID?
    /// Nil if the text is equal to the base's.
    var delta: [UInt8]?

    init(_ row: Row) throws {
        form = row.string(0)
        switch form {
        case "head": whole = row.bytes(3)
        case "whole": whole = row.bytes(2)
        case "delta":
            base = row.optionalBytes(1).map { VersionID(bytes: $0) }
            delta = row.bytes(2)
        case "same": base = row.optionalBytes(1).map { VersionID(bytes: $0) }
        default: throw MemoryError.corrupt("The form of a version's text does not read.")
        }
    }
}

/// A row of `all_versions`, without the text.
private struct VersionRow {
    /// The version's id; of a memory's only version, the beginning of it.
    var storedID: [UInt8]
    var parents: [VersionID]
    var author: Int64
    var node: String
    var time: HybridTime
    var number: Int
    var fields: MemoryFields
    var isHead: Bool
    var publishedAt: Timestamp
    var publishedOrder: Int64

    init(_ row: Row, node: String) throws {
        storedID = row.bytes(0)
        parents = VersionID.list(row.bytes(1))
        author = row.int64(2)
        self.node = row.optionalString(3) ?? node
        time = HybridTime(rawValue: row.int64(4))
        number = row.int(5)
        fields = MemoryFields(
            content: "",
            category: MemoryCategory(rawValue: row.string(6)),
            tags: try FieldText.array(from: row.string(7)),
            importance: row.double(9),
            confidence: row.double(10),
            metadata: try FieldText.object(from: row.string(8)),
            expiresAt: row.optionalInt64(11).map(Timestamp.init(rawValue:)),
            isDeleted: row.bool(12),
            provenance: try StoredProvenance.read(row, 16)
        )
        isHead = row.bool(13)
        publishedAt = Timestamp(rawValue: row.int64(14))
        publishedOrder = row.int64(15)
    }

    var id: VersionID { VersionID(bytes: storedID) }

    /// Whether it is the only version of its memory.
    var isOnly: Bool { storedID.count == SchemaV3.checkLength }
}

extension MemoryVersion {
    /// A version as a host gets it.
    init(_ version: Version) {
        let fields = version.fields
        let checksum = ContentDigest.checksum(of: fields.content, key: version.digestKey)
        self.init(
            id: version.id,
            memoryID: version.memoryID,
            number: version.number,
            parents: version.parents,
            author: version.author,
            createdAt: version.time.timestamp.date,
            content: fields.content,
            category: fields.category,
            tags: fields.tags,
            importance: fields.importance,
            confidence: fields.confidence,
            metadata: fields.metadata,
            expiresAt: fields.expiresAt?.date,
            isDeleted: fields.isDeleted,
            checksum: Hexadecimal.string(checksum),
            provenance: fields.provenance
        )
    }
}
