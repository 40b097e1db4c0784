import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules

/// What holds of two edits of any version of any history.
@Suite struct ReconciliationProperties {
    private static let rounds = 150

    /// A history and an edit of its last version in two ways.
    private struct Fork {
        var history: EditHistory
        var base: Version

        init(steps: Int, using random: inout SeededGenerator) throws {
            let generated = try GeneratedHistory(.latestWins, steps: steps, using: &random)
            history = generated.history
            base = generated.heads.randomElement(using: &random) ?? history.first
        }
    }

    private func eachFork(_ body: (inout Fork, inout SeededGenerator) throws -> Void) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            var fork = try Fork(steps: Int.random(in: 0...10, using: &random), using: &random)
            try body(&fork, &random)
        }
    }

    /// Edits of one field each, every one to a value that no history has.
    private static let edits: [@Sendable (inout MemoryFields) -> Void] = [
        { $0.content += "\nSomething new." },
        { $0.category = "new" },
        { $0.tags.append("new") },
        { $0.importance = 0.77 },
        { $0.confidence = 0.77 },
        { $0.metadata["new"] = "value" },
        { $0.expiresAt = Timestamp(rawValue: 77) },
    ]

    @Test(arguments: ConflictResolution.allCases)
    func `a version with any of its ancestors is that version`(strategy: ConflictResolution) throws {
        try eachFork { fork, random in
            let graph = fork.history.graph
            let ancestors = fork.history.versions.filter { graph.isAncestor($0.id, of: fork.base.id) }
            let ancestor = try #require(ancestors.randomElement(using: &random))
            let outcome = try fork.history.reconcile([ancestor, fork.base], by: strategy)
            #expect(outcome == .fastForward(fork.base.id))
        }
    }

    @Test func `the same edit by two agents is no conflict`() throws {
        try eachFork { fork, random in
            let edit = try #require(Self.edits.randomElement(using: &random))
            let one = fork.history.edit([fork.base], by: "alden", at: 10, edit)
            let other = fork.history.edit([fork.base], by: "alice", at: 11, edit)
            let merge = try fork.history.merge([one, other], by: .manualReview)
            #expect(merge.fields == one.fields)
        }
    }

    @Test func `edits of different fields are no conflict, and both stay`() throws {
        try eachFork { fork, random in
            let edits = Self.edits.shuffled(using: &random)
            let one = fork.history.edit([fork.base], by: "alden", at: 10, edits[0])
            let other = fork.history.edit([fork.base], by: "alice", at: 11, edits[1])
            var both = one.fields
            edits[1](&both)
            let merge = try fork.history.merge([other, one], by: .manualReview)
            #expect(merge.fields == both)
        }
    }

    @Test func `under merge_content an edit beats a deletion, whichever came later`() throws {
        try eachFork { fork, random in
            let alive = fork.history.edit([fork.base], by: "alden", at: 9) { $0.isDeleted = false }
            let edit = try #require(Self.edits.randomElement(using: &random))
            let isLater = Bool.random(using: &random)
            let edited = fork.history.edit([alive], by: "alice", at: 11, edit)
            let deleted = fork.history.edit([alive], by: "alden", at: isLater ? 12 : 10) { $0.isDeleted = true }
            let merge = try fork.history.merge([deleted, edited], by: .mergeContent)
            #expect(merge.fields == edited.fields)
        }
    }

    @Test(arguments: ConflictResolution.allCases)
    func `a merge has a category that one of the heads had, so it opens no other`(strategy: ConflictResolution) throws {
        try eachFork { fork, random in
            let one = fork.history.edit([fork.base], by: "alden", at: 10) { $0.category = "one" }
            let other = fork.history.edit([fork.base], by: "alice", at: 11) { $0.category = "other" }
            let third = fork.history.edit([fork.base], by: "mimic", at: 12) { $0.importance = 0.77 }
            switch try fork.history.reconcile([one, other, third].shuffled(using: &random), by: strategy) {
            case .merged(let merge):
                #expect([one, other].map(\.fields.category).contains(merge.version.fields.category))
            case .conflict(let waiting): #expect(strategy == .manualReview && waiting.contested == [.category])
            case .fastForward(let head): Issue.record("\(head) is no outcome of three edits")
            }
        }
    }
}
