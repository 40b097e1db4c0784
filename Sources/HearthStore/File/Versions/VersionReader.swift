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
    private static let one = ComposedSQL(columns, "WHERE memory_key = ?1 AND version_id = ?2")
    private static let ofMemory = ComposedSQL(columns, "WHERE memory_key = ?1 ORDER BY number, time, version_id")

    private let memory: Int64
    private let id: MemoryID
    private let snapshot: Snapshot
    private var texts: [VersionID: [UInt8]] = [:]
    private var versions: [VersionID: StoredVersion] = [:]

    init(of memory: Int64, id: MemoryID, in snapshot: Snapshot) {
        self.memory = memory
        self.id = id
        self.snapshot = snapshot
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
        return try complete(row)
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
        fields.content = String(decoding: try text(of: row.id), as: UTF8.self)
        let version = Version(
            memoryID: id,
            parents: row.parents,
            author: try snapshot.directory.agent(key: row.author).id,
            node: row.node,
            time: row.time,
            fields: fields,
            number: row.number
        )
        guard version.id == row.id else {
            throw MemoryError.corrupt("Version \(row.id) of memory \(id) is not what its id says.")
        }
        let stored = StoredVersion(
            version: version,
            isHead: row.isHead,
            publishedAt: row.publishedAt,
            publishedOrder: row.publishedOrder
        )
        versions[row.id] = stored
        return stored
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
            SELECT v.content_form, v.content_base, v.content, iif(v.content_form = 'head', m.content, NULL)
            FROM all_versions AS v JOIN memories AS m ON m.memory_key = v.memory_key
            WHERE v.memory_key = ?1 AND v.version_id = ?2
            """,
            memory,
            version.bytes,
            as: StoredText.init
        )
        guard let kept else { throw missing(version) }
        return kept
    }

    private func missing(_ version: VersionID) -> MemoryError {
        .corrupt("Version \(version) of memory \(id) is missing.")
    }
}

/// A text in the form in which it is stored.
private struct StoredText {
    var whole: [UInt8]?
    var base: VersionID?
    /// Nil if the text is equal to the base's.
    var delta: [UInt8]?

    init(_ row: Row) throws {
        switch row.string(0) {
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

/// A row of `versions`, without the text.
private struct VersionRow {
    var id: VersionID
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
        id = VersionID(bytes: row.bytes(0))
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
}

extension MemoryVersion {
    /// A version as a host gets it.
    init(_ version: Version) {
        let fields = version.fields
        let checksum = ContentDigest.canonical(fields.content, exact: ContentDigest.exact(fields.content))
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
