import Testing

@testable import HearthModel
@testable import HearthRules

/// What only the owner changes: another agent's edit of it counts for nothing when heads are joined.
@Suite struct OwnersFields {
    private func history() -> EditHistory {
        var history = EditHistory(first: MemoryFields(content: "Ana likes tea.", importance: 0.2))
        history.policy.owner = "alden"
        return history
    }

    @Test(arguments: ConflictResolution.allCases)
    func `no strategy takes an expiry or a category from an agent that isn't the owner`(
        strategy: ConflictResolution
    ) throws {
        // The other agent's edit is the later one, the more important one and that of the higher priority.
        var history = history()
        let owners = history.edit(history.first, at: 1) { $0.confidence = 0.1 }
        let proposal = history.edit(history.first, by: "sentry", at: 2) {
            $0.tags = ["drinks"]
            $0.importance = 1
            $0.expiresAt = Timestamp(rawValue: 1)
            $0.category = .privateTasks
        }
        let merged = try history.merge(owners, proposal, by: strategy).fields
        #expect(merged.expiresAt == nil && merged.category == .general)
        #expect(merged.tags == ["drinks"] && merged.importance == 1 && merged.confidence == 0.1)
    }

    @Test func `what the owner says stands against whatever a proposal says`() throws {
        var history = history()
        let owners = history.edit(history.first, at: 1) { $0.expiresAt = Timestamp(rawValue: 100) }
        let proposal = history.edit(history.first, by: "sentry", at: 2) { $0.expiresAt = Timestamp(rawValue: 1) }
        let again = history.edit(proposal, by: "sentry", at: 3) { $0.expiresAt = nil }
        for head in [proposal, again] {
            #expect(try history.merge(owners, head).fields.expiresAt == Timestamp(rawValue: 100))
        }
        // Two edits of the owner still contest each other.
        let later = history.edit(history.first, at: 4) { $0.expiresAt = Timestamp(rawValue: 200) }
        #expect(try history.merge(owners, later, proposal).fields.expiresAt == Timestamp(rawValue: 200))
    }

    @Test func `who decides on several heads decides on these fields too`() throws {
        var history = history()
        let left = history.edit(history.first, at: 1) { $0.expiresAt = Timestamp(rawValue: 100) }
        let right = history.edit(history.first, at: 2) { $0.expiresAt = Timestamp(rawValue: 200) }
        let decision = history.edit(left, right, by: "sentry", at: 3) { $0.expiresAt = Timestamp(rawValue: 100) }
        let stranger = history.edit(history.first, by: "alice", at: 4) { $0.importance = 1 }
        #expect(try history.merge(decision, stranger).fields.expiresAt == Timestamp(rawValue: 100))
    }
}
