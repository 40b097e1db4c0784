import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Imports {
    /// A host may give any identifier, also one of the engine's own form: that of a memory which it has exported.
    private static let identifiers: [MemoryID] = ["1", "note", "mem_0196f1c2a7b44c5d8e9f00112233aabb"]

    private func item(
        _ id: MemoryID,
        _ content: String,
        user: UserID = "iris",
        agent: AgentID = "alden",
        parent: MemoryID? = nil
    ) -> MemoryImport {
        MemoryImport(id: id, userID: user, agentID: agent, draft: MemoryDraft(content: content, parentID: parent))
    }

    private func memories(of user: UserID, as agent: AgentID = "alden", in store: MemoryStore) async throws -> [Memory]
    {
        try await store.browse(as: agent, userID: user, includeShared: false).memories
            .sorted { $0.content < $1.content }
    }

    @Test func `an identifier of another user's memory hides nothing and tells nothing`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let ours = [item("1", "our first"), item("2", "our second")]
        let theirs = [item("1", "their first", user: "joss"), item("3", "their third", user: "joss")]
        #expect(try await store.importMemories(ours) == ImportCounts(stored: 2))
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 2))
        #expect(try await store.importMemories(theirs) == ImportCounts(present: 2))
        #expect(try await store.importMemories(ours) == ImportCounts(present: 2))

        #expect(try await memories(of: "iris", in: store).map(\.id) == ["1", "2"])
        let found = try await memories(of: "joss", in: store)
        #expect(found.map(\.content) == ["their first", "their third"] && found.map(\.id) == ["1", "3"])
        #expect(try await store.memory("1", as: "alden", userID: "joss").content == "their first")
        #expect(try await store.memory("1", as: "alden", userID: "iris").content == "our first")
        #expect(try await store.memory("2", as: "alden").content == "our second")
        await expect(.invalidArgument) { try await store.memory("1", as: "alden") }
        await expect(.memoryNotFound) { try await store.memory("1", as: "alden", userID: "kim") }
        await expect(.memoryNotFound) { try await store.memory("3", as: "alden", userID: "iris") }
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `an identifier of another agent's memory is the other agent's`() async throws {
        let store = try await MemoryStore.open(.temporary)
        #expect(try await store.importMemories([item("1", "Alden's")]) == ImportCounts(stored: 1))
        let alices = [item("1", "Alice's", agent: "alice")]
        #expect(try await store.importMemories(alices) == ImportCounts(stored: 1))
        #expect(try await store.importMemories(alices) == ImportCounts(present: 1))
        #expect(try await memories(of: "iris", as: "alice", in: store).map(\.content) == ["Alice's"])
        for user in [nil, "iris"] as [UserID?] {
            #expect(try await store.memory("1", as: "alice", userID: user).content == "Alice's")
            #expect(try await store.memory("1", as: "alden", userID: user).content == "Alden's")
        }
        await expect(.memoryNotFound) { try await store.memory("1", as: "sentry", userID: "iris") }
        try await store.share("1", as: "alden", with: ["sentry"])
        #expect(try await store.memory("1", as: "sentry").content == "Alden's")
        try await store.share("1", as: "alice", with: ["sentry"])
        await expect(.invalidArgument) { try await store.memory("1", as: "sentry", userID: "iris") }
        try await store.close()
    }

    @Test(arguments: Self.identifiers) func `an identifier goes on to mean an agent's own memory after its deletion`(
        id: MemoryID
    ) async throws {
        let shared = try await SharedStore()
        let store = shared.store
        for agent in ["alden", "alice"] as [AgentID] {
            _ = try await store.importMemories([item(id, "Of \(agent).", agent: agent)])
        }
        try await store.share(id, as: "alice", with: ["alden"])
        #expect(try await store.memory("alice:\(id)", as: "alden").content == "Of alice.")
        try await store.delete(id, as: "alden")
        _ = try await store.sync("alden", userID: "iris")
        for user in [nil, "iris"] as [UserID?] {
            await expect(.memoryNotFound) { try await store.memory(id, as: "alden", userID: user) }
            await expect(.memoryNotFound) {
                try await store.update(id, as: "alden", change: MemoryChange(content: "Of nobody."), userID: user)
            }
        }
        // What it sees of the other is said with its owner, as before.
        let found = try await store.search("Of", as: "alden", userID: "iris", type: .keyword).map(\.memory.id)
        #expect(found == ["alice:\(id)"])
        #expect(try await store.memory("alice:\(id)", as: "alden").id == "alice:\(id)")
        #expect(try await store.memory(id, as: "alice").content == "Of alice.")
        // Neither does it mean another user's memory, where the call names no user.
        try await store.revokeShare(id, as: "alice", from: ["alden"])
        _ = try await store.importMemories([item(id, "Of joss.", user: "joss", agent: "alice")])
        try await store.share(id, as: "alice", with: ["alden"], userID: "joss")
        await expect(.memoryNotFound) { try await store.memory(id, as: "alden") }
        #expect(try await store.memory(id, as: "alden", userID: "joss").content == "Of joss.")
        _ = try await store.restore(id, as: "alden", userID: "iris")
        #expect(try await store.memory(id, as: "alden", userID: "iris").content == "Of alden.")
        try await store.close()
    }

    @Test(arguments: Self.identifiers)
    func `an agent with whom two have shared memories of one identifier names them by their owners`(id: MemoryID)
        async throws
    {
        let shared = try await SharedStore()
        let store = shared.store
        for agent in ["alden", "alice"] as [AgentID] {
            _ = try await store.importMemories([item(id, "Of \(agent).", agent: agent)])
            try await store.share(id, as: agent, with: ["sentry", "mimic"])
        }
        do {
            _ = try await store.memory(id, as: "sentry")
            Issue.record("Nothing says which is meant.")
        } catch let error as MemoryError {
            #expect(error.code == .invalidArgument && error.message.contains("alden, alice"))
            #expect(error.message.contains("alden:\(id)"))
        }
        for user in [nil, "iris"] as [UserID?] {
            #expect(try await store.memory("alden:\(id)", as: "sentry", userID: user).content == "Of alden.")
            #expect(try await store.memory("alice:\(id)", as: "sentry", userID: user).content == "Of alice.")
            #expect(try await store.memory("alden:\(id)", as: "alden", userID: user).content == "Of alden.")
        }
        // What is read back says which it is, as long as the other is seen too.
        #expect(try await store.memory("alden:\(id)", as: "sentry").id == "alden:\(id)")
        #expect(try await store.memory(id, as: "alden").id == id)
        let found = try await store.search("Of", as: "sentry", userID: "iris", type: .keyword).map(\.memory.id)
        #expect(Set(found) == ["alden:\(id)", "alice:\(id)"])
        #expect(
            try await store.memories(["alden:\(id)", "alice:\(id)"], as: "sentry").map(\.content) == [
                "Of alden.", "Of alice.",
            ]
        )
        #expect(try await store.history(of: "alice:\(id)", as: "sentry").map(\.content) == ["Of alice."])
        #expect(try await store.similar(to: "alice:\(id)", as: "sentry").allSatisfy { $0.memory.agentID != "alice" })
        try await store.update("alice:\(id)", as: "sentry", change: MemoryChange(tags: ["b"]))
        #expect(try await store.memory("alice:\(id)", as: "sentry").tags == ["b"])
        #expect(try await store.memory("alden:\(id)", as: "sentry").tags == [])
        let lock = try #require(try await shared.lock("alden:\(id)", as: "alden"))
        #expect(lock.memoryID == id)
        try await store.update("alden:\(id)", as: "alden", change: MemoryChange(tags: ["c"]), lock: lock)
        #expect(try await store.memory(id, as: "alden").tags == ["c"])
        #expect(try await store.releaseLease(lock))
        // What the agent doesn't see is not there, and neither is what nobody has.
        try await store.revokeShare(id, as: "alice", from: ["sentry"])
        for other in [
            "alice:\(id)", "system:\(id)", "nobody:\(id)", ":\(id)", "alden:", "alden:2", "alden:alden:\(id)",
        ] as [MemoryID] {
            await expect(.memoryNotFound) { try await store.memory(other, as: "sentry") }
        }
        await expect(.memoryNotFound) { try await store.memory("alden:\(id)", as: "sentry", userID: "joss") }
        #expect(try await store.memory(id, as: "sentry").content == "Of alden.")
        #expect(try await store.memory(id, as: "sentry").id == id)
        // A memory that is called so goes first.
        _ = try await store.importMemories([item("alden:\(id)", "Called so.")])
        #expect(try await store.memory("alden:\(id)", as: "alden").content == "Called so.")
        #expect(try await store.verify().isSound)
    }

    @Test(arguments: Self.identifiers)
    func `an agent that edits what it has read edits that memory, also where it has one of that id itself`(id: MemoryID)
        async throws
    {
        let shared = try await SharedStore()
        let store = shared.store
        for agent in ["alden", "alice"] as [AgentID] {
            _ = try await store.importMemories([item(id, "Tea of \(agent).", agent: agent)])
        }
        try await store.share(id, as: "alden", with: ["alice"])
        for view in try await store.search("tea", as: "alice", userID: "iris").map(\.memory) {
            #expect(view.id == (view.agentID == "alice" ? id : "alden:\(id)"))
            try await store.update(view.id, as: "alice", change: MemoryChange(tags: ["of \(view.agentID)"]))
        }
        #expect(try await store.memory(id, as: "alice").tags == ["of alice"])
        #expect(try await store.memory("alden:\(id)", as: "alice").tags == ["of alden"])
    }

    @Test func `a memory called like an owner and an identifier hides nothing from those who do not see it`()
        async throws
    {
        let shared = try await SharedStore { $0.agents.append(AgentProfile(id: "a:b")) }
        let store = shared.store
        for agent in ["alden", "alice", "a:b"] as [AgentID] {
            _ = try await store.importMemories([item("1", "Of \(agent).", agent: agent)])
            try await store.share("1", as: agent, with: ["sentry"])
        }
        for user in ["iris", "joss"] as [UserID] {
            _ = try await store.importMemories([item("alden:1", "Of nobody.", user: user, agent: "mimic")])
        }
        for user in [nil, "iris"] as [UserID?] {
            for owner in ["alden", "alice", "a:b"] as [AgentID] {
                let memory = try await store.memory("\(owner):1", as: "sentry", userID: user)
                #expect(memory.content == "Of \(owner)." && memory.id == "\(owner):1")
            }
            try await store.update("alden:1", as: "sentry", change: MemoryChange(tags: ["b"]), userID: user)
        }
        #expect(try await store.history(of: "alden:1", as: "sentry").map(\.content) == ["Of alden."])
        #expect(try await shared.lock("alden:1", as: "alden")?.memoryID == "1")
        #expect(try await store.memory("alden:1", as: "mimic", userID: "iris").content == "Of nobody.")
        // The agent's own goes first, also after its deletion.
        _ = try await store.importMemories([item("alice:1", "Called so.", agent: "sentry")])
        try await store.delete("alice:1", as: "sentry")
        _ = try await store.sync("sentry", userID: "iris")
        for user in [nil, "iris"] as [UserID?] {
            await expect(.memoryNotFound) { try await store.memory("alice:1", as: "sentry", userID: user) }
        }
        #expect(try await store.restore("alice:1", as: "sentry").content == "Called so.")
        try await store.close()
    }

    @Test func `every list says whose memory it is where an agent has one of that id itself`() async throws {
        let shared = try await SharedStore()
        let store = shared.store
        for agent in ["alden", "alice"] as [AgentID] {
            _ = try await store.importMemories([
                item("1", "First of \(agent).", agent: agent),
                item("2", "Second of \(agent).", agent: agent, parent: "1"),
            ])
        }
        try await store.share("1", as: "alden", with: ["alice"])
        try await store.share("2", as: "alden", with: ["alice"])
        #expect(try await store.memory("alden:2", as: "alice").parentID == "alden:1")
        #expect(try await store.memory("2", as: "alice").parentID == "1")
        #expect(try await store.memory("2", as: "alden").parentID == "1")
        for id in ["1", "alden:1"] as [MemoryID] {
            try await store.update(id, as: "alice", change: MemoryChange(tags: ["b"]))
        }
        #expect(try await Set(store.drafts(of: "alice", userID: "iris").map(\.memoryID)) == ["1", "alden:1"])
        try await store.discardDraft(of: "alden:1", as: "alice")
        #expect(try await store.drafts(of: "alice", userID: "iris").map(\.memoryID) == ["1"])
        try await store.discardDraft(of: "1", as: "alice")
        try await store.update("alden:1", as: "alice", change: MemoryChange(tags: ["c"]))
        #expect(try await store.sync("alice", userID: "iris").published.map(\.memoryID) == ["alden:1"])
        // What can no longer be published is named so too, and can be discarded.
        try await store.update("alden:1", as: "alice", change: MemoryChange(tags: ["d"]))
        try await store.revokeShare("1", as: "alden", from: ["alice"])
        #expect(try await store.sync("alice", userID: "iris").failures.map(\.memoryID) == ["alden:1"])
        try await store.discardDraft(of: "alden:1", as: "alice")
        #expect(try await store.drafts(of: "alice", userID: "iris") == [])
        try await store.close()
    }

    @Test func `an agent gives back what it has of a memory that it no longer sees, whoever else has one of that id`()
        async throws
    {
        let shared = try await SharedStore { $0.agents.append(AgentProfile(id: "vesta", priority: .high)) }
        let store = shared.store
        for agent in ["mimic", "alden"] as [AgentID] {
            _ = try await store.importMemories([item("1", "Of \(agent).", agent: agent)])
        }
        try await store.share("1", as: "alden", with: ["vesta"])
        try await store.update("1", as: "vesta", change: MemoryChange(tags: ["b"]))
        #expect(try await shared.lock("1", as: "vesta") != nil)
        try await store.revokeShare("1", as: "alden", from: ["vesta"])
        await expect(.memoryNotFound) { try await store.memory("1", as: "vesta") }
        try await store.discardDraft(of: "1", as: "vesta")
        #expect(try await store.drafts(of: "vesta", userID: "iris") == [])
        #expect(try await store.releaseLease(on: "1", as: "vesta"))
        #expect(try await shared.lock("1", as: "alden") != nil)
        try await store.close()
    }

    @Test func `a memory that has expired for others makes no identifier ambiguous`() async throws {
        let shared = try await SharedStore()
        let store = shared.store
        for agent in ["alden", "alice"] as [AgentID] {
            var memory = item("1", "Of \(agent).", agent: agent)
            if agent == "alden" {
                memory.draft.expiresAt = shared.clock.storeClock.now().date.addingTimeInterval(60)
            }
            _ = try await store.importMemories([memory])
            try await store.share("1", as: agent, with: ["sentry"])
        }
        await expect(.invalidArgument) { try await store.memory("1", as: "sentry") }
        shared.clock.advance(by: .seconds(61))
        let memory = try await store.memory("1", as: "sentry")
        #expect(memory.content == "Of alice." && memory.id == "1")
        // Its owner still means it.
        await expect(.memoryNotFound) { try await store.memory("1", as: "alden") }
        #expect(try await store.restore("1", as: "alden").content == "Of alden.")
        await expect(.invalidArgument) { try await store.memory("1", as: "sentry") }
        try await store.close()
    }

    @Test func `every call that names a memory finds the one of the user it names`() async throws {
        let shared = try await SharedStore()
        let store = shared.store
        for user in ["iris", "joss"] as [UserID] {
            _ = try await store.importMemories([item("1", "Tea of \(user).", user: user)])
        }
        let change = MemoryChange(tags: ["b"])
        for user in ["joss", "iris"] as [UserID] {
            try await store.update("1", as: "alden", change: change, userID: user)
            try await store.discardDraft(of: "1", as: "alden", userID: user)
            let lock = try #require(
                try await store.acquireLease(
                    on: "1",
                    as: "alden",
                    for: .seconds(9),
                    waitingAtMost: .zero,
                    userID: user
                )
            )
            let renewed = try await store.renewLease(lock, for: .seconds(10))
            try await store.update("1", as: "alden", change: change, lock: renewed, userID: user)
            #expect(try await store.releaseLease(renewed))
            #expect(try await !store.releaseLease(on: "1", as: "alden", userID: user))
            let history = try await store.history(of: "1", as: "alden", userID: user)
            #expect(history.map(\.content) == ["Tea of \(user).", "Tea of \(user)."])
            #expect(history.map(\.tags) == [[], ["b"]])
            try await store.rollback("1", to: history[0].id, as: "alden", userID: user)
            try await store.share("1", as: "alden", with: ["alice"], userID: user)
            #expect(try await store.access(to: "1", as: "alden", userID: user).keys.contains("alice"))
            try await store.delete("1", as: "alden", userID: user)
            #expect(try await store.restore("1", as: "alden", userID: user).tags == [])
            #expect(try await store.memory("1", as: "alice", userID: user).content == "Tea of \(user).")
            try await store.revokeShare("1", as: "alden", from: ["alice"], userID: user)
            await expect(.memoryNotFound) { try await store.memory("1", as: "alice", userID: user) }
            #expect(try await store.similar(to: "1", as: "alden", userID: user).isEmpty)
            #expect(
                try await store.search("tea", as: "alden", userID: user).map(\.memory.content) == ["Tea of \(user)."]
            )
        }
        await expect(.invalidArgument) { try await store.update("1", as: "alden", change: change) }
        await expect(.invalidArgument) { try await store.delete("1", as: "alden") }
        await expect(.invalidArgument) { try await store.history(of: "1", as: "alden") }
        await expect(.invalidArgument) { try await store.restore("1", as: "alden") }
        await expect(.invalidArgument) { try await store.rollback("1", to: "ver_", as: "system") }
        await expect(.invalidArgument) { try await store.share("1", as: "alden", with: ["alice"]) }
        await expect(.invalidArgument) { _ = try await shared.lock("1", as: "alden") }
        await expect(.memoryNotFound) { try await store.memory("1", as: "alice") }
        #expect(try await store.verify().isSound)
    }

    @Test func `pages go on where they ended, also between memories of one identifier`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        var batch: [MemoryImport] = []
        for user in ["iris", "joss"] as [UserID] {
            for agent in ["alden", "alice"] as [AgentID] {
                for id in ["1", "2"] as [MemoryID] {
                    var item = item(id, "\(user) \(agent) \(id)", user: user, agent: agent)
                    (item.draft.createdAt, item.draft.category) = (time, .preference)
                    batch.append(item)
                }
            }
        }
        #expect(try await store.importMemories(batch) == ImportCounts(stored: 8))
        var contents: [String] = []
        var cursor: SliceCursor?
        repeat {
            let page = try await store.browse(as: "alden", userID: "joss", limit: 1, after: cursor)
            contents += page.memories.map(\.content)
            cursor = page.next
        } while cursor != nil && contents.count < 9
        #expect(contents == ["joss alden 1", "joss alden 2", "joss alice 1", "joss alice 2"])
        try await store.close()
    }

    @Test(arguments: [true, false])
    func `what an import comes to does not depend on who has the identifiers already`(isAlone: Bool) async throws {
        let store = try await MemoryStore.open(.temporary)
        let generated = IdentifierGenerator.memoryID(at: Timestamp(rawValue: 1))
        let ids: [MemoryID] = ["1", "2", generated, ImportIdentifiers.derived(from: "1", user: "joss", agent: "alden")]
        if !isAlone { _ = try await store.importMemories(ids.map { item($0, "ours of \($0)") }) }
        let theirs = ids.map { item($0, "theirs of \($0)", user: "joss") }
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 4))
        #expect(try await store.importMemories(theirs) == ImportCounts(present: 4))
        for id in ids {
            let memory = try await store.memory(id, as: "alden", userID: "joss")
            #expect(memory.id == id && memory.content == "theirs of \(id)")
            let change = MemoryChange(importance: 0.7)
            #expect(try await store.update(id, as: "alden", change: change, userID: "joss").id == id)
        }
        let found = try await store.search("theirs", as: "alden", userID: "joss").map(\.memory.id)
        #expect(Set(found) == Set(ids))
        #expect(try await store.sync("alden", userID: "joss").successfulSyncs == 4)
        #expect(try await store.verify().isSound)
        try await store.close()
    }

    @Test func `in one batch an identifier is one memory of each user`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let batch = [item("1", "ours"), item("1", "theirs", user: "joss"), item("1", "ours again")]
        #expect(try await store.importMemories(batch) == ImportCounts(stored: 2, present: 1))
        #expect(try await store.importMemories(batch) == ImportCounts(present: 3))
        #expect(try await memories(of: "iris", in: store).map(\.content) == ["ours"])
        #expect(try await memories(of: "joss", in: store).map(\.content) == ["theirs"])
        try await store.close()
    }

    @Test func `a memory that an earlier version stored under another identifier is there still`() async throws {
        let store = try await MemoryStore.open(.temporary)
        // As if "1", and the identifier derived from it, had been another user's when these were stored.
        let first = ImportIdentifiers.derived(from: "1", user: "joss", agent: "alden")
        let second = ImportIdentifiers.derived(from: first, user: "kim", agent: "alden")
        let third = ImportIdentifiers.derived(from: "1", user: "kim", agent: "alden")
        let fourth = ImportIdentifiers.derived(from: third, user: "kim", agent: "alden")
        #expect(second != fourth)
        _ = try await store.importMemories([
            item("1", "ours"), item(third, "ours too"), item(first, "Joss's", user: "joss"),
            item(fourth, "Kim's", user: "kim"),
        ])
        let again = [item("0", "new", user: "kim"), item("1", "Joss's", user: "joss"), item("1", "Kim's", user: "kim")]
        #expect(
            try await store.importMemories(again)
                == ImportCounts(stored: 1, present: 2, renamed: [1: first, 2: fourth])
        )
        try await store.close()
    }

    @Test func `another agent's parent is shown under its identifier, whoever else has one like it`() async throws {
        let store = try await MemoryStore.open(.temporary)
        _ = try await store.importMemories([item("1", "ben's", user: "ben")])
        _ = try await store.importMemories([item("1", "ana's, of alice", user: "ana", agent: "alice")])
        try await store.share("1", as: "alice", with: ["alden"], userID: "ana")
        _ = try await store.importMemories([item("2", "the child", user: "ana", parent: "1")])
        #expect(try await store.memory("2", as: "alden", userID: "ana").parentID == "1")
        try await store.revokeShare("1", as: "alice", from: ["alden"], userID: "ana")
        #expect(try await store.memory("2", as: "alden", userID: "ana").parentID == nil)
        try await store.close()
    }

    @Test func `a parent is looked for among the memories of the same user`() async throws {
        let store = try await MemoryStore.open(.temporary)
        _ = try await store.importMemories([item("1", "our parent"), item("2", "our child", parent: "1")])
        let theirs = [item("1", "their parent", user: "joss"), item("2", "their child", user: "joss", parent: "1")]
        #expect(try await store.importMemories(theirs) == ImportCounts(stored: 2))
        let found = try await memories(of: "joss", in: store)
        #expect(found.map(\.content) == ["their child", "their parent"])
        #expect(found[0].parentID == found[1].id)
        await expect(.memoryNotFound) {
            _ = try await store.importMemories([item("9", "orphan", user: "kim", parent: "1")])
        }
        try await store.close()
    }

    @Test func `two imports at once store each memory once`() async throws {
        let store = try await MemoryStore.open(.temporary)
        let batch = (0..<50).map { item(MemoryID(rawValue: "\($0)"), "memory \($0)") }
        try await withThrowingTaskGroup(of: ImportCounts.self) { tasks in
            for _ in 0..<8 { tasks.addTask { try await store.importMemories(batch) } }
            let stored = try await tasks.reduce(0) { $0 + $1.stored }
            #expect(stored == 50)
        }
        #expect(try await memories(of: "iris", in: store).count == 50)
        try await store.close()
    }

    @Test func `one bad memory keeps the whole batch out`() async throws {
        let store = try await MemoryStore.open(.temporary)
        for bad in [item("", "x"), item("2", "x", agent: "nobody"), item("2", "x", user: "")] {
            await #expect(throws: MemoryError.self) { try await store.importMemories([item("1", "good"), bad]) }
        }
        #expect(try await memories(of: "iris", in: store).isEmpty)
        #expect(try await store.importMemories([]) == ImportCounts())
        try await store.close()
    }

    @Test func `what is there already is not embedded again`() async throws {
        let embedder = CountingEmbedder()
        var options = StoreOptions()
        options.embedder = embedder
        let store = try await MemoryStore.open(.temporary, options: options)
        _ = try await store.importMemories([item("1", "one"), item("2", "two")])
        _ = try await store.importMemories([item("1", "one"), item("3", "three"), item("2", "two")])
        _ = try await store.importMemories([item("1", "one")])
        #expect(embedder.texts == ["one", "two", "three"])
        try await store.close()
    }
}

/// `"alden:\(id)"` names a memory and its owner.
extension MemoryID: ExpressibleByStringInterpolation {}
