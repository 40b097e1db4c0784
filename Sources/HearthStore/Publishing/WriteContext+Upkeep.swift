import HearthModel
import HearthRules
import HearthSQLite

extension WriteContext {
    /// What became of a memory that upkeep was to delete or remove.
    enum Sweeping {
        case done
        /// Its keys are not in memory, or it does not read.
        case unreadable
    }

    /// Deletes a memory that is due, as its owner could: by a version that leaves a tombstone.
    func sweep(_ memory: AgedMemory) throws -> Sweeping {
        guard let record = try readable(memory.key), !record.isLocked else { return .unreadable }
        let system = try directory.agent(AgentProfile.system.id)
        _ = try publish(editVersion(.deletion, on: record, by: system), of: record)
        return .done
    }

    /// Removes the rows of a deleted memory. Only a tombstone is left, without a text.
    func purge(_ memory: AgedMemory) throws -> Sweeping {
        guard let record = try readable(memory.key) else { return .unreadable }
        if transaction.state.exchanges {
            let memory = FactMemory(user: record.userID, owner: record.owner, id: record.id)
            try RemovedMemories.insert(memory, in: transaction)
        }
        try remove(record, deletedAt: memory.since)
        return .done
    }

    /// A memory; nil if it is damaged. One damaged memory is no reason to stop.
    private func readable(_ key: Int64) throws -> MemoryRecord? {
        do {
            return try MemoryRecord.find(key: key, includingDeleted: true, opening: .ifPossible, in: snapshot)
        } catch let error as MemoryError where error.code == .storeCorrupt {
            return nil
        }
    }

    /// Notes that a memory is restored that another one stands for, so that upkeep leaves both as they are.
    ///
    /// In a file that exchanges it may be another device that has folded it.
    func keepApartIfFolded(_ record: MemoryRecord) throws {
        guard !transaction.state.exchanges else { return try AgeTable.keepApart(record.key, in: connection) }
        let isFolded = try connection.first(
            "SELECT folded_into IS NOT NULL FROM memories WHERE memory_key = ?1",
            record.key,
            as: { $0.bool(0) }
        )
        if isFolded ?? false { try AgeTable.keepApart(record.key, in: connection) }
    }

    /// Leaves the audit rows of a batch: one for each user.
    func auditUpkeep(_ step: MaintenanceStep, of memories: [AgedMemory]) throws {
        let system = try directory.agent(AgentProfile.system.id).key
        for (user, memories) in Dictionary(grouping: memories, by: \.user).sorted(by: { $0.key < $1.key }) {
            let entry = AuditEntry(
                action: .maintain,
                agent: system,
                user: user,
                memories: memories.map(\.key),
                detail: ["step": step.rawValue]
            )
            try AuditTrail.append(entry, at: now, to: transaction)
        }
    }
}
