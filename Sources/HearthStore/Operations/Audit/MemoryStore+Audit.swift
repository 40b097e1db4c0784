package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// A page of the audit, with the names that the file has for its numbers: an administrator's view over all users.
    ///
    /// Memory use is bounded by the page. Reading the audit leaves no row in it.
    ///
    /// - Parameters:
    ///   - filter: Which rows.
    ///   - order: Whether the last row comes first or the first.
    ///   - position: The position of the last row of the page before; nil begins at the beginning.
    ///   - limit: How many rows at most, 1…10,000.
    /// - Returns: The rows, and what the next page begins behind; nil after the last.
    /// - Throws: `.invalidArgument`; `.unknownAgent` for a filter by an agent that the file does not know;
    ///   `.storeCorrupt` for a row that does not read.
    package func auditEntries(
        matching filter: AuditFilter = .init(),
        order: AuditOrder = .newestFirst,
        after position: Int? = nil,
        limit: Int = 100
    ) async throws -> (rows: [AuditRow], next: Int?) {
        try Self.check(limit: limit)
        let filter = try ValidatedAuditFilter(filter)
        let rows = try await readUntilCancelled { snapshot in
            try AuditPage(filter: filter, order: order, position: position, limit: limit).read(snapshot)
        }
        return (rows, rows.count == limit ? rows.last?.position : nil)
    }

    /// The end of the audit chain, as text: how many rows there are, and the hash of the last one.
    ///
    /// It costs the same however long the audit is. It says where the chain ends, and not that the chain is sound.
    package func auditAnchor() throws -> String {
        try read { snapshot in
            try AuditAnchor(AuditEnd.read(snapshot.connection)).text
        }
    }

    /// Checks the audit chain alone: every row, the stored ends, the triggers, and that the chain passes through an
    /// anchor.
    ///
    /// Damage is reported, not thrown. Memory use does not grow with the audit.
    ///
    /// - Throws: `.invalidArgument` for an anchor that is not well formed.
    package func verifyAudit(anchor: String? = nil) async throws -> VerificationReport {
        let anchor = try anchor.map(AuditAnchor.init(text:))
        do {
            return try await readUntilCancelled { snapshot in
                var report = VerificationReport()
                try AuditVerification.check(snapshot.connection, anchor: anchor, into: &report)
                return report
            }
        } catch let error as MemoryError where error.code == .storeCorrupt {
            var report = VerificationReport()
            report.add("file", error.message)
            return report
        }
    }

    /// Writes out the audit as lines of JSON that suffice to verify the chain, all of one state of the file.
    ///
    /// Rows have the numbers of agents, users and memories and no names, so an export tells nothing of what is erased
    /// later.
    ///
    /// - Parameter sink: Gets each line, with its line break, on a thread of its own. What it throws ends the export.
    /// - Returns: The anchor of the chain's end.
    package func exportAudit(to sink: @escaping @Sendable (String) throws -> Void) async throws -> String {
        try await readUntilCancelled { snapshot in
            let connection = snapshot.connection
            let end = try AuditEnd.read(connection)
            try sink(AuditLines.beginning(behind: AuditEnd.readPruned(connection)))
            try connection.forEachAuditRow { row in try sink(AuditLines.line(row)) }
            try sink(AuditLines.ending(at: end))
            return AuditAnchor(end).text
        }
    }
}

/// A filter whose values are in the form that the file has.
private struct ValidatedAuditFilter: Sendable {
    var agentID: AgentID?
    var userID: UserID?
    var memoryID: MemoryID?
    var actions: Set<AuditAction>
    var since: Timestamp
    var until: Timestamp?

    init(_ filter: AuditFilter) throws(MemoryError) {
        agentID = try filter.agentID?.validated()
        userID = try filter.userID?.validated()
        memoryID = try filter.memoryID?.validated()
        actions = filter.actions
        since = try filter.since.map { date throws(MemoryError) in try Timestamp(date, name: "since") } ?? .earliest
        until = try filter.until.map { date throws(MemoryError) in try Timestamp(date, name: "until") }
    }
}

/// A page of the audit that is to be read.
private struct AuditPage: Sendable {
    var filter: ValidatedAuditFilter
    var order: AuditOrder
    var position: Int?
    var limit: Int

    func read(_ snapshot: Snapshot) throws -> [AuditRow] {
        let connection = snapshot.connection
        let agent = try filter.agentID.map { id throws(MemoryError) in try snapshot.directory.agent(id).key }
        // No row has such a number.
        let user = try filter.userID.map { try UserTable.find($0, in: connection) ?? 0 }
        let memories = try filter.memoryID.map { id in
            try [MemoryNames.plain(id, in: connection)].compactMap(\.self)
                + MemoryNames.namesakes(of: id, in: connection)
        }
        let found = try connection.rowsDynamic(
            Self.statement(order),
            [
                position.map(Int64.init) ?? (order == .newestFirst ? Int64.max : 0),
                agent,
                user,
                memories.map { FieldText.array($0.map(String.init)) },
                filter.actions.isEmpty ? nil : FieldText.array(filter.actions.map(\.rawValue)),
                filter.since.rawValue,
                filter.until?.rawValue,
                limit,
            ],
            as: Self.row
        )
        return try found.map { row in
            var row = row
            row.memoryIDs = try row.memoryKeys.map { key in
                try connection.first(
                    "SELECT identifier FROM memories WHERE memory_key = ?1",
                    key,
                    as: { $0.memoryID(0) }
                )
            }
            return row
        }
    }

    private static func statement(_ order: AuditOrder) -> String {
        """
        SELECT a.position, a.at, a.action, a.agent_key, g.agent_id, a.user_key, u.user_id, a.memories, a.detail, a.hash
        FROM audit AS a LEFT JOIN agents AS g ON g.agent_key = a.agent_key LEFT JOIN users AS u ON u.user_key = a.user_key
        WHERE a.position \(order == .newestFirst ? "<" : ">") ?1 AND (?2 IS NULL OR a.agent_key = ?2)
            AND (?3 IS NULL OR a.user_key = ?3)
            AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(?4) AS k WHERE instr(a.memories, '"' || k.value || '"') > 0))
            AND (?5 IS NULL OR a.action IN (SELECT value FROM json_each(?5)))
            AND a.at >= ?6 AND (?7 IS NULL OR a.at < ?7)
        ORDER BY a.position \(order == .newestFirst ? "DESC" : "ASC") LIMIT ?8
        """
    }

    private static func row(_ row: Row) throws -> AuditRow {
        let (keys, detail) = try lists(row)
        return AuditRow(
            position: row.int(0),
            microseconds: row.int64(1),
            action: AuditAction(rawValue: row.string(2)),
            agentKey: row.int64(3),
            agentID: row.optionalString(4).map(AgentID.init(rawValue:)),
            userKey: row.optionalInt64(5),
            userID: row.optionalString(6).map(UserID.init(rawValue:)),
            memoryKeys: keys,
            memoryIDs: [],
            detail: detail,
            hash: Hexadecimal.string(row.bytes(9))
        )
    }

    /// - Throws: `.storeCorrupt`, which names the row.
    private static func lists(_ row: Row) throws -> (memories: [Int64], detail: [String: String]) {
        do {
            let memories = try FieldText.array(from: row.string(7))
            let keys = memories.compactMap { Int64($0) }
            if keys.count == memories.count { return (keys, try FieldText.object(from: row.string(8))) }
        } catch {
            throw MemoryError.corrupt("Audit row \(row.int64(0)) does not read.")
        }
        throw MemoryError.corrupt("Audit row \(row.int64(0)) does not read.")
    }
}
