import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// No call returns what the policy forbids, and none refuses what it allows, whatever the policy is.
///
/// `HEARTH_POLICY_RUNS` sets how many policies are tried.
@Suite struct RandomPolicies {
    private static let runs = ProcessInfo.processInfo.environment["HEARTH_POLICY_RUNS"].flatMap { Int($0) } ?? 24
    /// So many are tried at once at most.
    private static let lots = 8

    @Test(arguments: 0..<lots)
    func `random calls answer as a model of the policy does`(lot: Int) async throws {
        for run in stride(from: lot, to: Self.runs, by: Self.lots) { try await tryPolicy(run) }
    }

    private func tryPolicy(_ run: Int) async throws {
        var random = SeededGenerator()
        for _ in 0..<run { _ = random.next() }
        var calls = try await PolicyCalls(seed: random.next())
        for step in 0..<150 {
            let before = calls.failures.count
            try await calls.step()
            guard calls.failures.count == before else { break }
            if step % 25 == 24 { try await calls.compareEverything() }
        }
        #expect(calls.failures == [], "seed \(calls.seed)")
        try await calls.coordinator.close()
    }
}

/// A store under a random policy, its model, and random calls to both.
private struct PolicyCalls {
    let seed: UInt64
    let coordinator: MultiAgentMemoryCoordinator
    private(set) var failures: [String] = []
    private var model: PolicyModel
    private var random: SeededGenerator
    private let users: [UserID] = ["iris", "otto"]
    private var stored = 0

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        model = PolicyModel.random(using: &random)
        var configuration = CoordinatorConfiguration()
        configuration.sharing = model.policy
        configuration.durability = .normal
        configuration.agents = model.priorities.filter { $0.key != "system" }
            .map { id, priority in
                AgentProfile(
                    id: id,
                    name: id.rawValue,
                    priority: priority,
                    retention: .seconds(86_400),
                    conflictResolution: .latestWins,
                    memoryTypes: [],
                    categories: [],
                    workingMemoryLimit: 10
                )
            }
        coordinator = try await MultiAgentMemoryCoordinator.open(.inMemory, configuration: configuration)
        for agent in model.agents where agent != "system" { try await coordinator.registerAgent(agent) }
        for _ in 0..<8 { try await store() }
    }

    /// What a call came to: the code of its error, or nil where it did what was asked.
    private func outcome(_ call: () async throws -> Void) async throws -> MemoryError.Code? {
        do {
            try await call()
            return nil
        } catch let error as MemoryError {
            return error.code
        }
    }

    private mutating func expect(_ found: MemoryError.Code?, _ expected: MemoryError.Code?, _ what: String) {
        guard found != expected else { return }
        failures.append("\(what): \(found?.rawValue ?? "done") instead of \(expected?.rawValue ?? "done")")
    }

    private mutating func agent() -> AgentID { model.agents.randomElement(using: &random)! }

    private mutating func someAgents() -> [AgentID] {
        model.agents.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    }

    /// Does one thing, mostly with a memory that there is.
    mutating func step() async throws {
        let place = model.entries.indices.randomElement(using: &random)!
        let agent = Bool.random(using: &random) ? agent() : model.entries[place].owner
        switch Int.random(in: 0..<16, using: &random) {
        case 0: try await store()
        case 1...2: try await share(place, as: agent)
        case 3: try await revoke(place, as: agent)
        case 4: try await changeCategory(place)
        case 5: try await deleteOrRestore(place, as: agent)
        case 6...7: try await edit(place, as: agent)
        case 8: try await lease(place, as: agent)
        case 9: try await rollBack(place, as: agent)
        case 10: try await access(place, as: agent)
        case 11...12: try await read(place, as: agent)
        case 13: try await browse(as: agent)
        case 14: try await search(as: agent)
        default: try await history(place, as: agent)
        }
    }
}

// MARK: - Calls that change something

extension PolicyCalls {
    private mutating func store() async throws {
        let owner = agent()
        let user = users.randomElement(using: &random)!
        let category = PolicyModel.categories.randomElement(using: &random)!
        let others = someAgents()
        stored += 1
        let content = "marker word\(random.next() % 100_000) number\(stored)"
        var id: MemoryID?
        let found = try await outcome {
            id = try await coordinator.storeAgentMemory(
                agentID: owner,
                userID: user,
                content: content,
                memoryCategory: category,
                shareWithAgents: others
            )
        }
        var entry = PolicyModel.Entry(id: id ?? "none", owner: owner, user: user, category: category, content: content)
        let targets = others.filter { $0 != owner }
        let isRefused = model.isRestricted(entry) && !targets.isEmpty
        expect(found, isRefused ? .restrictedCategory : nil, "store of \(owner)")
        guard found == nil else { return }
        for target in targets { entry.shares[target] = PolicyModel.Grant(isByCall: true, mayPropose: true) }
        model.entries.append(entry)
        model.propagate(model.entries.count - 1)
    }

    /// What the owner's calls answer to an agent: nil for the owner itself.
    private func refusal(of agent: AgentID, _ entry: PolicyModel.Entry) -> MemoryError.Code? {
        if entry.isDeleted { return .memoryNotFound }
        switch model.right(of: agent, to: entry).right {
        case .nothing: return .memoryNotFound
        case .read, .propose: return .accessDenied
        case .everything: return nil
        }
    }

    private mutating func share(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let others = someAgents()
        let permission: SharePermission = Bool.random(using: &random) ? .read : .propose
        let found = try await outcome {
            try await coordinator.shareMemory(entry.id, agentID: agent, with: others, permission: permission)
        }
        let targets = others.filter { $0 != agent }
        var expected = refusal(of: agent, entry)
        if expected == nil, model.isRestricted(entry), !targets.isEmpty { expected = .restrictedCategory }
        expect(found, expected, "share by \(agent)")
        guard found == nil else { return }
        for target in targets {
            model.entries[place].shares[target] = PolicyModel.Grant(isByCall: true, mayPropose: permission == .propose)
        }
    }

    private mutating func revoke(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let others = someAgents()
        let found = try await outcome { try await coordinator.revokeShare(entry.id, agentID: agent, from: others) }
        expect(found, refusal(of: agent, entry), "revocation by \(agent)")
        guard found == nil else { return }
        for target in others where target != agent {
            model.entries[place].shares[target] = PolicyModel.Grant(isByCall: true, mayPropose: false, isRevoked: true)
        }
    }

    /// Publishes an edit of the owner that puts the memory into another category.
    private mutating func changeCategory(_ place: Int) async throws {
        let entry = model.entries[place]
        let category = PolicyModel.categories.randomElement(using: &random)!
        let coordinator = coordinator
        let found = try await outcome {
            try await coordinator.syncService.withMemoryLock(memoryID: entry.id, agentID: entry.owner) { lock in
                let change = MemoryChange(category: category)
                try await coordinator.updateMemory(entry.id, agentID: entry.owner, change: change, lock: lock)
            }
        }
        expect(found, entry.isDeleted ? .memoryNotFound : nil, "category by \(entry.owner)")
        guard found == nil, category != entry.category else { return }
        model.entries[place].category = category
        model.propagate(place)
    }

    private mutating func deleteOrRestore(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let expected = refusal(of: agent, entry)
        if !entry.isDeleted, Bool.random(using: &random) {
            let found = try await outcome { try await coordinator.deleteMemory(entry.id, agentID: agent) }
            expect(found, expected, "deletion by \(agent)")
            guard found == nil else { return }
            _ = try await coordinator.syncService.syncAgentMemories(agentID: agent, userID: entry.user)
            model.entries[place].isDeleted = true
        } else {
            let found = try await outcome { try await coordinator.restoreMemory(entry.id, agentID: agent) }
            expect(found, entry.isDeleted && agent == entry.owner ? nil : expected, "restoration by \(agent)")
            guard found == nil, entry.isDeleted else { return }
            model.entries[place].isDeleted = false
            model.propagate(place)
        }
    }

    private mutating func edit(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let right = model.liveRight(of: agent, to: entry)
        let found = try await outcome {
            let change = MemoryChange(importance: 0.25)
            let memory = try await coordinator.updateMemory(entry.id, agentID: agent, change: change)
            guard memory.content == entry.content else {
                throw MemoryError(code: .init(rawValue: "content"), message: memory.content)
            }
        }
        expect(found, right == .nothing ? .memoryNotFound : right == .read ? .accessDenied : nil, "edit by \(agent)")
        // The draft is not wanted, whoever may have one.
        if found == nil { try await coordinator.discardDraft(of: entry.id, agentID: agent) }
        let discarded = try await outcome { try await coordinator.discardDraft(of: entry.id, agentID: agent) }
        expect(discarded, right == .nothing ? .memoryNotFound : nil, "discarding by \(agent)")
        guard agent != entry.owner else { return }
        for change in [MemoryChange(category: "other"), MemoryChange(expiresAt: Date(timeIntervalSince1970: 4e9))] {
            let found = try await outcome {
                try await coordinator.updateMemory(entry.id, agentID: agent, change: change)
            }
            expect(found, right == .nothing ? .memoryNotFound : .accessDenied, "the owner's field by \(agent)")
        }
    }

    private mutating func lease(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let service = coordinator.syncService
        var lock: MemoryLock?
        let found = try await outcome {
            lock = try await service.acquireMemoryLock(memoryID: entry.id, agentID: agent, waitForLock: false)
        }
        var expected: MemoryError.Code?
        if entry.isDeleted || agent != "system" && model.liveRight(of: agent, to: entry) == .nothing {
            expected = .memoryNotFound
        } else if !model.mayLease(agent, entry) {
            expected = .accessDenied
        }
        expect(found, expected, "lease by \(agent)")
        guard let lock else { return }
        let other = self.agent()
        let forced = try await outcome {
            try await service.releaseMemoryLock(memoryID: entry.id, agentID: other, force: true)
        }
        if other != agent {
            let sees = model.liveRight(of: other, to: entry) != .nothing
            expect(forced, model.isCritical(other) ? nil : sees ? .accessDenied : .memoryNotFound, "force by \(other)")
        }
        _ = try await service.releaseMemoryLock(lock)
    }

    private mutating func rollBack(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        guard !entry.isDeleted else { return }
        let head = try await coordinator.memory(entry.id, agentID: entry.owner).versionID
        let found = try await outcome { try await coordinator.rollbackMemory(entry.id, to: head, agentID: agent) }
        let right = model.right(of: agent, to: entry).right
        var expected: MemoryError.Code?
        if agent != entry.owner, agent != "system" {
            expected = right == .nothing ? .memoryNotFound : model.isCritical(agent) ? nil : .accessDenied
        }
        expect(found, expected, "rollback by \(agent)")
        if found == nil { model.propagate(place) }
    }
}

// MARK: - Calls that read

extension PolicyCalls {
    private mutating func read(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        let isSeen = model.liveRight(of: agent, to: entry) != .nothing
        for user in [nil] + users {
            var memory: Memory?
            let found = try await outcome {
                memory = try await coordinator.memory(entry.id, agentID: agent, userID: user)
            }
            expect(found, isSeen && (user == nil || user == entry.user) ? nil : .memoryNotFound, "read by \(agent)")
            if let memory, memory.content != entry.content || memory.category != entry.category {
                failures.append("read by \(agent) gave \(memory.content)")
            }
        }
        let all = model.entries.map(\.id)
        let seen = try await coordinator.memories(all, agentID: agent).map(\.id)
        let expected = model.entries.filter { model.liveRight(of: agent, to: $0) != .nothing }.map(\.id)
        if seen != expected { failures.append("\(agent) reads \(seen.count) memories instead of \(expected.count)") }
        var similar: [MemorySearchResult] = []
        let found = try await outcome {
            similar = try await coordinator.similar(to: entry.id, agentID: agent, limit: 1_000)
        }
        expect(found, isSeen ? nil : .memoryNotFound, "similar by \(agent)")
        check(similar, for: agent, of: entry.user, isWhole: false, "similar")
    }

    private mutating func browse(as agent: AgentID) async throws {
        let user = users.randomElement(using: &random)!
        let expected = Set(model.visible(to: agent, of: user).map(\.id))
        let own = Set(model.visible(to: agent, of: user).filter { $0.owner == agent }.map(\.id))
        var paged: [MemoryID] = []
        var cursor: SliceCursor?
        repeat {
            let page = try await coordinator.memories(agentID: agent, userID: user, limit: 4, after: cursor)
            paged += page.memories.map(\.id)
            cursor = page.next
        } while cursor != nil
        if paged.count != expected.count || Set(paged) != expected {
            failures.append("\(agent) browses \(paged.count)")
        }
        let owned = try await coordinator.memories(agentID: agent, userID: user, includeSharedMemories: false)
        if Set(owned.memories.map(\.id)) != own { failures.append("\(agent) browses its own") }
        let owners = Set(expected.compactMap { id in model.entries.first { $0.id == id }?.owner })
        for owner in model.agents where owner == agent || !owners.contains(owner) {
            let filter = SearchFilter(owners: [owner])
            let count = try await coordinator.countMemories(agentID: agent, userID: user, filter: filter)
            if count != (owner == agent ? own.count : 0) { failures.append("\(agent) counts \(count) of \(owner)") }
        }
        let all = try await coordinator.countMemories(agentID: agent, userID: user)
        if all != expected.count { failures.append("\(agent) counts \(all) instead of \(expected.count)") }
        let deleted = Set(try await coordinator.deletedMemories(agentID: agent, userID: user).map(\.memory.id))
        let trash = Set(model.entries.filter { $0.owner == agent && $0.user == user && $0.isDeleted }.map(\.id))
        if deleted != trash { failures.append("\(agent) has \(deleted.count) in the trash instead of \(trash.count)") }
        let slice = try await coordinator.syncService.agentMemorySlice(agentID: agent, userID: user)
        let counts = (slice.statistics.totalMemories, slice.statistics.ownMemories, slice.statistics.sharedMemories)
        if Set(slice.entries.map(\.memory.id)) != expected
            || counts != (expected.count, own.count, expected.count - own.count)
        {
            failures.append("slice of \(agent): \(counts) instead of \(expected.count), \(own.count)")
        }
    }

    private mutating func search(as agent: AgentID) async throws {
        let user = users.randomElement(using: &random)!
        for type in SearchType.allCases {
            let results = try await coordinator.searchAgentMemories(
                agentID: agent,
                userID: user,
                query: "marker",
                searchType: type,
                limit: 1_000
            )
            check(results, for: agent, of: user, isWhole: type != .semantic, "\(type)")
        }
    }

    /// Compares results with what the agent may see, each with its reason and its permission.
    private mutating func check(
        _ results: [MemorySearchResult],
        for agent: AgentID,
        of user: UserID,
        isWhole: Bool,
        _ what: String
    ) {
        let visible = Dictionary(uniqueKeysWithValues: model.visible(to: agent, of: user).map { ($0.id, $0) })
        var found: Set<MemoryID> = []
        for result in results {
            found.formUnion([result.memory.id] + result.copies)
            guard let entry = visible[result.memory.id] else {
                failures.append("\(what): \(agent) finds what it may not see")
                continue
            }
            let (right, reason) = model.right(of: agent, to: entry)
            let permission: SharePermission? = right == .everything ? nil : right == .propose ? .propose : .read
            if result.sharing?.reason != reason || result.sharing?.permission != permission {
                failures.append("\(what): \(agent) sees by \(String(describing: result.sharing))")
            }
        }
        if !found.isSubset(of: visible.keys) || isWhole && found.count != visible.count {
            failures.append("\(what): \(agent) finds \(found.count) of \(visible.count)")
        }
    }

    private mutating func access(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        var contexts: [AgentID: SharingContext] = [:]
        let found = try await outcome { contexts = try await coordinator.access(to: entry.id, agentID: agent) }
        let isAllowed = !entry.isDeleted && (agent == entry.owner || model.isCritical(agent))
        expect(found, isAllowed ? nil : refusal(of: agent, entry), "access by \(agent)")
        guard isAllowed else { return }
        for other in model.agents where other != entry.owner {
            let (right, reason) = model.right(of: other, to: entry)
            let permission: SharePermission? = right == .nothing ? nil : right == .propose ? .propose : .read
            if contexts[other]?.reason != reason || contexts[other]?.permission != permission {
                failures.append("access of \(other): \(String(describing: contexts[other]))")
            }
        }
    }

    private mutating func history(_ place: Int, as agent: AgentID) async throws {
        let entry = model.entries[place]
        var versions: [MemoryVersion] = []
        let found = try await outcome { versions = try await coordinator.history(of: entry.id, agentID: agent) }
        let isSeen = agent == entry.owner || model.liveRight(of: agent, to: entry) != .nothing
        expect(found, isSeen ? nil : .memoryNotFound, "history by \(agent)")
        guard found == nil, agent != entry.owner else { return }
        let restricted = model.policy.restrictedCategories[entry.owner, default: []]
        if versions.contains(where: { restricted.contains($0.category) && $0.author != agent }) {
            failures.append("history of \(agent) has a restricted version")
        }
        let head = try await coordinator.memory(entry.id, agentID: entry.owner).versionID
        if !versions.contains(where: { $0.id == head }) { failures.append("history of \(agent) lacks the head") }
    }

    /// Compares what every agent sees of every memory.
    mutating func compareEverything() async throws {
        for agent in model.agents {
            try await browse(as: agent)
            try await search(as: agent)
            try await read(model.entries.indices.randomElement(using: &random)!, as: agent)
        }
    }
}
