import HearthModel
import HearthRules
import HearthSQLite

/// Every version against its id, and every published head against the versions.
enum MemoryVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let keys = try snapshot.connection.rows(
            "SELECT memory_key, memory_id FROM memories WHERE state != 'folded' ORDER BY memory_key",
            as: { ($0.int64(0), MemoryID(rawValue: $0.string(1))) }
        )
        for (key, id) in keys {
            report.memories += 1
            do {
                guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: snapshot) else {
                    report.add("memory", "Memory \(id) has lost its user, its head or its document.")
                    continue
                }
                try check(record, in: snapshot, into: &report)
            } catch let error as MemoryError where error.code == .storeCorrupt {
                report.add("memory", error.message)
            }
        }
    }

    /// Reading a version checks it against its id; what is left is how they hang together.
    private static func check(
        _ record: MemoryRecord,
        in snapshot: Snapshot,
        into report: inout VerificationReport
    ) throws {
        let versions = try VersionReader(of: record.key, id: record.id, in: snapshot).all()
        report.versions += versions.count
        let graph = VersionGraph(versions.map(\.version))
        let known = Set(versions.map(\.version.id))
        for version in versions where !known.isSuperset(of: version.version.parents) {
            report.add(
                "version",
                "Version \(version.version.id) of memory \(record.id) has a parent that is not there."
            )
        }
        let heads = Set(graph.heads)
        if heads != Set(versions.lazy.filter(\.isHead).map(\.version.id)) {
            report.add("version", "The heads of memory \(record.id) are not its versions without children.")
        }
        if !heads.contains(record.head) {
            report.add("memory", "The published head of memory \(record.id) is not one of its heads.")
        }
        let isWaiting = try ConflictTable.waiting(on: record, in: snapshot.connection) != nil
        if isWaiting != (heads.count > 1) {
            report.add(
                "conflict",
                "Memory \(record.id) has \(heads.count) heads and \(isWaiting ? "a" : "no") conflict that waits."
            )
        }
    }
}

/// Every draft against its digest.
enum DraftVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let owners = try snapshot.connection.rows(
            "SELECT memory_key, agent_key FROM drafts ORDER BY draft_key",
            as: { ($0.int64(0), $0.int64(1)) }
        )
        for (memory, agent) in owners {
            report.drafts += 1
            do {
                _ = try DraftTable.find(memory: memory, agent: agent, in: snapshot.connection)
            } catch let error as MemoryError where error.code == .storeCorrupt {
                report.add("draft", error.message)
            }
        }
    }
}

/// The documents against the memories and drafts that they stand for.
enum DocumentVerification {
    static func check(_ connection: Connection, into report: inout VerificationReport) throws {
        try connection.forEach(
            """
            SELECT d.document_key FROM documents AS d JOIN memories AS m ON m.memory_key = d.document_key
            JOIN categories AS c ON c.category_key = d.category_key
            WHERE d.agent_key IS NULL AND ((d.flags & 1 = 0) != (m.state = 'live') OR d.user_key != m.user_key
                OR d.owner_key != m.owner_key OR d.session_key IS NOT m.session_key OR d.created_at != m.created_at
                OR d.expires_at IS NOT m.expires_at OR d.importance != m.importance OR c.name != m.category)
            """,
            do: { report.add("document", "Document \($0.int64(0)) is not what its memory says.") }
        )
        try connection.forEach(
            """
            SELECT d.document_key FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key
            WHERE d.agent_key IS NOT NULL AND ((d.flags & 1 = 0) != (r.draft_key IS NOT NULL) OR d.flags & 1 = 0 AND (
                (d.flags & 2 != 0) != (m.state != 'live' OR r.changed_fields & 128 != 0) OR d.agent_key != r.agent_key
                OR d.memory_key != r.memory_key OR d.importance != coalesce(r.importance, m.importance)
                OR d.expires_at IS NOT iif(r.changed_fields & 64, r.expires_at, m.expires_at)))
            """,
            do: { report.add("document", "Document \($0.int64(0)) is not what its draft says.") }
        )
        try connection.forEach(
            """
            SELECT draft_key FROM drafts WHERE NOT EXISTS (
                SELECT 1 FROM documents AS d WHERE d.user_key = drafts.user_key AND d.document_key = drafts.draft_key)
            """,
            do: { report.add("document", "Draft \($0.int64(0)) has lost its document.") }
        )
    }
}
