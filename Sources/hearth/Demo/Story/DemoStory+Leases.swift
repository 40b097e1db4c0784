import HearthMemory

extension DemoStory {
    /// One agent is alone with a memory for a moment, and another waits its turn.
    mutating func leasing() async throws -> DemoChapter {
        let id = try household.edit(.overlapping).memory
        var chapter = DemoChapter(
            "Sentry is alone with a memory, and Alden waits",
            """
            Sentry takes the lease. What Alden drafts meanwhile stays a draft, and he queues up. Once Sentry has published and given the lease back \
            it is his, with a greater fencing token; an edit under Sentry's old lease is refused.
            """
        )
        let service = coordinator.syncService
        guard let first = try await service.acquireMemoryLock(memoryID: id, agentID: "sentry") else {
            chapter.check("Sentry gets the lease", false)
            return chapter
        }
        var table = Table(.leading("AGENT"), .trailing("TOKEN"), .flexible("DOES"))
        table.row("sentry", "\(first.fencingToken)", "takes the lease")

        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(tags: ["feeder"]), userID: user)
        let behind = try await sync("alden")
        table.row("alden", "", "drafts a label; his sync reports it as behind a lease")
        chapter.check("Alden's draft stays behind the lease", behind.draftsBehindLeases, is: 1)
        chapter.check("and is said to", behind.errors.count, is: 1)
        chapter.check("Alden sees it as locked", try await status(of: id, "alden"), is: .locked)

        async let waited = service.acquireMemoryLock(memoryID: id, agentID: "alden")
        chapter.check("Alden waits in the queue", try await isWaitedFor())
        table.row("alden", "", "waits for the lease")

        let change = MemoryChange(content: "Device ESP-7F31 is the cat feeder. It may stay, on the guest network.")
        try await coordinator.updateMemory(id, agentID: "sentry", change: change, lock: first, userID: user)
        try await service.releaseMemoryLock(first)
        table.row("sentry", "\(first.fencingToken)", "publishes, and gives the lease back")

        guard let second = try await waited else {
            chapter.check("Alden's wait is over", false)
            return chapter
        }
        table.row("alden", "\(second.fencingToken)", "has the lease")
        counts.edits.leases += 2
        chapter.check("the token has grown", second.fencingToken > first.fencingToken)
        let stale = try await refusal {
            try await coordinator.updateMemory(id, agentID: "sentry", change: change, lock: first, userID: user)
        }
        table.row("sentry", "\(first.fencingToken)", "is refused: the lease is another's")
        chapter.check("an edit under the old lease is refused", stale, is: .lockLost)

        let mine = MemoryChange(importance: 0.3)
        try await coordinator.updateMemory(id, agentID: "alden", change: mine, lock: second, userID: user)
        try await service.releaseMemoryLock(second)
        table.row("alden", "\(second.fencingToken)", "publishes, his draft included, and gives the lease back")
        chapter.table = table
        let memory = try await coordinator.memory(id, agentID: "sentry", userID: user)
        chapter.check("Sentry's words are published", memory.content, is: change.content ?? "")
        chapter.check("and Alden's label", memory.tags, is: ["feeder"])
        chapter.check("nobody holds a lease", try await service.activeLocks, is: [])
        return chapter
    }

    private func status(of id: MemoryID, _ agent: AgentID) async throws -> SyncStatus {
        try await coordinator.memory(id, agentID: agent, userID: user).syncStatus
    }

    /// How often the queue is looked at before the demo concludes that nobody waits.
    private static let looks = 1_000

    /// Whether somebody begins to wait for a lease.
    private func isWaitedFor() async throws -> Bool {
        for _ in 0..<Self.looks {
            if try await coordinator.syncService.healthCheck().locks.waiting > 0 { return true }
            try await Task.sleep(for: .milliseconds(2))
        }
        return false
    }
}
