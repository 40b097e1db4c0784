import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// What steps would do, by a look at every memory of the file. Nothing is written.
    func dryRun(_ steps: [MaintenanceStep]) async throws -> [MaintenanceReport.Step] {
        let now = clock.now()
        let policy = maintenancePolicy
        return try await readUntilCancelled { snapshot in
            var preview = MaintenancePreview(snapshot: snapshot, rules: AgingRules(policy: policy, now: now))
            return try steps.map { try preview.step($0) }
        }
    }
}

/// Finds what upkeep would delete. What one step would take, a later one does not count again.
private struct MaintenancePreview {
    let snapshot: Snapshot
    let rules: AgingRules
    private var taken: Set<Int64> = []

    init(snapshot: Snapshot, rules: AgingRules) {
        self.snapshot = snapshot
        self.rules = rules
    }

    private var connection: Connection { snapshot.connection }

    mutating func step(_ step: MaintenanceStep) throws -> MaintenanceReport.Step {
        switch step {
        case .leases: try leases()
        case .expiry: try matching(step, isDeleted: false) { [rules] memory, _ in memory.isExpired(at: rules.now) }
        case .retention:
            try matching(step, isDeleted: false) { [rules] memory, owner in
                rules.age(of: memory, retention: owner.profile.retention) == .due
            }
        case .workingMemory: try workingMemory()
        case .duplicates: try duplicates()
        case .purge: try matching(step, isDeleted: true) { [rules] memory, _ in rules.isPurgeable(memory) }
        default: MaintenanceReport.Step(step)
        }
    }

    private func leases() throws -> MaintenanceReport.Step {
        var report = MaintenanceReport.Step(.leases)
        let leases = try LeaseTable.unreleased(in: connection)
        let now = snapshot.clock.bootInstant
        report.examined = leases.count
        report.affected = leases.count { !$0.isLive(at: now) }
        return report
    }

    private mutating func matching(
        _ step: MaintenanceStep,
        isDeleted: Bool,
        _ isDue: (AgedMemory, KnownAgent) throws -> Bool
    ) throws -> MaintenanceReport.Step {
        var report = MaintenanceReport.Step(step)
        let connection = connection
        let drafts = isDeleted ? rules.cutoff(rules.policy.deletedMemoriesKept) : .earliest
        try AgedMemory.forEach(isDeleted: isDeleted, in: connection) { memory in
            let owner = try snapshot.directory.agent(key: memory.owner)
            guard !taken.contains(memory.key) else { return }
            report.examined += 1
            guard try isDue(memory, owner) else { return }
            if try memory.isInUse(at: snapshot.clock.bootInstant, draftsSince: drafts, in: connection) {
                report.kept += 1
            } else if memory.isSensitive, !isDeleted, snapshot.keyring.loaded(memory.user) == nil {
                report.kept += 1
            } else {
                report.count(memory.id, of: owner.id)
                taken.insert(memory.key)
            }
        }
        return report
    }

    /// Those that are new or were changed since upkeep compared memories.
    private mutating func duplicates() throws -> MaintenanceReport.Step {
        var report = MaintenanceReport.Step(.duplicates)
        guard rules.policy.folding != .none else { return report }
        let last = try UpkeepState.integer(.compared, in: connection) ?? 0
        let changed = Set(try AgeTable.changes(.duplicates, in: connection))
        let finder = DuplicateFinder(
            snapshot: snapshot,
            rules: DuplicateRules(policy: rules.policy, isExchanging: snapshot.state.exchanges)
        )
        var memories: [AgedMemory] = []
        try AgedMemory.forEach(isDeleted: false, in: connection) { memory in
            if memory.key > last || changed.contains(memory.key) { memories.append(memory) }
        }
        for memory in memories where !taken.contains(memory.key) {
            report.examined += 1
            guard let fold = try finder.fold(of: memory, excluding: taken) else { continue }
            let folded = fold.folded.memory
            report.count(folded.id, of: try snapshot.directory.agent(key: folded.owner).id)
            taken.insert(folded.key)
        }
        return report
    }

    private mutating func workingMemory() throws -> MaintenanceReport.Step {
        var report = MaintenanceReport.Step(.workingMemory)
        let all = try WorkingMemories.excessive(directory: snapshot.directory, in: connection)
        for working in all {
            let owner = try snapshot.directory.agent(key: working.owner)
            let excess = try working.excess(at: rules.now, directory: snapshot.directory, in: connection)
            let order = excess.order.filter { !taken.contains($0.key) }
            var goal = excess.count - (excess.order.count - order.count)
            for memory in order where goal > 0 {
                report.examined += 1
                if try memory.isInUse(at: snapshot.clock.bootInstant, in: connection)
                    || memory.isSensitive && snapshot.keyring.loaded(memory.user) == nil
                {
                    report.kept += 1
                } else {
                    report.count(memory.id, of: owner.id)
                    taken.insert(memory.key)
                    goal -= 1
                }
            }
        }
        return report
    }
}
