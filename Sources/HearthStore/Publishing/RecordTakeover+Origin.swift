import HearthModel
import HearthRules
import HearthSQLite

/// What is said of a memory beside its versions: session, type, time of creation and parent.
///
/// Several devices may have had a memory of one identifier before they met, from an import say. Then what goes with the
/// earliest of its first versions holds, by hybrid time and id, whatever came first. If it is the same version with different
/// words about it, the earliest time of creation holds, and then type, session and parent in their order.
extension RecordTakeover {
    /// Takes over what goes with a first version, if it holds. The version itself is not in the file yet, or was before.
    ///
    /// - Returns: Whether that has changed the memory.
    func take(_ origin: VersionFact.Origin?, of made: Version, in record: MemoryRecord) throws -> Bool {
        guard let origin, let found = try FoundMemory.find(record.key, in: connection) else { return false }
        let told = try withoutRemovedParent(origin, of: record.userID)
        guard told.precedes(found.origin) || found.origin.precedes(told) else { return false }
        if let first = try firstStamp(of: record),
            made.stamp > first || made.stamp == first && !told.precedes(found.origin)
        {
            try DeviceOrigins.note(told, of: record.key, in: connection)
            return false
        }
        try DeviceOrigins.note(found.origin, of: record.key, in: connection)
        let session = try told.session.flatMap { try SessionTable.find($0, user: record.userKey, in: connection) }
        // The time of arrival may be kept as that of creation alone.
        try connection.run(
            """
            UPDATE memories SET session_key = ?2, type = ?3, parent_id = ?4, arrived_at = coalesce(arrived_at, ?6), created_at = ?5
            WHERE memory_key = ?1
            """,
            record.key,
            session,
            Int(told.type.place),
            told.parent?.rawValue,
            told.createdAt,
            record.arrivedAt.rawValue
        )
        // Drafts have documents too.
        try connection.run(
            """
            UPDATE documents SET session_key = ?3, type = ?4, created_at = ?5, changed = ?6
            WHERE user_key = ?1 AND (document_key = ?2
                OR document_key IN (SELECT document_key FROM documents WHERE memory_key = ?2 AND agent_key IS NOT NULL))
            """,
            record.userKey,
            record.key,
            session,
            Int(told.type.place),
            told.createdAt,
            transaction.sequence
        )
        return true
    }

    /// Whether the session of a first version is here, or needs not come: one of an erased user's earlier life does not.
    func hasSession(_ origin: VersionFact.Origin?, of userID: UserID, _ user: Int64) throws -> Bool {
        guard let origin, let session = origin.session,
            try SessionTable.find(session, user: user, in: connection) == nil
        else { return true }
        guard try RemovedMemories.userWasErased(userID, since: .zero, in: connection) else { return false }
        try connection.run(
            "INSERT INTO sessions (user_key, session_id, started_at) VALUES (?1, ?2, ?3)",
            user,
            session.rawValue,
            origin.createdAt
        )
        // What is made up here is nothing to be sent, and gives way to what a device says of the session.
        if let key = try SessionTable.find(session, user: user, in: connection) {
            try DeviceOutbox.remove(.session, key: key, in: connection)
        }
        transaction.keys.forgetSessions()
        return true
    }

    /// The earliest of the first versions of a memory, as all devices name it.
    private func firstStamp(of record: MemoryRecord) throws -> Version.Stamp? {
        if record.isSensitive {
            return try labels.of(record, in: context.snapshot).versions.filter(\.parents.isEmpty).map(\.stamp).min()
        }
        let stamps = try connection.rows(
            "SELECT time, version_id FROM versions WHERE memory_key = ?1 AND parents = x''",
            record.key,
            as: { Version.Stamp(time: HybridTime(rawValue: $0.int64(0)), id: VersionID(bytes: $0.bytes(1))) }
        )
        // A memory's only version has no row.
        return stamps.min() ?? (record.headNumber == 1 ? Version.Stamp(time: record.headTime, id: record.head) : nil)
    }

    /// What goes with a first version, without a parent that is gone. A parent is named without its owner.
    func withoutRemovedParent(_ origin: VersionFact.Origin, of user: UserID) throws -> VersionFact.Origin {
        guard let parent = origin.parent else { return origin }
        let isGone = try context.directory.agents.contains {
            try isRemoved(FactMemory(user: user, owner: $0.id, id: parent))
        }
        var left = origin
        if isGone { left.parent = nil }
        return left
    }

    /// Takes a memory that is gone from those that were made from it. It may never have come.
    func forgetParent(_ memory: FactMemory) throws {
        guard let user = try UserTable.find(memory.user, in: connection) else { return }
        try connection.run(
            "UPDATE memories SET parent_id = NULL WHERE parent_id = ?1 AND user_key = ?2",
            memory.id.rawValue,
            user
        )
    }
}

extension VersionFact.Origin {
    /// Whether this holds where both go with the same version.
    fileprivate func precedes(_ other: Self) -> Bool {
        let (mine, others) = ((createdAt, type.place), (other.createdAt, other.type.place))
        if mine != others { return mine < others }
        let sessions = (session?.rawValue, other.session?.rawValue)
        return sessions.0 == sessions.1
            ? Self.precedes(parent?.rawValue, other.parent?.rawValue) : Self.precedes(sessions.0, sessions.1)
    }

    /// Nothing comes before anything.
    private static func precedes(_ one: String?, _ other: String?) -> Bool {
        guard let other else { return false }
        return one?.utf8.lexicographicallyPrecedes(other.utf8) ?? true
    }
}
