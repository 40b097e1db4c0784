import HearthMemory

extension DemoStory {
    /// How much Sentry thinks its own wording matters; more than Alden does.
    private static let sentrysImportance = 0.9

    /// One disagreement, settled by each strategy that needs no person.
    mutating func settlingByStrategy() async throws -> DemoChapter {
        let edit = try household.edit(.overlapping)
        var chapter = DemoChapter(
            "One disagreement, four strategies",
            """
            Who is ESP-7F31? Sentry and Alden rewrite the same sentence; Sentry thinks that it matters more. What is published is for the owner's \
            strategy to say. After each round the memory is rolled back. Under agent_priority Sentry writes last, and Alden's word counts \
            all the same.
            """
        )
        try await share(edit, checkedIn: &chapter)
        var table = Table(.leading("STRATEGY"), .leading("KEEPS"), .flexible("TEXT"))
        for strategy in ConflictResolution.allCases where strategy != .manualReview {
            let order = strategy == .agentPriority ? [edit.b, edit.a] : [edit.a, edit.b]
            try await settling(by: strategy, of: "sentry") { story in
                try await story.contest(edit, in: order)
            }
            let content = try await coordinator.memory(edit.memory, agentID: "sentry", userID: user).content
            table.row(Styled(strategy.rawValue), Styled(Self.words(content, of: edit)), Styled(content))
            Self.check(content, of: edit, under: strategy, in: &chapter)
            if strategy == .mergeContent { chapter.quote = try await comparison(of: edit, as: "sentry") }
            let history = try await coordinator.history(of: edit.memory, agentID: "sentry").map(\.content)
            chapter.check(
                "what did not win is in the history",
                [edit.a, edit.b].allSatisfy { side in history.contains { $0 == side.content } }
            )
            try await rollBack(edit.memory, as: "sentry")
        }
        chapter.table = table
        chapter.check("no conflict waits", try await coordinator.syncService.pendingConflicts.map(\.id), is: [])
        return chapter
    }

    /// The same disagreement put before a person, as Sentry usually has it.
    mutating func settlingByHand() async throws -> DemoChapter {
        let edit = try household.edit(.overlapping)
        var chapter = DemoChapter(
            "The same disagreement is put before a person",
            """
            Sentry's own strategy is manual_review. What was published first stays, the other edit waits beside it, and an administrator \
            is told. Then Iris says what it is.
            """
        )
        try await contest(edit, in: [edit.a, edit.b])
        guard let conflict = try await coordinator.syncService.pendingConflicts.first else {
            chapter.check("the edits wait", false)
            return chapter
        }
        chapter.table = Self.table(of: conflict)
        chapter.check("the edits wait, with what both were made from", conflict.base?.content, is: edit.base)
        chapter.check("there are two", conflict.versions.count, is: 2)
        let published = try await coordinator.memory(edit.memory, agentID: "sentry", userID: user)
        chapter.check("the published one stays", published.versionID, is: conflict.versions[0].id)
        chapter.check("and is marked as in conflict", published.syncStatus, is: .conflict)
        let notifications = try await coordinator.pendingNotifications().filter { $0.conflictID == conflict.id }
        chapter.check(
            "an administrator is told, as of something critical",
            notifications.map(\.severity),
            is: [.critical]
        )
        chapter.check(
            "Alden, who doesn't own it, can't decide",
            try await decide(conflict.id, as: "alden"),
            is: .accessDenied
        )
        chapter.check("Mimic doesn't know of it", try await decide(conflict.id, as: "mimic"), is: .conflictNotFound)

        chapter.check("Sentry hands the decision in", try await decide(conflict.id, as: "sentry"), is: nil)
        counts.edits.decisions += 1
        for agent in ["sentry", "alden"] as [AgentID] {
            let memory = try await coordinator.memory(edit.memory, agentID: agent, userID: user)
            chapter.check("\(agent) reads the decision", memory.content, is: Self.decision)
        }
        chapter.check(
            "deciding twice is refused",
            try await decide(conflict.id, as: "sentry"),
            is: .conflictAlreadyResolved
        )
        for notification in notifications { try await coordinator.acknowledgeNotification(notification.id) }
        chapter.check("nothing is left to be told", try await coordinator.pendingNotifications().map(\.id), is: [])
        return chapter
    }

    /// What Iris says.
    private static let decision =
        "Device ESP-7F31 is the cat feeder that Iris unpacked on Friday evening. It may stay, on the guest network."

    /// Lets both sides draft and then publish.
    private mutating func contest(_ edit: Household.Edit, in order: [Household.Edit.Side]) async throws {
        for side in order {
            let importance = side.agent == "sentry" ? Self.sentrysImportance : nil
            try await draft(side, of: edit.memory, importance: importance)
        }
        // The first of them to sync is published at once, and the other one contests it.
        for side in order { _ = try await sync(side.agent) }
    }

    /// The code of the refusal; nil if the decision was accepted.
    private func decide(_ conflict: ConflictID, as agent: AgentID) async throws -> MemoryError.Code? {
        try await refusal {
            try await coordinator.syncService.resolveConflict(
                conflictID: conflict,
                decision: .content(Self.decision),
                agentID: agent
            )
        }
    }

    private static func check(
        _ content: String,
        of edit: Household.Edit,
        under strategy: ConflictResolution,
        in chapter: inout DemoChapter
    ) {
        let expected: (claim: String, side: Household.Edit.Side?) =
            switch strategy {
            case .latestWins: ("latest_wins publishes what was written last", edit.b)
            case .highestImportance: ("highest_importance publishes what matters most to its author", edit.a)
            case .agentPriority: ("agent_priority publishes what Alden wrote", edit.b)
            case .mergeContent: ("merge_content publishes both wordings, each sentence whole and once", nil)
            case .manualReview: ("manual_review publishes neither", nil)
            }
        if let side = expected.side {
            chapter.check(expected.claim, content, is: side.content ?? "")
        } else {
            chapter.check(
                expected.claim,
                edit.keeps.allSatisfy { content.ranges(of: $0).count == 1 },
                instead: content
            )
        }
    }

    /// Says whose words a text has.
    private static func words(_ content: String, of edit: Household.Edit) -> String {
        [edit.a, edit.b].first { $0.content == content }.map { "\($0.agent)'s words" } ?? "both wordings"
    }

    private static func table(of conflict: SyncConflict) -> Table {
        var table = Table(.leading("VERSION"), .leading("AUTHOR"), .leading("IS"), .flexible("TEXT"))
        if let base = conflict.base {
            table.row("\(base.id.brief)", "\(base.author)", "what both began with", Styled(base.content))
        }
        for (index, version) in conflict.versions.enumerated() {
            let place = index == 0 ? "published" : "waiting"
            table.row("\(version.id.brief)", "\(version.author)", Styled(place), Styled(version.content))
        }
        return table
    }
}
