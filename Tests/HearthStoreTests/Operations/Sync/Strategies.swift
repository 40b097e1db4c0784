import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Which strategy settles a conflict, and what merging content makes of several agents' drafts.
@Suite struct Strategies {
    @Test func `the call's strategy goes before the owner's profile, and that before the default`() async throws {
        let shared = try await SharedStore(embeds: false) { $0.defaultResolution = .highestImportance }
        let id = try await shared.memory("One.", of: "mimic")
        let chosen = try await shared.store.writePublishing { context in
            var record = try #require(try MemoryRecord.find(id, in: context.snapshot))
            var chosen = [
                try context.strategy(for: record, given: .mergeContent), try context.strategy(for: record),
            ]
            record.owner = "an agent without a profile"
            chosen.append(try context.strategy(for: record))
            chosen.append(try context.strategy(for: record, given: .manualReview))
            return chosen
        }
        #expect(chosen == [.mergeContent, .agentPriority, .highestImportance, .manualReview])
    }

    @Test func `it is the owner's profile that counts, as it stands when the conflict arises`() async throws {
        let shared = try await SharedStore(embeds: false) { $0.defaultResolution = .manualReview }
        var alden = AgentProfile.alden
        for strategy in [ConflictResolution.latestWins, .highestImportance, .manualReview] {
            alden.conflictResolution = strategy
            try await shared.store.setProfiles([alden])
            let id = try await shared.memory("One.")
            try await shared.edit(id, as: "alice", content: "Weighty.", importance: 0.8)
            try await shared.edit(id, as: "alden", content: "Late.", importance: 0.2)
            for agent in ["alden", "alice"] as [AgentID] { try await shared.sync(agent) }
            let expected = strategy == .highestImportance ? "Weighty." : "Late."
            #expect(try await shared.content(id, as: "mimic") == expected)
            let waiting = try await shared.store.pendingConflicts().filter { $0.memoryID == id }
            #expect(waiting.map(\.strategy) == (strategy == .manualReview ? [.manualReview] : []))
        }
    }

    @Test func `drafts of four agents merge sentence by sentence, in whatever order they are synced`() async throws {
        var random = SeededGenerator()
        let edits: [(agent: AgentID, content: String)] = [
            ("alice", "The boiler is new. The door is green. The cat sleeps. The tea is hot."),
            ("mimic", "The boiler is old. The door is red. The cat sleeps. The tea is hot."),
            ("sentry", "The boiler is gone. The door is green. The cat sleeps. The tea is hot."),
            ("alden", "The boiler is old. The door is green. The cat sleeps. The tea is cold. The bread is stale."),
        ]
        for _ in 0..<8 {
            let shared = try await SharedStore.settlingAldens(by: .mergeContent)
            let id = try await shared.memory(
                "The boiler is old. The door is green. The cat sleeps. The tea is hot.",
                shareWith: ["alice", "mimic", "sentry"]
            )
            for edit in edits { try await shared.edit(id, as: edit.agent, content: edit.content) }
            for agent in edits.map(\.agent).shuffled(using: &random) {
                #expect(try await shared.sync(agent).successfulSyncs == 1)
            }
            // Two edits of one sentence both stay whole, the later one first.
            let merged = """
                The boiler is gone. The boiler is new. The door is red. The cat sleeps. The tea is cold. The bread is stale.
                """
            let history = try await shared.store.history(of: id, as: "alden")
            for agent in edits.map(\.agent) { #expect(try await shared.content(id, as: agent) == merged) }
            for edit in edits {
                #expect(history.contains { $0.author == edit.agent && $0.content == edit.content })
            }
            #expect(history.last?.author == "system" && history.last?.content == merged)
            #expect(try await shared.store.pendingConflicts().isEmpty)
            #expect(try await shared.store.verify().findings == [])
            try await shared.store.close()
        }
    }

    @Test(arguments: [["alden", "alice", "mimic"], ["mimic", "alice", "alden"]] as [[AgentID]])
    func `under merge_content edits stay against a deletion, and of other fields the latest wins`(
        order: [AgentID]
    ) async throws {
        let shared = try await SharedStore.settlingAldens(by: .mergeContent)
        let id = try await shared.memory("The boiler is old.")
        try await shared.edit(id, as: "alice", importance: 0.9)
        try await shared.edit(id, as: "mimic", content: "The boiler is new.", importance: 0.2)
        shared.clock.advance(by: .seconds(1))
        try await shared.store.delete(id, as: "alden")
        for agent in order { try await shared.sync(agent) }
        let seen = try await shared.store.memory(id, as: "alden")
        #expect(seen.content == "The boiler is new." && seen.importance == 0.2)
        #expect(try await shared.store.pendingConflicts().isEmpty)
        #expect(try await shared.store.history(of: id, as: "alden").contains { $0.isDeleted })
    }

    @Test func `a merge is made of its heads alone, by system, at the time of the latest`() async throws {
        let shared = try await SharedStore.settlingAldens(by: .mergeContent)
        let id = try await shared.memory("The boiler is old.")
        try await shared.edit(id, as: "alice", content: "The boiler is new.")
        try await shared.edit(id, as: "alden", content: "The boiler is gone.")
        shared.clock.advance(by: .seconds(3_600))
        for agent in ["alden", "alice"] as [AgentID] { try await shared.sync(agent) }
        let history = try await shared.store.history(of: id, as: "alden")
        try #require(history.count == 4)
        let (merge, edits) = (history[3], history[1...2])
        #expect(merge.author == "system" && merge.number == 3)
        #expect(merge.parents == edits.map(\.id).sorted())
        #expect(merge.createdAt == edits.map(\.createdAt).max())
    }
}
