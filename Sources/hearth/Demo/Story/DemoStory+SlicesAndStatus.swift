import HearthMemory

extension DemoStory {
    /// What each agent may see, counted by the engine and by the policy's tables.
    mutating func slicing() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Each agent's slice",
            "An agent's slice is what it owns and what others share with it. The same count is made from the files and the policy."
        )
        let policy = try await coordinator.sharingPolicy()
        var table = Table(
            .leading("AGENT"),
            .trailing("OWN"),
            .trailing("SHARED"),
            .trailing("TOTAL"),
            .trailing("PENDING"),
            .trailing("LOCKED"),
            .flexible("TYPES")
        )
        for agent in household.agents {
            let slice = try await coordinator.syncService.agentMemorySlice(agentID: agent, userID: user)
            let statistics = SliceCounts(slice.statistics)
            counts.slices[agent] = statistics
            table.row(
                "\(agent)",
                "\(statistics.own)",
                "\(statistics.shared)",
                "\(statistics.total)",
                "\(statistics.syncStatus[.pending] ?? 0)",
                "\(statistics.locked)",
                Styled(SliceCounts.listed(statistics.types))
            )
            // The preference that Alden noted and shared is not in the files.
            let own = household.lines.count { $0.agent == agent } + (agent == "alden" ? 1 : 0)
            let shared = household.sharedMemories(with: agent, under: policy) + sharedByHand[agent, default: 0]
            chapter.check(
                "\(agent) sees \(own) of its own and \(shared) shared",
                [statistics.own, statistics.shared],
                is: [own, shared]
            )
            chapter.check("\(agent)'s slice has as many entries", slice.entries.count, is: own + shared)
        }
        chapter.table = table
        return chapter
    }

    /// The state of the store, and whether all of it is sound.
    func checkingHealth() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "How the store is",
            "Its status, and a check of every hash and index."
        )
        let status = try await coordinator.coordinatorStatus()
        let verification = try await coordinator.verify()
        var table = Table(.leading("WHAT"), .leading("IS"))
        table.row("health", Styled(status.health.status.rawValue, status.health.status == .healthy ? .good : .bad))
        table.row("active agents", "\(status.coordinator.activeAgents)")
        table.row("shares across agents", "\(status.coordinator.crossAgentShares)")
        table.row("memories of \(user)", "\(counts.slices.values.reduce(0) { $0 + $1.own })")
        let sync = status.sync
        table.row("conflicts settled", "\(sync.service.conflictsResolved) of \(sync.service.conflictsDetected)")
        table.row("leases given back", "\(sync.service.locksReleased) of \(sync.service.locksAcquired)")
        chapter.table = table
        chapter.check("every conflict is counted", sync.service.conflictsDetected, is: counts.edits.conflicts)
        chapter.check("and settled", sync.service.conflictsResolved, is: counts.edits.conflicts)
        chapter.check("every lease is counted", sync.service.locksAcquired, is: counts.edits.leases)
        chapter.check("and given back", sync.activeLocks.locks, is: [])
        chapter.check("the store is healthy", status.health.status, is: .healthy)
        chapter.check("all four agents are active", household.agents.filter { status.agents[$0] != .active }, is: [])
        chapter.check("every memory is counted", counts.slices.values.reduce(0) { $0 + $1.own }, is: counts.memories)
        chapter.check("every hash and index is sound", verification.findings.map(\.message), is: [])
        return chapter
    }
}
