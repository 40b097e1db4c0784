import Testing

@testable import HearthModel
@testable import HearthRules

/// The rules, one by one, on histories small enough to read.
@Suite struct Reconciling {
    // MARK: What is a conflict

    @Test func `a head with all the others among its ancestors is the head`() throws {
        var history = EditHistory()
        let second = history.edit(history.first, at: 1) { $0.importance = 0.9 }
        let third = history.edit(second, at: 2) { $0.content = "Ana likes cocoa." }
        let heads = [history.first, third, second]
        #expect(try history.reconcile(heads) == .fastForward(third.id))
        #expect(try history.reconcile(third, third) == .fastForward(third.id))
    }

    @Test func `edits of different fields are no conflict and both stay`() throws {
        var history = EditHistory(.manualReview)
        let left = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let right = history.edit(history.first, by: "alice", at: 2) {
            $0.importance = 0.9
            $0.confidence = 0.1
            $0.category = .preference
            $0.expiresAt = Timestamp(rawValue: 7)
        }
        guard case .merged(let merge) = try history.reconcile(left, right) else {
            Issue.record("It should have merged.")
            return
        }
        #expect(merge.kind == nil)
        var expected = right.fields
        expected.content = left.fields.content
        #expect(merge.version.fields == expected)
    }

    @Test func `the same edit on both sides is no conflict`() throws {
        var history = EditHistory(.manualReview)
        let left = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let right = history.edit(history.first, by: "alice", at: 2) { $0.content = "Ana likes cocoa." }
        #expect(try history.merge(left, right).fields == left.fields)
    }

    @Test func `a field changed and changed back counts as unchanged`() throws {
        var history = EditHistory(.manualReview)
        let away = history.edit(history.first, at: 1) { $0.importance = 0.9 }
        let back = history.edit(away, at: 9) { $0.importance = 0.5 }
        let other = history.edit(history.first, by: "alice", at: 2) { $0.importance = 0.7 }
        #expect(try history.merge(back, other).fields.importance == 0.7)
    }

    @Test func `deletion goes before content, and content before the rest`() throws {
        var history = EditHistory()
        let left = history.edit(history.first, at: 1) {
            $0.content = "Ana likes cocoa."
            $0.importance = 0.1
        }
        let right = history.edit(history.first, at: 2) {
            $0.content = "Ana likes coffee."
            $0.importance = 0.2
        }
        let small = history.edit(history.first, at: 3) { $0.importance = 0.3 }
        let deleted = history.edit(history.first, at: 4) { $0.isDeleted = true }
        func kind(_ heads: Version...) throws -> ConflictKind? {
            guard case .merged(let merge) = try history.reconcile(heads) else { return nil }
            return merge.kind
        }
        #expect(try kind(left, small) == .metadata)
        #expect(try kind(left, right) == .content)
        #expect(try kind(left, right, deleted) == .deletion)
        #expect(try kind(small, deleted) == .deletion)
    }

    @Test func `what a deleted memory says is asked once an edit brings it back, whichever came first`() throws {
        var history = EditHistory(.manualReview)
        let deleted = history.edit(history.first, at: 1) { $0.isDeleted = true }
        let left = history.edit(deleted, at: 2) { $0.content = "Ana likes cocoa." }
        let right = history.edit(deleted, by: "alice", at: 3) { $0.content = "Ana likes coffee." }
        let restored = history.edit(deleted, by: "sentry", at: 4) { $0.isDeleted = false }

        // Nobody is asked while it is deleted.
        let joined = try history.merge(left, right)
        #expect(joined.fields.isDeleted)
        let again = try history.merge(joined, history.edit(deleted, at: 5) { $0.importance = 0.9 })
        let atOnce = try history.reconcile(left, right, restored)
        for outcome in [atOnce, try history.reconcile(joined, restored), try history.reconcile(again, restored)] {
            guard case .conflict(let conflict) = outcome else {
                Issue.record("It should have asked: \(outcome)")
                continue
            }
            #expect(conflict.contested == [.content])
        }
        let other = try history.merge(left, restored)
        #expect(try history.reconcile(other, right) != .fastForward(other.id))

        // Who edits what was joined has seen what it says.
        let seen = history.edit(again, at: 6) { $0.isDeleted = false }
        #expect(try history.merge(seen, restored).fields.content == joined.fields.content)
    }

    // MARK: Who wins

    @Test func `latest wins field by field`() throws {
        var history = EditHistory(.latestWins)
        let early = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let late = history.edit(history.first, at: 2) { $0.content = "Ana likes coffee." }
        #expect(try history.merge(early, late).fields.content == late.fields.content)

        // A later edit of another field makes the words no newer.
        let tagged = history.edit(early, at: 3) { $0.tags = ["drinks"] }
        let merge = try history.merge(tagged, late)
        #expect(merge.fields.content == late.fields.content)
        #expect(merge.fields.tags == ["drinks"])
    }

    @Test func `at one time the greater id wins, the same everywhere`() throws {
        var history = EditHistory(.latestWins)
        let left = history.edit(history.first, by: "alden", at: 1) { $0.content = "Ana likes cocoa." }
        let right = history.edit(history.first, by: "alice", at: 1) { $0.content = "Ana likes coffee." }
        #expect(try history.merge(left, right).fields == max(left, right, by: { $0.id < $1.id }).fields)
    }

    @Test func `the highest importance wins, then the latest`() throws {
        var history = EditHistory(.highestImportance)
        let weighty = history.edit(history.first, at: 1) {
            $0.content = "Ana is allergic to nuts."
            $0.importance = 0.9
        }
        let light = history.edit(history.first, at: 2) { $0.content = "Ana likes coffee." }
        let lighter = history.edit(history.first, at: 3) { $0.content = "Ana likes cocoa." }
        #expect(try history.merge(weighty, light).fields == weighty.fields)
        #expect(try history.merge(light, lighter).fields == lighter.fields)
    }

    @Test func `the higher priority wins, by the policy and not by what an agent says`() throws {
        var history = EditHistory(.agentPriority)
        let high = history.edit(history.first, by: "alden", at: 1) { $0.content = "Ana likes cocoa." }
        let low = history.edit(history.first, by: "mimic", at: 2) { $0.content = "Ana likes coffee." }
        let unknown = history.edit(history.first, by: "root", at: 3) { $0.content = "Ana likes rum." }
        #expect(try history.merge(high, low).fields == high.fields)
        #expect(try history.merge(low, unknown).fields == low.fields)
        #expect(try history.merge(high, low, unknown).fields == high.fields)
    }

    // MARK: Merges

    @Test func `the same heads make the same version anywhere`() throws {
        var history = EditHistory(.mergeContent)
        let left = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let middle = history.edit(left, at: 2) { $0.importance = 0.9 }
        let right = history.edit(history.first, by: "alice", at: 7) { $0.content = "Ana likes coffee." }
        let merge = try history.merge(middle, right)
        #expect(merge == (try history.merge(right, middle)))
        #expect(merge.author == "system")
        #expect(merge.node == Version.mergeNode)
        #expect(merge.isAutomaticMerge)
        #expect(merge.parents == [middle.id, right.id].sorted())
        #expect(merge.number == 4)
        #expect(merge.time == right.time)
    }

    @Test func `merged content keeps both wordings, the later one first`() throws {
        var history = EditHistory(.mergeContent)
        let early = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let late = history.edit(history.first, at: 2) { $0.content = "Ana likes coffee." }
        #expect(try history.merge(early, late).fields.content == "Ana likes coffee. Ana likes cocoa.")
    }

    @Test func `a sentence replaced knowingly isn't brought back by a side that had left it`() throws {
        var history = EditHistory(.mergeContent)
        let second = history.edit(history.first, at: 1) { $0.content = "Ana likes coffee." }
        let left = history.edit(second, at: 2) { $0.content = "Ana likes coffee. She has a cat." }
        let right = history.edit(second, at: 3) { $0.content = "Ana has given up coffee." }
        let stranger = history.edit(history.first, at: 4) { $0.content = "Ana likes tea. She lives in Oslo." }
        let heads = [left, right, stranger]
        let merged = try history.merge(heads).fields.content
        #expect(merged == "Ana has given up coffee. She has a cat. She lives in Oslo.")
    }

    @Test func `an edit on a merge supersedes what it saw of the fields it changed, and only of these`() throws {
        var history = EditHistory(.latestWins)
        let left = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let right = history.edit(history.first, at: 3) { $0.content = "Ana likes coffee." }
        let merge = try history.merge(left, right)
        let tagged = history.edit(merge, at: 9) { $0.importance = 0.9 }
        let reworded = history.edit(merge, at: 2) { $0.content = "Ana likes water." }
        let between = history.edit(history.first, at: 4) { $0.content = "Ana likes milk." }

        // Kept: the words are still those of the time 3.
        let kept = try history.merge(tagged, between)
        #expect(kept.fields.content == "Ana likes milk.")
        #expect(kept.fields.importance == 0.9)
        // Changed: what came of the words before is settled, and the new ones are as old as they are.
        #expect(try history.merge(reworded, right).fields.content == "Ana likes water.")
        #expect(try history.merge(reworded, between).fields.content == "Ana likes milk.")
    }

    @Test func `a contest settled by another strategy isn't reopened by an edit elsewhere`() throws {
        var history = EditHistory(.latestWins)
        let left = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let right = history.edit(history.first, at: 2) { $0.content = "Ana likes coffee." }
        let merge = try history.merge(left, right, by: .mergeContent)
        let stranger = history.edit(history.first, at: 3) { $0.importance = 0.9 }
        #expect(try history.merge(merge, stranger).fields.content == merge.fields.content)
    }

    @Test func `of several lowest common ancestors the latest is the base`() throws {
        var history = EditHistory(.manualReview)
        let left = history.edit(history.first, at: 1) { $0.importance = 0.1 }
        let right = history.edit(history.first, at: 2) { $0.confidence = 0.1 }
        let mine = history.edit(left, right, at: 3) { $0.content = "Ana likes cocoa." }
        let yours = history.edit(left, right, by: "alice", at: 4) { $0.content = "Ana likes coffee." }
        #expect(history.graph.lowestCommonAncestors(of: [mine.id, yours.id]) == [right.id, left.id])
        guard case .conflict(let conflict) = try history.reconcile(mine, yours) else {
            Issue.record("It should wait.")
            return
        }
        #expect(conflict.base == right.id)
    }

    // MARK: Manual review

    @Test func `under manual review the published head stays, later edits join, and a decision closes`() throws {
        var history = EditHistory(.manualReview)
        let published = history.edit(history.first, at: 1) { $0.content = "Ana likes cocoa." }
        let second = history.edit(history.first, by: "alice", at: 2) { $0.content = "Ana likes coffee." }
        let third = history.edit(history.first, by: "mimic", at: 3) { $0.importance = 0.9 }
        history.policy.publishedHead = published.id

        let expected = WaitingConflict(
            contested: [.content],
            kind: .content,
            base: history.first.id,
            heads: [published.id, second.id],
            reason: .manualReview
        )
        #expect(try history.reconcile(second, published) == .conflict(expected))
        var joined = expected
        joined.heads = [published.id, third.id, second.id]
        #expect(try history.reconcile(third, second, published) == .conflict(joined))

        let decision = history.edit(published, second, third, by: "system", at: 4) { $0.content = "Ana likes both." }
        #expect(!decision.isAutomaticMerge)
        #expect(try history.reconcile(published, second, third, decision) == .fastForward(decision.id))
        let late = history.edit(second, by: "alice", at: 9) { $0.content = "Ana likes espresso." }
        guard case .conflict(let conflict) = try history.reconcile(decision, late) else {
            Issue.record("It should wait.")
            return
        }
        #expect(conflict.heads.count == 2)
    }

    @Test(arguments: [false, true])
    func `a merge that would be too long waits for a person`(isDeleted: Bool) throws {
        var history = EditHistory(.mergeContent)
        history.policy.maximumContentLength = 30
        let heads = ["Ana likes cocoa.", "Ana likes coffee."]
            .map { content in
                history.edit(history.first, at: 1) {
                    $0.content = content
                    $0.isDeleted = isDeleted
                }
            }
        guard case .conflict(let conflict) = try history.reconcile(heads) else {
            Issue.record("It should wait.")
            return
        }
        #expect(conflict.kind == .content)
        #expect(conflict.reason != .manualReview)
    }

    // MARK: Bad input

    @Test func `no heads, heads of two memories and missing ancestors are refused`() throws {
        var history = EditHistory()
        let left = history.edit(history.first, at: 1) { $0.importance = 0.1 }
        let right = history.edit(history.first, at: 2) { $0.importance = 0.2 }
        let stranger = Version(
            memoryID: "mem_2",
            parents: [],
            author: "alden",
            node: "node_1",
            time: .zero,
            fields: MemoryFields(content: ""),
            number: 1
        )
        func code(_ versions: [Version], _ heads: [Version]) -> MemoryError.Code? {
            do throws(MemoryError) {
                _ = try Reconcile.reconcile(VersionGraph(versions), heads: heads.map(\.id), policy: history.policy)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code([], []) == .invalidArgument)
        #expect(code([left, right, history.first, stranger], [left, stranger]) == .invalidArgument)
        #expect(code([left, right], [left, right]) == .storeCorrupt)
        #expect(code([left, history.first], [left, right]) == .storeCorrupt)
        #expect(code([left], [left]) == nil)
    }
}

/// The greater of two by an order.
private func max<T>(_ left: T, _ right: T, by areInOrder: (T, T) -> Bool) -> T {
    areInOrder(left, right) ? right : left
}
