import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// Takes a memory that goes from those that name it as their parent.
    ///
    /// Another agent's memory may have a parent of the same name. Whoever does not see the memory that goes must not learn of
    /// it by that, so a child loses its parent only if this is the one that its owner means.
    func detachChildren(of record: MemoryRecord) throws {
        // An owner may be said before the identifier.
        let names = (record.id.rawValue, "\(record.owner):\(record.id)")
        let children = try connection.rows(
            "SELECT memory_key, owner_key FROM memories WHERE parent_id IN (?1, ?2) AND user_key = ?3",
            names.0,
            names.1,
            record.userKey,
            as: { (key: $0.int64(0), owner: $0.int64(1)) }
        )
        guard !children.isEmpty else { return }
        let namesakes = try namesakes(of: record)
        for (owner, children) in Dictionary(grouping: children, by: \.owner) {
            guard try isMeant(record, besides: namesakes, byOwner: owner) else { continue }
            for child in children {
                try connection.run("UPDATE memories SET parent_id = NULL WHERE memory_key = ?1", child.key)
            }
        }
    }

    /// The other memories of the same user and identifier. They may be damaged.
    private func namesakes(of record: MemoryRecord) throws -> [MemoryRecord] {
        let keys =
            try [MemoryNames.plain(record.id, in: connection)].compactMap(\.self)
            + MemoryNames.namesakes(of: record.id, in: connection)
        return try keys.filter { $0 != record.key }
            .compactMap { try MemoryRecord.find(key: $0, includingDeleted: true, opening: .never, in: snapshot) }
            .filter { $0.userKey == record.userKey }
    }

    private func isMeant(
        _ record: MemoryRecord,
        besides namesakes: [MemoryRecord],
        byOwner owner: Int64
    ) throws -> Bool {
        if owner == record.ownerKey || namesakes.isEmpty { return true }
        let agent = try directory.agent(key: owner)
        return try snapshot.standing(of: agent, to: record) != .none
            && namesakes.allSatisfy { try snapshot.standing(of: agent, to: $0) == .none }
    }
}
