import FoundationEssentials
import HearthEmbedding
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore
@testable import HearthText

/// What is kept in memory follows the commits of all processes, and is always what would be made from nothing.
@Suite struct CachesAfterCommits {
    private static let users: [UserID] = ["iris", "otto"]
    private static let agents: [AgentID] = ["alden", "alice", "sentry", "mimic"]

    @Test(.timeLimit(.minutes(60)))
    func `after each of thousands of commits by several processes the caches are what the file says`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let store = try await MemoryStore.open(.file(path), options: Self.options)
        var writer = RandomWriter(store: store, random: SeededGenerator())
        let seed = Int(truncatingIfNeeded: writer.random.next())
        // Two more processes write all the while.
        async let first: Void = expectWriter(seed: seed, in: path)
        async let second: Void = expectWriter(seed: seed &+ 1, in: path)
        for step in 0..<2_200 {
            let action = try await writer.act()
            // One agent at a time mostly, so that the others have several commits to catch up with.
            // Searches do so on their own after some words that were not known.
            if step % 20 == 0 { try await readWords(of: Self.users[step / 20 % 2], in: store) }
            try expectExactCaches(
                store,
                users: step % 50 == 0 ? Self.users : [Self.users[step % 2]],
                agents: step % 50 == 0 ? Self.agents : [Self.agents[Int.random(in: 0..<4, using: &writer.random)]],
                "step \(step), \(action)"
            )
        }
        _ = await (first, second)
        try expectExactCaches(store, users: Self.users, agents: Self.agents, "the end")
        let commits = try store.read { $0.state.sequence }
        #expect(commits > 2_500)
        try await store.close()
    }

    @Test func `the caches follow when slots are numbered anew, and when a document comes back after that`()
        async throws
    {
        let store = try await MemoryStore.open(.temporary, options: Self.options)
        func layout() throws -> UInt64 {
            try store.read { snapshot in
                let user = try #require(try UserTable.find("iris", in: snapshot.connection))
                let viewer = try snapshot.directory.agent("alden")
                return try store.catalogs.slice(of: user, for: viewer, in: snapshot).catalog.layout
            }
        }
        func expectExact(_ moment: String) throws {
            try expectExactCaches(store, users: ["iris"], agents: Self.agents, moment)
        }
        let ids = try await store.store(
            (0..<1_300)
                .map { MemoryDraft(content: "walk \($0)", createdAt: Date(timeIntervalSince1970: Double($0 % 7))) },
            agentID: "alden",
            userID: "iris",
            sessionID: "one"
        )
        try expectExact("after the stores")
        let first = try layout()
        for id in ids[..<900] { try await store.delete(id, as: "alden") }
        try expectExact("after the drafts")
        #expect(try layout() == first)
        // The drafts are gone then, and so are the memories: more than are kept as empty slots.
        _ = try await store.sync("alden", userID: "iris")
        try expectExact("after the deletions")
        let second = try layout()
        #expect(second != first)
        _ = try await store.restore(ids[450], as: "alden")
        try expectExact("after the restoration")
        #expect(try layout() != second)
        try await store.close()
    }

    private static var options: StoreOptions {
        var options = StoreOptions()
        options.durability = .normal
        options.embedder = TextHashEmbedder()
        return options
    }

    private func readWords(of name: UserID, in store: MemoryStore) async throws {
        let user = try store.read { try UserTable.find(name, in: $0.connection) }
        if let user { try await store.readWords(of: user) }
    }

    private func expectWriter(seed: Int, in path: String) async {
        await #expect(processExitsWith: .success) { [seed, path] in
            let store = try await MemoryStore.open(.file(path), options: CachesAfterCommits.options)
            var writer = RandomWriter(store: store, random: SeededGenerator(seed: UInt64(bitPattern: Int64(seed))))
            for _ in 0..<2_200 { _ = try await writer.act() }
            try await store.close()
        }
    }

    /// Compares what agents are shown of users with what is made from the rows, in one snapshot.
    private func expectExactCaches(
        _ store: MemoryStore,
        users: [UserID],
        agents: [AgentID],
        _ moment: String
    ) throws {
        try store.read { snapshot in
            for name in users {
                #expect(
                    try snapshot.key(of: name) == UserTable.find(name, in: snapshot.connection),
                    "\(name), \(moment)"
                )
                guard let user = try UserTable.find(name, in: snapshot.connection) else { continue }
                let fresh = try DocumentCatalog(
                    user: user,
                    connection: snapshot.connection,
                    sequence: snapshot.state.sequence
                )
                for agent in agents {
                    let viewer = try snapshot.directory.agent(agent)
                    let slice = try store.catalogs.slice(of: user, for: viewer, needsSessions: true, in: snapshot)
                    let visibility = try Visibility(
                        entries: fresh.entries,
                        shares: fresh.shares[viewer.key] ?? [:],
                        viewer: viewer,
                        directory: snapshot.directory,
                        category: { try store.catalogs.name(ofCategory: $0, in: snapshot.connection) }
                    )
                    let order = SessionOrder(entries: fresh.entries, visibility: visibility)
                    let kept = Self.facts(slice.catalog, slice.visibility, try #require(slice.sessions))
                    let made = Self.facts(fresh, visibility, order)
                    let wrong = Set(kept.keys).union(made.keys).filter { kept[$0] != made[$0] }.sorted()
                    #expect(
                        wrong.isEmpty,
                        """
                        \(name) for \(agent), \(moment): \(wrong.last.map { "\(kept[$0] as Any)\nnot \(made[$0] as Any)" } ?? "")
                        """
                    )
                    #expect(slice.catalog.shares == fresh.shares, "\(name), \(moment)")
                    #expect(slice.visibility.collection == visibility.collection, "\(name) for \(agent), \(moment)")
                    try expectExactVectors(store, user: user, slice.catalog, in: snapshot, moment)
                    try expectExactWords(store, user: user, slice, in: snapshot, moment)
                    try expectExactRecords(store, user: user, slice, in: snapshot, moment)
                }
            }
        }
    }

    private func expectExactVectors(
        _ store: MemoryStore,
        user: Int64,
        _ catalog: DocumentCatalog,
        in snapshot: Snapshot,
        _ moment: String
    ) throws {
        let connection = snapshot.connection
        guard let model = try VectorTable.model(TextHashEmbedder().identifier, in: connection) else { return }
        let kept = try store.vectors.current(of: user, model: model, catalog: catalog, in: snapshot)
        var fresh = VectorIndex(model: model)
        try fresh.catchUp(user: user, keys: nil, connection: connection, to: snapshot.state.sequence)
        fresh.findSlots(in: catalog)
        let query = try QuantizedVector(quantizing: TextHashEmbedder.vector(of: "walk"))
        func cosines(_ index: VectorIndex) -> [Float] {
            var buffers = SearchBuffers()
            return VectorScan(of: index, for: query, reusing: [])
                .cosines(count: catalog.entries.count, in: &buffers)
        }
        #expect(cosines(kept) == cosines(fresh), "user \(user), \(moment)")
    }

    /// Reads some memories as searches do, with what is known from earlier, and compares with what their rows say. Which
    /// memories are known differs from time to time.
    private func expectExactRecords(
        _ store: MemoryStore,
        user: Int64,
        _ slice: VisibleSlice,
        in snapshot: Snapshot,
        _ moment: String
    ) throws {
        let catalog = slice.catalog
        var fresh = snapshot
        fresh.names = nil
        #expect(try snapshot.user(user) == fresh.user(user), "user \(user), \(moment)")
        // Nobody asks for others: a draft may outlive its memory's deletion.
        let there = catalog.entries.indices.filter { slice.visibility.isVisible($0) }.map { catalog.entries[$0] }
        let first = Int(snapshot.state.sequence * 7) % max(there.count, 1)
        for entry in (there[first...] + there[..<first]).prefix(12) {
            let kept = try store.catalogs.record(of: entry, user: user, at: catalog, in: snapshot)
            let made = try MemoryRecord.find(key: entry.memory, in: fresh)
            #expect("\(kept)" == made.map { "\($0)" }, "memory \(entry.memory), user \(user), \(moment)")
            #expect(
                try store.catalogs.content(of: entry, user: user, at: catalog, in: snapshot)
                    == DocumentTable.content(of: entry, user: user, in: snapshot),
                "document \(entry.document), user \(user), \(moment)"
            )
        }
    }

    /// Looks words up as searches do, with what is known from earlier, and compares with what the index says. Which words
    /// are known differs from time to time.
    private func expectExactWords(
        _ store: MemoryStore,
        user: Int64,
        _ slice: VisibleSlice,
        in snapshot: Snapshot,
        _ moment: String
    ) throws {
        let words = ["walk", "lake", "bread", "dawn", "absent"] + (0..<4).map { String($0 * 7) }
        let first = Int(snapshot.state.sequence) % words.count
        let some = (words[first...] + words[..<first]).prefix(5).joined(separator: " ")
        let query = KeywordQuery("\(some) wal* \"lake at dawn\"")
        var workspace = SearchWorkspace()
        try store.findWords(of: query, keys: nil, user: user, slice: slice, in: snapshot, &workspace)
        let expression = try #require(query.matchExpression(userKey: UserKey(user)))
        let postings = try snapshot.connection.withPostings(
            index: "memory_index",
            matching: expression,
            phraseCount: query.clauses.count
        ) { $0 }
        for (number, clause) in query.clauses.enumerated() {
            var kept: [Int64: UInt16] = [:]
            for place in workspace.found.range(of: number) {
                let slot = Int(workspace.found.slots[place])
                // What is gone is hidden by its length.
                if slice.catalog.entries[slot].isGone { continue }
                kept[slice.catalog.documents[slot]] = workspace.found.counts[place]
            }
            let made = postings.rows(of: number).map { (postings.rowIDs[$0], postings.counts[$0]) }
            let slots = workspace.found.slots[workspace.found.range(of: number)]
            #expect(zip(slots, slots.dropFirst()).allSatisfy { $0 < $1 }, "\(clause.phrase), user \(user), \(moment)")
            #expect(
                kept == Dictionary(uniqueKeysWithValues: made),
                "\(clause.phrase), user \(user), \(moment)"
            )
        }
    }

    /// What the caches say of a document, whatever its slot.
    private struct Fact: Equatable {
        var entry: DocumentEntry
        var isVisible: Bool
        var isOwn: Bool
        var context: SharingContext?
        var length: UInt32
        var before: Int64?
        var after: Int64?
    }

    private static func facts(
        _ catalog: DocumentCatalog,
        _ visibility: Visibility,
        _ order: SessionOrder
    ) -> [Int64: Fact] {
        func document(_ slot: Int32) -> Int64? { slot < 0 ? nil : catalog.documents[Int(slot)] }
        var facts: [Int64: Fact] = [:]
        for (slot, entry) in catalog.entries.enumerated() {
            let fact = Fact(
                entry: entry,
                isVisible: visibility.isVisible(slot),
                isOwn: visibility.isOwn(slot),
                context: visibility.context(slot),
                length: visibility.lengths[slot],
                before: document(order.previous[slot]),
                after: document(order.next[slot])
            )
            if entry.isGone {
                #expect(!fact.isVisible && fact.length == 0 && fact.before == nil && fact.after == nil)
            } else {
                facts[entry.document] = fact
            }
        }
        return facts
    }
}

/// Does to a store what a household's agents do, at random.
private struct RandomWriter {
    let store: MemoryStore
    var random: SeededGenerator
    private var memories: [MemoryID] = []

    init(store: MemoryStore, random: SeededGenerator) {
        self.store = store
        self.random = random
    }

    /// Does one thing; what the rules refuse is refused.
    ///
    /// - Returns: What was tried.
    mutating func act() async throws -> String {
        let action = Action.allCases.randomElement(using: &random) ?? .store
        do {
            try await perform(action)
        } catch let error as MemoryError where error.code != .storeCorrupt && error.code != .storeBusy {
        }
        return "\(action)"
    }

    private enum Action: CaseIterable {
        case store, storeMany, edit, editAgain, synchronize, share, revoke, delete, restore, discard, policy, read,
            erase
    }

    private mutating func perform(_ action: Action) async throws {
        let agent: AgentID = ["alden", "alice", "sentry"].randomElement(using: &random) ?? "alden"
        let user: UserID = Bool.random(using: &random) ? "iris" : "otto"
        let memory = memories.randomElement(using: &random) ?? "none"
        switch action {
        case .store, .storeMany:
            // Few enough that edits meet, and that comparing stays quick.
            guard memories.count < 80 else { return }
            memories += try await store.store(
                (0..<(action == .store ? 1 : 5)).map { _ in draft() },
                agentID: agent,
                userID: user,
                sessionID: ["one", "two", nil].randomElement(using: &random) ?? nil,
                shareWith: Int.random(in: 0..<4, using: &random) == 0 ? ["mimic"] : []
            )
        case .edit, .editAgain:
            let change = MemoryChange(content: Bool.random(using: &random) ? draft().content : nil, importance: 0.25)
            try await store.update(memory, as: agent, change: change)
        case .synchronize: _ = try await store.sync(agent, userID: user)
        case .share: try await store.share(memory, as: agent, with: ["alice", "mimic"])
        case .revoke: try await store.revokeShare(memory, as: agent, from: ["mimic"])
        case .delete: try await store.delete(memory, as: agent)
        case .restore: _ = try await store.restore(memory, as: agent)
        case .discard: try await store.discardDraft(of: memory, as: agent)
        case .policy where Int.random(in: 0..<20, using: &random) == 0:
            try await store.setSharingPolicy(Bool.random(using: &random) ? SimulatedHousehold.policy : .hearthlink)
        case .policy: break
        case .read:
            _ = try await store.memories(Array(memories.suffix(4)), as: agent)
            try await store.flushReadCounts()
        case .erase where Int.random(in: 0..<12, using: &random) == 0:
            guard let memory = memories.randomElement(using: &random) else { return }
            _ = try await store.eraseMemory(memory, as: agent)
            memories.removeAll { $0 == memory }
        case .erase where Int.random(in: 0..<150, using: &random) == 0:
            _ = try await store.eraseUser(user, as: "system")
            memories = []
        case .erase: break
        }
    }

    private mutating func draft() -> MemoryDraft {
        var draft = MemoryDraft(
            content: ["a walk", "the lake at dawn", "bread", ""].randomElement(using: &random) ?? ""
        )
        draft.content += " \(Int.random(in: 0..<1_000, using: &random))"
        draft.category =
            ["walks", "knowledge", "security", "c\(Int.random(in: 0..<40, using: &random))"]
            .randomElement(using: &random).map { MemoryCategory(rawValue: $0) } ?? .knowledge
        if Int.random(in: 0..<4, using: &random) == 0 { draft.parentID = memories.randomElement(using: &random) }
        draft.createdAt = Date(timeIntervalSince1970: Double(Int.random(in: 0..<10_000, using: &random)))
        if Bool.random(using: &random) { draft.tags = ["lake", "walk at dawn"] }
        if Bool.random(using: &random) { draft.importance = 0.75 }
        if Int.random(in: 0..<4, using: &random) == 0 { draft.expiresAt = Date(timeIntervalSinceNow: 86_400) }
        return draft
    }
}

/// Gives each text a vector that follows from its bytes.
private struct TextHashEmbedder: Embedder {
    let identifier = "text-hash"
    let dimension = 8
    let isLocal = true

    func embed(_ texts: [String]) async throws -> [[Float]] { texts.map(Self.vector) }

    static func vector(of text: String) -> [Float] {
        var sum: UInt64 = 14_695_981_039_346_656_037
        for byte in text.utf8 { sum = (sum ^ UInt64(byte)) &* 1_099_511_628_211 }
        return (0..<8).map { Float((sum >> ($0 * 8)) & 0xFF) - 127.5 }
    }
}
