import HearthMemory
import HearthText

extension DemoStory {
    /// Two agents change different sentences of one packing list, and neither edit is lost.
    mutating func editing() async throws -> DemoChapter {
        let edit = try household.edit(.disjoint)
        var chapter = DemoChapter(
            "Two agents edit the same memory",
            """
            Alden adds the doctor's letter to the packing list; three minutes later Alice, who hasn't seen that, puts the heavy coat back in. \
            Each reads its own words until they are synced. Alden's conflicts are to be merged.
            """
        )
        try await share(edit, checkedIn: &chapter)
        try await draft(edit.a, of: edit.memory)
        try await draft(edit.b, of: edit.memory)

        var table = Table(.leading("AGENT"), .leading("WHEN"), .leading("STATUS"), .flexible("READS"))
        for side in [edit.a, edit.b] {
            let memory = try await coordinator.memory(edit.memory, agentID: side.agent, userID: user)
            table.row("\(side.agent)", "before", "\(memory.syncStatus.rawValue)", Styled(memory.content))
            chapter.check("\(side.agent) reads its own draft", memory.content, is: side.content ?? "")
            chapter.check("which is pending", memory.syncStatus, is: .pending)
        }
        chapter.check(
            "Alden finds his own unpublished words",
            try await finds("doctor's letter", in: edit.memory, "alden")
        )
        chapter.check("and Alice doesn't", try await finds("doctor's letter", in: edit.memory, "alice"), is: false)

        try await settling(by: .mergeContent, of: "alden") { story in
            for side in [edit.a, edit.b] {
                let result = try await story.sync(side.agent)
                chapter.check("\(side.agent)'s draft is published", result.successfulSyncs, is: 1)
            }
        }
        for side in [edit.a, edit.b] {
            let memory = try await coordinator.memory(edit.memory, agentID: side.agent, userID: user)
            table.row("\(side.agent)", "after", "\(memory.syncStatus.rawValue)", Styled(memory.content))
            chapter.check("\(side.agent) reads both edits", memory.content, is: edit.merged ?? "")
        }
        chapter.table = table
        chapter.quote = try await comparison(of: edit, as: "alden")
        let history = try await coordinator.history(of: edit.memory, agentID: "alden")
        chapter.check("the history holds the list, both edits and what joins them", history.count, is: 4)
        return chapter
    }

    /// A memory is deleted while another agent edits it.
    mutating func deleting() async throws -> DemoChapter {
        let edit = try household.edit(.deleteEdit)
        var chapter = DemoChapter(
            "A memory is deleted while it is being edited",
            """
            Alice throws a habit away. Five minutes later Alden, who still sees it, writes down the scarf that proves it. Where conflicts are to be \
            merged, an edit goes before a deletion.
            """
        )
        try await share(edit, checkedIn: &chapter)
        try await draft(edit.a, of: edit.memory)
        try await draft(edit.b, of: edit.memory)
        chapter.check("for Alice it is gone", try await mayRead(edit.memory, "alice"), is: false)
        chapter.check("Alden sees it", try await mayRead(edit.memory, "alden"))
        try await settling(by: .mergeContent, of: "alice") { story in
            _ = try await story.sync("alice")
            _ = try await story.sync("alden")
        }
        var table = Table(.leading("AGENT"), .flexible("READS"))
        for agent in ["alice", "alden"] as [AgentID] {
            let memories = try await coordinator.memories([edit.memory], agentID: agent)
            table.row("\(agent)", Styled(memories.first?.content ?? "nothing"))
            chapter.check("\(agent) reads the edit", memories.map(\.content), is: [edit.merged ?? ""])
        }
        chapter.table = table
        chapter.quote = try await comparison(of: edit, as: "alice")
        let history = try await coordinator.history(of: edit.memory, agentID: "alice")
        chapter.check("the deletion is in the history", history.count { $0.isDeleted }, is: 1)
        return chapter
    }

    /// Going back to the first version of the packing list adds a version and takes none away.
    mutating func rollingBack() async throws -> DemoChapter {
        let edit = try household.edit(.disjoint)
        var chapter = DemoChapter(
            "The packing list goes back to how it was",
            "The heavy coat stays at home after all. A rollback publishes what the first version says as a new one."
        )
        let before = try await coordinator.history(of: edit.memory, agentID: "alden")
        try await rollBack(edit.memory, as: "alden")
        let after = try await coordinator.history(of: edit.memory, agentID: "alden")
        chapter.table = Table(history: after)
        for agent in ["alden", "alice"] as [AgentID] {
            let memory = try await coordinator.memory(edit.memory, agentID: agent, userID: user)
            chapter.check("\(agent) reads the first words", memory.content, is: edit.base)
        }
        chapter.check("every version is still there", Array(after.dropLast()), is: before)
        chapter.check("and one more", after.count, is: before.count + 1)
        let refusal = try await refusal {
            try await coordinator.rollbackMemory(edit.memory, to: before[0].id, agentID: "alice")
        }
        chapter.check("Alice, who doesn't own it, can't do that", refusal, is: .accessDenied)
        return chapter
    }
}

// MARK: - Steps that several chapters take

extension DemoStory {
    /// Checks what a memory says, and shares it with those who will edit it.
    mutating func share(_ edit: Household.Edit, checkedIn chapter: inout DemoChapter) async throws {
        guard let owner = household.owner(of: edit.memory) else { return }
        let memory = try await coordinator.memory(edit.memory, agentID: owner, userID: user)
        chapter.check("it says what it said when it was imported", memory.content, is: edit.base)
        guard !edit.shareWith.isEmpty else { return }
        try await coordinator.shareMemory(edit.memory, agentID: owner, with: edit.shareWith)
        for agent in edit.shareWith { sharedByHand[agent, default: 0] += 1 }
    }

    /// Compares what a memory says with what it said before the edits.
    func comparison(of edit: Household.Edit, as agent: AgentID) async throws -> (caption: String, text: [Styled]) {
        let content = try await coordinator.memory(edit.memory, agentID: agent, userID: user).content
        return ("What came of it, word by word:", WordDiff(from: edit.base, to: content).spans)
    }

    /// Drafts one agent's edit or deletion.
    func draft(_ side: Household.Edit.Side, of id: MemoryID, importance: Double? = nil) async throws {
        guard let content = side.content else {
            return try await coordinator.deleteMemory(id, agentID: side.agent, userID: user)
        }
        let change = MemoryChange(content: content, importance: importance)
        try await coordinator.updateMemory(id, agentID: side.agent, change: change, userID: user)
    }

    /// Publishes an agent's drafts, and counts what came of them.
    mutating func sync(_ agent: AgentID) async throws -> AgentSyncResult {
        let result = try await coordinator.syncService.syncAgentMemories(agentID: agent, userID: user)
        counts.edits.synced += result.memoriesProcessed - result.draftsBehindLeases
        counts.edits.conflicts += result.conflictsDetected
        return result
    }

    /// Publishes the first version of a memory again.
    mutating func rollBack(_ id: MemoryID, as owner: AgentID) async throws {
        guard let first = try await coordinator.history(of: id, agentID: owner).first else { return }
        try await coordinator.rollbackMemory(id, to: first.id, agentID: owner)
        counts.edits.rollbacks += 1
    }

    /// Lets a strategy settle an agent's conflicts while `body` runs.
    mutating func settling(
        by strategy: ConflictResolution,
        of owner: AgentID,
        _ body: (inout DemoStory) async throws -> Void
    ) async throws {
        guard let usual = try await coordinator.agents().first(where: { $0.id == owner }) else { return }
        var profile = usual
        profile.conflictResolution = strategy
        try await coordinator.registerAgent(owner, profile: profile)
        try await body(&self)
        try await coordinator.registerAgent(owner, profile: usual)
    }

    /// Whether an agent finds a memory by words in its own view of it.
    private func finds(_ words: String, in id: MemoryID, _ agent: AgentID) async throws -> Bool {
        let results = try await coordinator.searchAgentMemories(
            agentID: agent,
            userID: user,
            query: "\"\(words)\"",
            searchType: .keyword
        )
        return results.contains { $0.memory.id == id }
    }
}
