import HearthModel
import HearthRules
import HearthSQLite

extension MaintenanceCycle {
    /// Folds memories that are new or were changed with those that say the same.
    func foldDuplicates() async throws -> MaintenanceReport.Step {
        guard policy.folding != .none else { return MaintenanceReport.Step(.duplicates) }
        return try await run(.duplicates, from: 0) { context, _, limit in
            var report = MaintenanceReport.Step(.duplicates)
            while limit.allows(after: report.examined) {
                guard let memory = try Self.nextToCompare(in: context.connection) else { return Batch(report: report) }
                report.examined += 1
                let rules = DuplicateRules(policy: limit.policy, isExchanging: context.transaction.state.exchanges)
                let finder = DuplicateFinder(snapshot: context.snapshot, rules: rules)
                guard let fold = try finder.fold(of: memory) else { continue }
                try context.perform(fold)
                let folded = fold.folded.memory
                report.count(folded.id, of: try context.directory.agent(key: folded.owner).id)
                try context.auditUpkeep(.duplicates, of: [folded])
                // The word index has the change after the commit, and a fold takes as long as a batch may.
                break
            }
            return Batch(report: report, next: 0)
        }
    }

    /// Takes a memory that is new or was changed.
    private static func nextToCompare(in connection: Connection) throws -> AgedMemory? {
        while let key = try AgeTable.takeChanges(.duplicates, atMost: 1, in: connection).first {
            if let memory = try AgedMemory.find(key, in: connection) { return memory }
        }
        let last = try UpkeepState.integer(.compared, in: connection) ?? 0
        guard let memory = try AgedMemory.after(last, atMost: 1, in: connection).first else { return nil }
        try UpkeepState.set(.compared, to: memory.key, in: connection)
        return memory
    }
}

extension WriteContext {
    /// Folds one memory into another: that one takes over tags, importance and shares, and this one is deleted and says
    /// where it went.
    fileprivate func perform(_ fold: DuplicateRules.Fold) throws {
        let keys = (folded: fold.folded.memory.key, kept: fold.representative.memory.key)
        let system = try directory.agent(AgentProfile.system.id)
        guard var kept = try MemoryRecord.find(key: keys.kept, in: snapshot),
            let folded = try MemoryRecord.find(key: keys.folded, in: snapshot)
        else { return }
        if let change = DuplicateRules.change(by: fold) {
            let version = editVersion(FieldChange(), on: kept, by: system)
                .with {
                    $0.tags = change.tags
                    $0.importance = change.importance
                    $0.confidence = change.confidence
                }
            _ = try publish(version, of: kept)
            kept = try reread(kept)
        }
        try takeOverShares(of: folded, by: kept)
        _ = try publish(editVersion(.deletion, on: folded, by: system), of: folded)
        try connection.run("UPDATE memories SET folded_into = ?2 WHERE memory_key = ?1", keys.folded, keys.kept)
        // Whoever is left may have other duplicates.
        try AgeTable.noteChange(of: keys.kept, in: connection)
    }

    /// The agents see both already; with the share they go on doing so when a rule that shows them the one is changed.
    private func takeOverShares(of folded: MemoryRecord, by kept: MemoryRecord) throws {
        let held = try ShareTable.all(user: kept.userKey, memory: kept.key, in: connection)
        var isShared = false
        let others = try ShareTable.all(user: folded.userKey, memory: folded.key, in: connection)
        for (agent, share) in others.sorted(by: { $0.key < $1.key }) where !share.isRevoked && held[agent] == nil {
            let grant = ShareTable.Grant(
                user: kept.userKey,
                memory: kept.key,
                agent: agent,
                share: share,
                head: kept.head.bytes
            )
            try ShareTable.grant(grant, at: now, in: transaction)
            isShared = true
        }
        guard isShared, !kept.flags.contains(.everShared) else { return }
        try DocumentTable.raise(.everShared, document: kept.key, user: kept.userKey, in: transaction)
    }
}
