package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Suggests another importance for memories whose use says so, the greatest differences first; it changes nothing.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - limit: How many at most, 1…1,000.
    package func importanceSuggestions(userID: UserID? = nil, limit: Int = 100) async throws -> [ImportanceSuggestion] {
        guard (1...1_000).contains(limit) else {
            throw MemoryError.invalidArgument("The limit is \(limit); it must be from 1 to 1,000.")
        }
        if !isReadOnly { try await flushReadCounts() }
        let now = clock.now()
        return try await readUntilCancelled { snapshot in
            try AnalyticsReader(snapshot, userID: userID?.validated(), now: now).importanceSuggestions(limit: limit)
        }
    }

    /// Publishes suggested importances as edits by `system`, in one transaction; durable on return.
    ///
    /// A memory that was edited since, or has a live lease, a draft or a waiting conflict, is left as it is.
    package func applyImportances(_ suggestions: [ImportanceSuggestion]) async throws -> ImportanceReport {
        guard !suggestions.isEmpty else { return ImportanceReport() }
        return try await writePublishing { context in
            var report = ImportanceReport()
            for suggestion in suggestions {
                if let reason = try context.apply(suggestion) {
                    report.skipped.append(.init(memoryID: suggestion.memoryID, reason: reason))
                } else {
                    report.changed.append(suggestion.memoryID)
                }
            }
            guard !report.changed.isEmpty else { return report }
            let system = try context.directory.agent(AgentProfile.system.id).key
            let detail = ["change": "importance", "memories": "\(report.changed.count)"]
            let entry = AuditEntry(action: .administer, agent: system, detail: detail)
            try AuditTrail.append(entry, at: context.now, to: context.transaction)
            return report
        }
    }
}

extension WriteContext {
    /// Publishes a suggested importance.
    ///
    /// - Returns: Why not; nil if it was published.
    fileprivate func apply(_ suggestion: ImportanceSuggestion) throws -> String? {
        guard (0...1).contains(suggestion.suggested) else { return "an importance is from 0 to 1" }
        guard let user = try UserTable.find(suggestion.userID, in: connection), directory.contains(suggestion.owner),
            let key = try MemoryNames.key(
                of: suggestion.memoryID,
                user: user,
                owner: directory.agent(suggestion.owner).key,
                in: connection
            ),
            let record = try MemoryRecord.find(key: key, in: snapshot)
        else { return "it is not there any more" }
        guard record.head == suggestion.version else { return "it was edited since" }
        if try LeaseTable.live(memory: key, at: clock.bootInstant, in: connection) != nil { return "it is leased" }
        if try ConflictTable.waiting(on: record, in: connection) != nil { return "a conflict waits on it" }
        let hasDraft = try connection.first(
            "SELECT 1 FROM drafts WHERE memory_key = ?1 LIMIT 1",
            key,
            as: { _ in true }
        )
        guard hasDraft == nil else { return "it has a draft" }
        var fields = record.fields
        fields.importance = suggestion.suggested
        let version = Version(
            memoryID: record.id,
            parents: [record.head],
            author: AgentProfile.system.id,
            node: transaction.state.node,
            time: transaction.nextTime(at: now, after: record.headTime),
            fields: fields,
            number: record.headNumber.saturatingSuccessor,
            digestKey: record.seal?.digestKey
        )
        _ = try publish(version, of: record)
        return nil
    }
}

extension AnalyticsReader {
    /// The suggestions, the greatest differences first.
    func importanceSuggestions(limit: Int) throws -> [ImportanceSuggestion] {
        let day = 86_400_000_000
        var found: [(key: Int64, difference: Double, suggestion: ImportanceSuggestion)] = []
        // Of memories without rows in versions the file has the beginning of the head's id.
        try snapshot.connection.forEach(
            """
            SELECT m.memory_key, m.identifier, u.user_id, o.agent_id, c.name, coalesce(m.importance, 0.5), m.head,
                coalesce(x.count, 0), x.last_at,
                max(coalesce(m.arrived_at, d.created_at), coalesce((SELECT max(v.published_at) FROM versions AS v
                    WHERE v.memory_key = m.memory_key AND v.author_key != s.agent_key), 0)),
                (SELECT count(*) FROM memories AS k WHERE k.parent_id = m.memory_id AND k.user_key = m.user_key AND k.state = 'live'),
                (SELECT count(*) FROM shares AS h WHERE h.user_key = m.user_key AND h.memory_key = m.memory_key AND h.is_revoked = 0)
            FROM memories AS m JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            JOIN users AS u ON u.user_key = m.user_key JOIN agents AS o ON o.agent_key = m.owner_key
            JOIN categories AS c ON c.category_key = m.category_key JOIN agents AS s ON s.agent_id = 'system'
            LEFT JOIN accesses AS x ON x.memory_key = m.memory_key
            WHERE m.state = 'live' AND (m.expires_at IS NULL OR m.expires_at > ?2) AND (?1 IS NULL OR m.user_key = ?1)
            """,
            user,
            now.rawValue
        ) { row in
            let age = Int(max(0, now.rawValue.saturatingSubtracting(row.int64(9)))) / day
            guard age >= ImportanceRules.youngestAge else { return }
            let use = ImportanceRules.Use(
                category: MemoryCategory(rawValue: row.string(4)),
                reads: row.int(7),
                daysSinceRead: row.optionalInt64(8)
                    .map { Int(max(0, now.rawValue.saturatingSubtracting($0))) / day },
                age: age,
                children: row.int(10),
                shares: row.int(11)
            )
            let parts = ImportanceRules.parts(use)
            let (present, suggested) = (row.double(5), ImportanceRules.importance(parts))
            guard ImportanceRules.isWorthwhile(suggested, inPlaceOf: present) else { return }
            let suggestion = ImportanceSuggestion(
                memoryID: row.memoryID(1),
                userID: UserID(rawValue: row.string(2)),
                owner: AgentID(rawValue: row.string(3)),
                version: VersionID(bytes: row.bytes(6)),
                present: present,
                suggested: suggested,
                parts: parts
            )
            found.append((row.int64(0), abs(suggested - present), suggestion))
            // Twice as many are kept, so that sorting is rare.
            if found.count >= 2 * limit { found = Self.greatest(found, limit) }
        }
        return try Self.greatest(found, limit)
            .map { item in
                var suggestion = item.suggestion
                let record = try MemoryRecord.find(key: item.key, opening: .ifPossible, in: snapshot)
                if let record { suggestion.version = record.head }
                return suggestion
            }
    }

    private static func greatest(
        _ found: [(key: Int64, difference: Double, suggestion: ImportanceSuggestion)],
        _ limit: Int
    ) -> [(key: Int64, difference: Double, suggestion: ImportanceSuggestion)] {
        Array(found.sorted { ($1.difference, $0.key) < ($0.difference, $1.key) }.prefix(limit))
    }
}
