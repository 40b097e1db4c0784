import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules
@testable import HearthStore
@testable import HearthText

/// Memories that say the same become one, unless somebody could tell.
@Suite struct FoldingDuplicates {
    private func folded(_ upkeep: UpkeepStore) async throws -> Int {
        try await upkeep.maintain(.duplicates)[.duplicates]?.affected ?? -1
    }

    private func store(
        _ draft: MemoryDraft,
        in upkeep: UpkeepStore,
        of owner: AgentID = "mimic",
        user: UserID? = nil,
        shareWith: [AgentID] = []
    ) async throws -> MemoryID {
        upkeep.shared.clock.advance(by: .seconds(60))
        return
            try await upkeep.store
            .store(
                [draft],
                agentID: owner,
                userID: user ?? upkeep.shared.user,
                shareWith: shareWith
            )[0]
    }

    @Test func `equal texts become the newest, with the tags of all and the greatest importance`() async throws {
        let upkeep = try await UpkeepStore()
        let draft = MemoryDraft(content: "Cafe\u{301} at nine", tags: ["a"], importance: 0.9)
        let first = try await store(draft, in: upkeep)
        let second = try await store(MemoryDraft(content: "Café at nine", tags: ["b", "a"]), in: upkeep)
        let third = try await store(MemoryDraft(content: "Café at nine", tags: ["c"]), in: upkeep)
        let other = try await store(MemoryDraft(content: "Café at ten"), in: upkeep)
        let planned = try await upkeep.maintain(.duplicates, dryRun: true)
        #expect(planned[.duplicates]?.affected == 2)
        #expect(try await folded(upkeep) == 2)
        #expect(!(await upkeep.exists(first)))
        #expect(!(await upkeep.exists(second)))
        #expect(await upkeep.exists(other))
        let kept = try await upkeep.store.memory(third, as: "mimic")
        #expect(Set(kept.tags) == ["a", "b", "c"] && kept.importance == 0.9)
        #expect(try upkeep.count("SELECT count(*) FROM memories WHERE folded_into IS NOT NULL") == 2)
        #expect(try await folded(upkeep) == 0)
        #expect(try await upkeep.store.verify().findings == [])
    }

    @Test func `a folded memory is restored, and then left apart for good`() async throws {
        let upkeep = try await UpkeepStore()
        let first = try await store(MemoryDraft(content: "The same"), in: upkeep)
        let second = try await store(MemoryDraft(content: "The same"), in: upkeep)
        #expect(try await folded(upkeep) == 1)
        #expect(try await upkeep.store.restore(first, as: "mimic").content == "The same")
        #expect(try upkeep.count("SELECT count(*) FROM memories WHERE folded_into IS NOT NULL") == 0)
        #expect(try await folded(upkeep) == 0)
        #expect(await upkeep.exists(first))
        #expect(await upkeep.exists(second))
    }

    @Test func `nothing is folded across users, owners, kinds or walls of visibility`() async throws {
        let provider = MemoryKeyProvider()
        let upkeep = try await UpkeepStore { $0.keyProvider = provider }
        _ = try await store(MemoryDraft(content: "The same"), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same"), in: upkeep, of: "alden")
        _ = try await store(MemoryDraft(content: "The same"), in: upkeep, user: "somebody")
        _ = try await store(MemoryDraft(content: "The same", type: .working), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same", category: .persona), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same", metadata: ["k": "v"]), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same", isSensitive: true), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same"), in: upkeep, shareWith: ["alice"])
        #expect(try await folded(upkeep) == 0)
        // With the same audience it goes, and the share stays.
        let shared = try await store(MemoryDraft(content: "The same"), in: upkeep, shareWith: ["alice"])
        #expect(try await folded(upkeep) == 1)
        #expect(await upkeep.exists(shared, as: "alice"))
    }

    @Test func `what somebody works on is not folded`() async throws {
        let upkeep = try await UpkeepStore()
        let first = try await store(MemoryDraft(content: "The same"), in: upkeep)
        _ = try await store(MemoryDraft(content: "The same"), in: upkeep)
        try await upkeep.shared.edit(first, as: "mimic", tags: ["draft"])
        #expect(try await folded(upkeep) == 0)
        try await upkeep.shared.sync("mimic")
        #expect(try await folded(upkeep) == 1)
    }

    @Test(arguments: [
        ("Iris keeps the spare key under the blue pot", "Iris keeps a spare key under the blue pot", true),
        (
            "Iris keeps the spare key of the garden house under the blue pot",
            "Iris keeps the old spare key of the garden house under the blue pot", true
        ),
        ("Iris keeps the spare key under the blue pot", "Iris never keeps the spare key under the blue pot", false),
        ("Meeting with the bank on floor 3 tomorrow", "Meeting with the bank on floor 4 tomorrow", false),
        ("Jonas called Iris about the broken boiler", "Iris called Jonas about the broken boiler", false),
        ("Iris likes tea", "Iris likes green tea", false),
        ("Iris keeps the spare key under the blue pot", "Iris keeps the spare key under the red pot", false),
    ])
    func `near duplicates say all that the other says, and neither number nor negation more`(
        left: String,
        right: String,
        isNear: Bool
    ) async throws {
        for texts in [[left, right], [right, left]] {
            let upkeep = try await UpkeepStore(embeds: true) { $0.maintenance.duplicateCosine = 0.8 }
            for text in texts { _ = try await store(MemoryDraft(content: text), in: upkeep) }
            #expect(try await folded(upkeep) == (isNear ? 1 : 0))
            let longer = WordSequence(left).words.count >= WordSequence(right).words.count ? left : right
            let live = try await upkeep.store.browse(as: "mimic", userID: upkeep.shared.user).memories.map(\.content)
            if isNear, WordSequence(left).words.count != WordSequence(right).words.count { #expect(live == [longer]) }
        }
    }

    @Test func `folding is switched off, or kept to equal texts`() async throws {
        for (folding, count) in [(MaintenancePolicy.Folding.none, 0), (.exact, 1), (.near, 2)] {
            let upkeep = try await UpkeepStore(embeds: true) { $0.maintenance.folding = folding }
            let texts = ["The same text", "The same text", "The car keys hang there now", "Car keys hang there now"]
            for text in texts {
                _ = try await store(MemoryDraft(content: text), in: upkeep)
            }
            #expect(try await folded(upkeep) == count)
        }
    }
}
