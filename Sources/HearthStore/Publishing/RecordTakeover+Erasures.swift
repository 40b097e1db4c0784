import HearthModel
import HearthRules
import HearthSQLite

/// What is gone for good.
extension RecordTakeover {
    func take(_ fact: TombstoneFact) throws -> Outcome {
        let memory = fact.memory
        guard (try? memory.validate()) != nil else { return .refused("its memory is none") }
        guard context.directory.contains(memory.owner) else { return .held(.incomplete) }
        let isKnown = try RemovedMemories.contain(memory, in: connection)
        let user = try transaction.keys.user(memory.user, now: context.now, in: connection)
        try RemovedMemories.insert(memory, in: transaction)
        if let key = try present(memory) {
            let deletedAt = Timestamp(rawValue: fact.deletedAt)
            guard try withRecord(key, do: { try context.remove($0, deletedAt: deletedAt) }) else {
                return .held(.incomplete)
            }
            return .applied(user: user, memory: key)
        }
        try forgetParent(memory)
        try TombstoneTable.insert(
            memory.id,
            user: user,
            owner: try context.directory.agent(memory.owner).key,
            deletedAt: Timestamp(rawValue: fact.deletedAt),
            in: connection
        )
        return isKnown ? .known : .applied(user: user, memory: nil)
    }

    func take(_ fact: ErasureFact) throws -> Outcome {
        guard let time = fact.time.time, (try? fact.user.validated()) != nil else {
            return .refused("its erasure is none")
        }
        guard let owner = fact.owner, let id = fact.id else {
            guard let date = fact.insteadOf.map(\.time) ?? time else { return .refused("its erasure is none") }
            return try eraseUser(fact.user, dated: date, until: time)
        }
        if !isTooFarAhead(time) { transaction.note(time) }
        let memory = FactMemory(user: fact.user, owner: owner, id: id)
        let isKnown = try RemovedMemories.contain(memory, in: connection)
        try RemovedMemories.insert(memory, in: transaction)
        let marks = try ErasureMarks.make(in: transaction)
        try ErasureMarks.insert(marks.mark(of: id, user: fact.user, agent: owner), in: connection)
        guard let key = try present(memory) else {
            try forgetParent(memory)
            return isKnown ? .known : .applied(user: nil, memory: nil)
        }
        return try erase(key) ? .applied(user: nil, memory: nil) : .held(.incomplete)
    }

    private func erase(_ key: Int64) throws -> Bool {
        try withRecord(key) { record in
            try context.erase(record, isNoted: false)
            labels.forget(record)
        }
    }

    /// Gives a memory that is to go, as far as it can be read. Damage is no reason for one to stay.
    ///
    /// - Returns: Whether there is one.
    private func withRecord(_ key: Int64, do body: (MemoryRecord) throws -> Void) throws -> Bool {
        func find(_ opening: MemoryRecord.Opening) throws -> MemoryRecord? {
            try MemoryRecord.find(key: key, includingDeleted: true, opening: opening, in: context.snapshot)
        }
        do {
            guard let record = try find(.ifPossible) ?? find(.never) else { return false }
            try body(record)
        } catch let error as MemoryError where error.isDamage {
            guard let record = try find(.never) else { return false }
            try body(record)
        }
        return true
    }

    /// Erases the memories of a user that were stored until a time. What was stored later is of a new life of the user.
    ///
    /// What is stored after this was seen is dated later. An erasure that is dated too far ahead for that goes until now
    /// instead, and the other devices are told. Of several that tell so, the earliest holds: it takes the least of the new life.
    private func eraseUser(_ id: UserID, dated date: HybridTime, until time: HybridTime) throws -> Outcome {
        let known = try RemovedMemories.end(ofErasure: date, of: id, in: connection)
        if let known, known <= time {
            // The hub may have lost that it goes less far.
            if known < time { try context.noteErasure(ofUser: id, dated: date, until: known) }
            return .known
        }
        var end = time
        if isTooFarAhead(time) { end = min(time, transaction.nextTime(at: context.now)) }
        transaction.note(end)
        if known == nil {
            guard try eraseMemories(of: id, until: end) else { return .held(.incomplete) }
        }
        try RemovedMemories.noteErasure(of: id, dated: date, until: end, in: transaction)
        guard end < time else { return .applied(user: nil, memory: nil) }
        try context.noteErasure(ofUser: id, dated: date, until: end)
        return .datedAnew
    }

    /// - Returns: Whether all of them could be erased.
    private func eraseMemories(of id: UserID, until time: HybridTime) throws -> Bool {
        guard let user = try UserTable.find(id, in: connection) else { return true }
        let memories = try connection.rows(
            """
            SELECT m.memory_key FROM memories AS m WHERE m.user_key = ?1
                AND (SELECT min(v.time) FROM all_versions AS v WHERE v.memory_key = m.memory_key) <= ?2
            """,
            user,
            time.rawValue,
            as: { $0.int64(0) }
        )
        for key in memories {
            guard let memory = try FoundMemory.name(of: key, in: connection) else { continue }
            // One that the erasing device did not have is named to all.
            if try !RemovedMemories.contain(memory, in: connection) {
                let facts = try context.forgetFacts(of: key, memory)
                try context.noteErasure(of: memory, facts: facts)
            }
            guard try erase(key) else { return false }
        }
        let hasNewLife = try connection.first(
            "SELECT EXISTS (SELECT 1 FROM memories WHERE user_key = ?1)",
            user,
            as: { $0.bool(0) }
        )
        guard hasNewLife == false else { return true }
        // Nothing is left but sessions, keys and the name, and what was removed and not said yet.
        try context.noteErasureOfRemoved(ofUser: user, id: id)
        try DeviceFacts.forget(user: user, in: connection)
        _ = try context.eraseUser(user, id: id, isNoted: false)
        return true
    }
}
