import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What an agent gets back from editing, sync, leases and history is the same, whether or not there are memories that
/// it may not see.
@Suite struct EditNoninterference {
    private static let steps = 120

    @Test(arguments: 0..<6)
    func `edits, syncs, leases and histories answer the same beside memories that are hidden`(run: Int) async throws {
        var random = SeededGenerator()
        for _ in 0..<run { _ = random.next() }
        let seed = random.next()
        var alone = try await World(seed: seed, hasHidden: false)
        var beside = try await World(seed: seed, hasHidden: true)
        for step in 0..<Self.steps {
            let (expected, found) = (try await alone.step(), try await beside.step())
            #expect(expected == found, "step \(step) of seed \(seed)")
            guard expected == found else { break }
        }
        #expect(beside.hiddenDeeds > 0)
        try await alone.store.close()
        try await beside.store.close()
    }
}

/// A store in which Alden and Alice share memories of one user, and in which there may be others' memories and another
/// user's as well.
private struct World {
    let store: MemoryStore
    private(set) var hiddenDeeds = 0
    private let clock = TestClock()
    private let hasHidden: Bool
    private let user: UserID = "user_123"
    /// What is done in sight of the agents and what is done out of their sight have random sequences of their own.
    private var random: SeededGenerator
    private var hiddenRandom: SeededGenerator
    private var memories: [MemoryID] = []
    private var locks: [MemoryLock] = []
    private var versions: [VersionID] = []
    private var hidden: [(id: MemoryID, owner: AgentID)] = []
    private var names: [String: String] = [:]

    init(seed: UInt64, hasHidden: Bool) async throws {
        self.hasHidden = hasHidden
        random = SeededGenerator(seed: seed)
        hiddenRandom = SeededGenerator(seed: ~seed)
        var options = StoreOptions()
        options.clock = clock.storeClock
        options.embedder = nil
        store = try await MemoryStore.open(.inMemory, options: options)
    }

    /// Does one thing in sight of the agents, after some out of their sight, and returns the answer.
    mutating func step() async throws -> String {
        if hasHidden {
            for _ in 0..<3 { try await hiddenStep() }
        }
        clock.advance(by: .seconds(Int.random(in: 1...40, using: &random)))
        let agent: AgentID = Bool.random(using: &random) ? "alden" : "alice"
        do {
            let answer = try await visibleStep(by: agent)
            return named(answer)
        } catch let error as MemoryError {
            return named("\(error.code.rawValue): \(error.message)")
        }
    }

    private mutating func visibleStep(by agent: AgentID) async throws -> String {
        let choice = Int.random(in: 0..<15, using: &random)
        guard choice > 0, let id = memories.randomElement(using: &random) else {
            let draft = MemoryDraft(content: "Visible \(memories.count).", tags: ["seen"])
            let other: AgentID = agent == "alden" ? "alice" : "alden"
            memories += try await store.store([draft], agentID: agent, userID: user, shareWith: [other])
            return "stored \(memories.last?.rawValue ?? "")"
        }
        switch choice {
        case 1...4:
            let change = MemoryChange(
                content: "Edit \(random.next() % 1_000).",
                importance: Double(random.next() % 5) / 4
            )
            let lock = Bool.random(using: &random) ? locks.randomElement(using: &random) : nil
            return "updated \(told(try await store.update(id, as: agent, change: change, lock: lock)))"
        case 5:
            try await store.delete(id, as: agent)
            return "deleted"
        case 6:
            try await store.discardDraft(of: id, as: agent)
            return "discarded"
        case 7:
            return "restored \(told(try await store.restore(id, as: agent)))"
        case 8:
            let history = try await store.history(of: id, as: agent)
            versions = history.map(\.id)
            return history.map { "\($0.id) \($0.number) \($0.author) \($0.content) \($0.isDeleted)" }
                .joined(separator: "; ")
        case 9:
            guard let version = versions.randomElement(using: &random) else { return "" }
            return "rolled back \(told(try await store.rollback(id, to: version, as: agent)))"
        case 10:
            let result = try await store.sync(agent, userID: user, force: Bool.random(using: &random))
            return "\(ModelSync(result)) \(result.errors)"
        case 11:
            let lock = try await store.acquireLease(on: id, as: agent, for: .seconds(60), waitingAtMost: .zero)
            if let lock { locks.append(lock) }
            return "leased \(lock?.fencingToken ?? 0)"
        case 12:
            guard let lock = locks.randomElement(using: &random) else { return "" }
            if Bool.random(using: &random) { return "released \(try await store.releaseLease(lock))" }
            return "renewed \(try await store.renewLease(lock, for: .seconds(60)).fencingToken)"
        case 13:
            // For the agent, a hidden memory and its conflict are as if they were not there. In the store without
            // others, they are not there.
            let target = hidden.randomElement(using: &hiddenRandom)?.id ?? "mem_nowhere"
            return try await answersAbout(target, as: agent).replacing(target.rawValue, with: "what is hidden")
        default:
            let slice = try await store.slice(of: agent, userID: user)
            return "\(slice.entries.map { told($0.memory) }) \(counts(slice.statistics))"
        }
    }

    /// What every call answers to an agent that names a memory it may not see.
    private func answersAbout(_ id: MemoryID, as agent: AgentID) async throws -> String {
        let store = store
        let calls: [() async throws -> Void] = [
            { try await store.update(id, as: agent, change: MemoryChange(content: "Mine.")) },
            { try await store.delete(id, as: agent) },
            { try await store.discardDraft(of: id, as: agent) },
            { _ = try await store.history(of: id, as: agent) },
            { try await store.rollback(id, to: "ver_none", as: agent) },
            { try await store.restore(id, as: agent) },
            { _ = try await store.acquireLease(on: id, as: agent, for: .seconds(60), waitingAtMost: .zero) },
            { try await store.releaseLease(on: id, as: agent) },
            { try await store.releaseLease(on: id, as: agent, force: true) },
            { try await store.share(id, as: agent, with: ["mimic"]) },
            { try await store.revokeShare(id, as: agent, from: ["mimic"]) },
        ]
        var answers: [String] = []
        for call in calls {
            do {
                try await call()
                answers.append("done")
            } catch let error as MemoryError {
                answers.append("\(error.code.rawValue): \(error.message)")
            }
        }
        return answers.joined(separator: "\n")
    }

    /// Something that neither agent may see: Sentry's and Mimic's own memories, and another user's.
    private mutating func hiddenStep() async throws {
        hiddenDeeds += 1
        let owner: AgentID = Bool.random(using: &hiddenRandom) ? "sentry" : "mimic"
        guard hidden.count > 4, let target = hidden.randomElement(using: &hiddenRandom) else {
            let ids = try await store.store(
                [MemoryDraft(content: "Hidden \(hiddenDeeds).", tags: ["seen"])],
                agentID: owner,
                userID: user,
                shareWith: ["sentry", "mimic"]
            )
            hidden.append((ids[0], owner))
            let others = try await store.store(
                [MemoryDraft(content: "Another user's \(hiddenDeeds).")],
                agentID: "alice",
                userID: "user_456",
                shareWith: ["alden"]
            )
            try await store.update(others[0], as: "alden", change: MemoryChange(content: "Drafted."))
            return
        }
        do {
            switch Int.random(in: 0..<6, using: &hiddenRandom) {
            case 0...2:
                let change = MemoryChange(content: "Hidden edit \(hiddenDeeds).")
                try await store.update(target.id, as: owner, change: change)
            case 3:
                _ = try await store.sync(owner, userID: user)
            case 4:
                _ = try await store.sync("alden", userID: "user_456")
            default:
                _ = try await store.acquireLease(
                    on: target.id,
                    as: target.owner,
                    for: .seconds(60),
                    waitingAtMost: .zero
                )
            }
        } catch is MemoryError {
            // What is done out of sight may fail.
        }
    }

    private func told(_ memory: Memory) -> String {
        "\(memory.id) \(memory.content) \(memory.importance) \(memory.version) \(memory.versionID) \(memory.syncStatus)"
    }

    private func counts(_ statistics: SliceStatistics) -> String {
        let status = statistics.syncStatus.map { "\($0.key.rawValue) \($0.value)" }.sorted()
        return "\(statistics.totalMemories) \(status) \(statistics.lockedMemories) \(statistics.conflictedMemories)"
    }

    /// Identifiers by the order in which they were first seen: they are made at random.
    private mutating func named(_ text: String) -> String {
        var text = text
        for prefix in ["mem", "ver", "conf"] {
            for word in text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
            where word.hasPrefix(prefix + "_") && word.count > 30 {
                let name = names[word] ?? "\(prefix) \(names.count)"
                names[word] = name
                text = text.replacing(word, with: name)
            }
        }
        return text
    }
}
