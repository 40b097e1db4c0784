import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct CheckedImports {
    private let user: UserID = "user_123"

    private func item(
        _ id: MemoryID,
        parent: MemoryID? = nil,
        agent: AgentID = "alden",
        importance: Double = 0.5,
        isSensitive: Bool = false
    ) -> MemoryImport {
        let draft = MemoryDraft(
            content: "Text of \(id).",
            importance: importance,
            isSensitive: isSensitive,
            parentID: parent
        )
        return MemoryImport(id: id, userID: user, agentID: agent, draft: draft)
    }

    @Test func `parents come in any order, and every memory says what it is called`() async throws {
        let coordinator = try await household()
        let batch = [item("leaf", parent: "twig"), item("twig", parent: "root"), item("root"), item("root")]
        let outcome = try await coordinator.importMemories(batch, onInvalid: .refuse)
        #expect(outcome.ids == ["leaf", "twig", "root", "root"])
        #expect(outcome.counts.stored == 3 && outcome.counts.present == 1 && outcome.refused.isEmpty)
        #expect(try await coordinator.memory("leaf", agentID: "alden").parentID == "twig")
        let again = try await coordinator.importMemories(batch, onInvalid: .skip)
        #expect(again.counts.stored == 0 && again.counts.present == 4 && again.ids == outcome.ids)
        // The call without outcomes takes them in any order too.
        let counts = try await coordinator.importMemories([item("b", parent: "a"), item("a")])
        #expect(counts.stored == 2)
        try await coordinator.close()
    }

    @Test func `those that can't be stored are left out and named, or refuse them all`() async throws {
        let coordinator = try await household()
        let hidden = try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "Secret.")
        try await coordinator.setStatus(.inactive, of: "mimic")
        let bad: [(MemoryImport, MemoryError.Code)] = [
            (item("important", importance: 2), .invalidArgument),
            (item(""), .invalidArgument),
            (item("orphan", parent: "nowhere"), .memoryNotFound),
            (item("curious", parent: hidden), .memoryNotFound),
            (item("child", parent: "orphan"), .memoryNotFound),
            (item("stranger", agent: "nobody"), .unknownAgent),
            (item("sleeper", agent: "mimic"), .agentNotActive),
            (item("secret", isSensitive: true), .keyUnavailable),
            (item("one", parent: "two"), .invalidArgument),
            (item("two", parent: "one"), .invalidArgument),
            (item("self", parent: "self"), .invalidArgument),
        ]
        let good = [item("first"), item("last", parent: "first")]
        let batch = [good[1]] + bad.map(\.0) + [good[0]]
        await #expect(throws: MemoryError.self) { try await coordinator.importMemories(batch, onInvalid: .refuse) }
        for (refused, code) in bad where !["one", "two"].contains(refused.id) {
            await expect(code) { try await coordinator.importMemories(good + [refused], onInvalid: .refuse) }
        }
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 0)
        let outcome = try await coordinator.importMemories(batch, onInvalid: .skip)
        #expect(outcome.counts.stored == 2)
        #expect(outcome.ids == ["last"] + [MemoryID?](repeating: nil, count: bad.count) + ["first"])
        #expect(outcome.refused.mapValues(\.code) == Dictionary(uniqueKeysWithValues: zip(1..., bad.map(\.1))))
        // An agent learns no more of a parent that it does not see than of one that is not there.
        let messages = outcome.refused.mapValues(\.message)
        let place = "Memory 4"
        #expect(
            messages[4]?.replacing(hidden.rawValue, with: "nowhere").replacing("Memory 5", with: place)
                == messages[3]?.replacing("Memory 4", with: place)
        )
        #expect(try await coordinator.countMemories(agentID: "alden", userID: user) == 2)
        try await coordinator.close()
    }

    @Test func `what was erased, deleted or has expired says so by having no identifier or the one it has`()
        async throws
    {
        let coordinator = try await household()
        _ = try await coordinator.importMemories([item("erased"), item("deleted")], onInvalid: .refuse)
        try await coordinator.eraseMemory("erased", agentID: "alden")
        try await coordinator.deleteMemories(matching: SearchFilter(), agentID: "alden", userID: user, dryRun: false)
        var expired = item("expired")
        expired.draft.expiresAt = .distantPast.addingTimeInterval(1e10)
        let outcome = try await coordinator.importMemories(
            [item("erased"), item("deleted"), expired, item("new")],
            onInvalid: .skip
        )
        #expect(outcome.ids == [nil, "deleted", nil, "new"])
        #expect(outcome.counts.erased == 1 && outcome.counts.deleted == 1 && outcome.counts.expired == 1)
        #expect(outcome.refused.isEmpty)
        try await coordinator.close()
    }
}
