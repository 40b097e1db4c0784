import HearthMemory

extension DemoStory {
    /// The four files are imported, and imported again.
    mutating func importing() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Four agents remember a fortnight",
            "What Alden, Alice, Sentry and Mimic noted between 2 and 15 March 2026 is read from four files."
        )
        var table = Table(.leading("AGENT"), .trailing("MEMORIES"), .trailing("SESSIONS"), .trailing("RESTRICTED"))
        let policy = try await coordinator.sharingPolicy()
        var again = 0
        for agent in household.agents {
            let first = try await load(agent)
            again += try await load(agent).counts.stored
            let lines = household.lines.filter { $0.agent == agent }
            let restricted = lines.count { policy.restrictedCategories[agent]?.contains($0.category) ?? false }
            table.row("\(agent)", "\(first.counts.stored)", "\(Set(lines.map(\.session)).count)", "\(restricted)")
            chapter.check("\(agent)'s file is stored line by line", first.counts.stored, is: lines.count)
            counts.memories += first.counts.stored
        }
        counts.sessions = Set(household.lines.map(\.session)).count
        chapter.check("reading the files again stores nothing", again, is: 0)
        chapter.check("there are at least 120 memories of six sessions", counts.memories >= 120 && counts.sessions >= 6)
        chapter.table = table
        return chapter
    }

    private func load(_ agent: AgentID) async throws -> ImportRun {
        let progress = ProgressLine()
        let owners = ImportOwners(unnamed: agent, known: Set(household.agents))
        let source = try LineSource(path: household.file(of: agent), progress: progress)
        var check = try ImportCheck(source, owners: owners, progress: progress) { problem in
            throw CommandFailure("\(source.name), line \(problem.line): \(problem.reason)")
        }
        var run = ImportRun(coordinator)
        try await run.store(source, check: &check, owners: owners, progress: progress)
        progress.clear()
        return run
    }

    /// The guide's own example: a memory that is shared as it is stored.
    mutating func storing() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Alden notes a preference and shares it at once",
            "\"User prefers dark mode interface\", shared with Alice and Mimic, who find it by their next call."
        )
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            sessionID: "sess_sunday",
            content: "User prefers dark mode interface",
            memoryType: .semantic,
            memoryCategory: .preference,
            importanceScore: 0.8,
            shareWithAgents: ["alice", "mimic"]
        )
        counts.memories += 1
        for agent in ["alice", "mimic"] as [AgentID] { sharedByHand[agent, default: 0] += 1 }
        var table = Table(.leading("AGENT"), .leading("SEES IT AS"), .flexible("TEXT"))
        for agent in household.agents {
            let results = try await coordinator.searchAgentMemories(agentID: agent, userID: user, query: "dark mode")
            let found = results.first { $0.memory.id == id }
            if let found {
                table.row(
                    "\(agent)",
                    Styled(found.isShared ? "shared from \(found.sourceAgent)" : "its own"),
                    Styled(found.memory.content)
                )
            }
            chapter.check(
                "\(agent) \(agent == "sentry" ? "does not find" : "finds") it",
                found != nil,
                is: agent != "sentry"
            )
        }
        chapter.table = table
        return chapter
    }
}
