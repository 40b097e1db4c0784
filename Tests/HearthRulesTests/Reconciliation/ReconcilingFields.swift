import Testing

@testable import HearthModel
@testable import HearthRules

/// The fields that have rules of their own: deletion, tags and metadata.
@Suite struct ReconcilingFields {
    // MARK: Deletion

    @Test func `a deletion contests an edit of any field`() throws {
        let edits: [(inout MemoryFields) -> Void] = [
            { $0.content = "Ana likes cocoa." }, { $0.category = .task }, { $0.tags = ["drinks"] },
            { $0.importance = 1 },
            { $0.confidence = 1 }, { $0.metadata = ["a": "b"] }, { $0.expiresAt = Timestamp(rawValue: 7) },
        ]
        for change in edits {
            var history = EditHistory(.manualReview)
            let edited = history.edit(history.first, at: 1, change)
            let deleted = history.edit(history.first, by: "alice", at: 2) { $0.isDeleted = true }
            guard case .conflict(let conflict) = try history.reconcile(edited, deleted) else {
                Issue.record("It should wait.")
                continue
            }
            #expect(conflict.kind == .deletion)
            #expect(try history.merge(edited, deleted, by: .mergeContent).fields == edited.fields)
            #expect(try history.merge(edited, deleted, by: .latestWins).fields.isDeleted)
            #expect(try !history.merge(edited, deleted, by: .agentPriority).fields.isDeleted)
        }
    }

    @Test func `a deletion that knew of the edit stands, and two deletions agree`() throws {
        var history = EditHistory(.manualReview)
        let edited = history.edit(history.first, at: 5) { $0.importance = 0.9 }
        let knowing = history.edit(edited, at: 1) { $0.isDeleted = true }
        let other = history.edit(history.first, by: "alice", at: 2) { $0.isDeleted = true }
        let merge = try history.merge(knowing, other)
        #expect(merge.fields.isDeleted)
        #expect(merge.fields.importance == 0.9)
    }

    @Test func `what every side deleted needs nobody's decision`() throws {
        var history = EditHistory(.manualReview)
        let left = history.edit(history.first, at: 1) {
            $0.content = "Ana likes cocoa."
            $0.isDeleted = true
        }
        let right = history.edit(history.first, at: 2) {
            $0.content = "Ana likes coffee."
            $0.isDeleted = true
        }
        #expect(try history.merge(left, right).fields == right.fields)
    }

    @Test func `an edit of a memory that a merge kept alive overrules the deletion`() throws {
        var history = EditHistory(.mergeContent)
        let deleted = history.edit(history.first, at: 3) { $0.isDeleted = true }
        let edited = history.edit(history.first, at: 1) { $0.importance = 0.9 }
        let kept = try history.merge(deleted, edited)
        #expect(!kept.fields.isDeleted)
        let knowing = history.edit(kept, at: 4) { $0.confidence = 0.1 }
        let stranger = history.edit(history.first, at: 2) { $0.category = .task }
        #expect(try !history.merge(knowing, stranger, by: .latestWins).fields.isDeleted)
    }

    // MARK: Tags and metadata

    @Test func `tags merge as sets`() throws {
        var history = EditHistory(.manualReview, first: MemoryFields(content: "", tags: ["a", "b", "c"]))
        let left = history.edit(history.first, at: 1) { $0.tags = ["a", "left", "c"] }
        let right = history.edit(history.first, at: 2) { $0.tags = ["right", "a", "b"] }
        #expect(try history.merge(left, right).fields.tags == ["a", "left", "right"])
    }

    @Test func `a tag that one side removed and another removed and added again stays`() throws {
        var history = EditHistory(first: MemoryFields(content: "", tags: ["a"]))
        let removed = history.edit(history.first, at: 9) { $0.tags = [] }
        let away = history.edit(history.first, at: 1) { $0.tags = [] }
        let again = history.edit(away, at: 2) { $0.tags = ["a"] }
        #expect(try history.merge(removed, again).fields.tags == ["a"])
    }

    @Test func `a tag removed from a merge stays away though an edit before the merge added it`() throws {
        var history = EditHistory(first: MemoryFields(content: ""))
        let added = history.edit(history.first, at: 1) { $0.tags = ["a"] }
        let other = history.edit(history.first, at: 2) { $0.tags = ["b"] }
        let removed = history.edit(try history.merge(added, other), at: 3) { $0.tags = ["b"] }
        let third = history.edit(history.first, at: 4) { $0.tags = ["c"] }
        #expect(try history.merge(removed, third).fields.tags == ["b", "c"])
        #expect(try history.merge(removed, third, added).fields.tags == ["b", "c"])
    }

    @Test func `metadata merges key by key`() throws {
        var history = EditHistory(
            .manualReview,
            first: MemoryFields(content: "", metadata: ["a": "1", "b": "1", "c": "1"])
        )
        let left = history.edit(history.first, at: 1) { $0.metadata = ["a": "2", "b": "1", "left": "1"] }
        let right = history.edit(history.first, at: 2) { $0.metadata = ["a": "1", "b": "2", "c": "1", "right": "1"] }
        let expected = ["a": "2", "b": "2", "left": "1", "right": "1"]
        #expect(try history.merge(left, right).fields.metadata == expected)

        let contrary = history.edit(history.first, at: 3) { $0.metadata["a"] = "3" }
        guard case .conflict(let conflict) = try history.reconcile(left, contrary) else {
            Issue.record("It should wait.")
            return
        }
        #expect(conflict.contested == [.metadata])
        #expect(try history.merge(left, contrary, by: .latestWins).fields.metadata["a"] == "3")
    }
}
