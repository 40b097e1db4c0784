import HearthMemory

extension DemoStory {
    /// An alert reaches Alden by a rule of the policy.
    func sharingByRule() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "A rule shares an alert",
            "Sentry hears of a false call in Iris's voice. Alerts are for Alden and Sentry, says the policy; nobody has to share it by hand."
        )
        let alert: MemoryID = "mem_sentry_0021"
        let access = try await coordinator.access(to: alert, agentID: "sentry")
        chapter.table = Table(access: access)
        chapter.check("Alden may see it by a rule", access["alden"].map { $0.reason != .explicit } ?? false)
        chapter.check("nobody else may", access.keys.filter { $0 != "alden" && $0 != "sentry" }, is: [])
        chapter.check("Alden reads it", try await mayRead(alert, "alden"))
        chapter.check("Mimic can't tell that it exists", try await mayRead(alert, "mimic"), is: false)
        return chapter
    }

    /// The packing list is lent to Alice and taken back.
    func sharingByHand() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "Alden shares a packing list with Alice, and takes it back",
            "Tasks are shared by no rule, so only Alden sees this one before and after."
        )
        let list: MemoryID = "mem_alden_0042"
        chapter.check("Alice does not see it at first", try await mayRead(list, "alice"), is: false)
        try await coordinator.shareMemory(list, agentID: "alden", with: ["alice"])
        chapter.table = Table(access: try await coordinator.access(to: list, agentID: "alden"))
        chapter.check("once it is shared she does", try await mayRead(list, "alice"))
        chapter.check("Mimic still does not", try await mayRead(list, "mimic"), is: false)
        try await coordinator.revokeShare(list, agentID: "alden", from: ["alice"])
        chapter.check("once it is revoked she does not", try await mayRead(list, "alice"), is: false)
        return chapter
    }

    /// A private task stays with its owner, whoever asks and however.
    func restricting() async throws -> DemoChapter {
        var chapter = DemoChapter(
            "What is restricted stays with its owner",
            "Alden's private tasks hold a surprise. He can't share it even by hand, and the others search for it in vain."
        )
        let secret: MemoryID = "mem_alden_0027"
        let refusal = try await refusal {
            try await coordinator.shareMemory(secret, agentID: "alden", with: ["alice"])
        }
        chapter.check("sharing it is refused", refusal, is: .restrictedCategory)
        let words = try await coordinator.memory(secret, agentID: "alden", userID: user).content
        for agent in household.agents where agent != "alden" {
            let results = try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: words,
                limit: 100
            )
            chapter.check("\(agent) does not find it by its own words", !results.contains { $0.memory.id == secret })
            chapter.check("\(agent) can't read it by its id", try await mayRead(secret, agent), is: false)
        }
        chapter.check(
            "under another user's name Alden himself does not find it",
            try await isUnknownToOtherUsers(secret)
        )
        return chapter
    }

    private func isUnknownToOtherUsers(_ id: MemoryID) async throws -> Bool {
        try await refusal { _ = try await coordinator.memory(id, agentID: "alden", userID: "user_124") }
            == .memoryNotFound
    }
}
