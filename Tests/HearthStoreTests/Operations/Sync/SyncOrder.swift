import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The same drafts, synced in any order, end in the same published field values.
@Suite struct SyncOrder {
    /// How many sets of drafts each strategy gets, and in how many orders each is synced.
    private static let sets = 6
    private static let orders = 5

    @Test(arguments: ConflictResolution.allCases)
    func `drafts synced in any order, in batches, twice or by force end in the same field values`(
        strategy: ConflictResolution
    ) async throws {
        var random = SeededGenerator()
        for _ in 0..<Self.sets {
            let seed = random.next()
            var first: Outcome?
            for _ in 0..<Self.orders {
                let outcome = try await outcome(of: seed, under: strategy, order: &random)
                #expect(first == nil || first == outcome, "drafts of seed \(seed)")
                first = first ?? outcome
            }
        }
    }

    /// What is the same in every order.
    private struct Outcome: Equatable {
        /// What is published, once everything that waited is settled by one strategy.
        var published: [ModelFields]
        /// Every edit that was published, and which memories waited for a decision.
        var edits: [[String]]
        var waiting: [Bool]
    }

    /// A version without its id; the metadata in order, because a dictionary has none.
    private static func told(_ version: MemoryVersion) -> String {
        let metadata = version.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return """
            \(version.author): \(version.content) \(version.category) \(version.tags) \(version.importance) \(version.confidence) \
            \(metadata) \(version.isDeleted)
            """
    }

    private func outcome(
        of seed: UInt64,
        under strategy: ConflictResolution,
        order: inout SeededGenerator
    ) async throws -> Outcome {
        let drafts = try await DraftedStore(seed: seed, strategy: strategy)
        // Sometimes an agent is synced twice, and sometimes only one of its sessions.
        var syncs = drafts.agents + drafts.agents.filter { _ in Bool.random(using: &order) }
        syncs.shuffle(using: &order)
        for agent in syncs + drafts.agents.shuffled(using: &order) {
            let session: SessionID? = Bool.random(using: &order) ? drafts.sessions.randomElement(using: &order) : nil
            _ = try await drafts.store.sync(
                agent,
                userID: drafts.user,
                sessionID: session,
                force: Int.random(in: 0..<4, using: &order) == 0
            )
        }
        for agent in drafts.agents { _ = try await drafts.store.sync(agent, userID: drafts.user) }

        let conflicts = try await drafts.store.pendingConflicts()
        var outcome = Outcome(published: [], edits: [], waiting: [])
        for conflict in conflicts { try await drafts.store.resolve(conflict.id, as: "system", strategy: .latestWins) }
        for id in drafts.memories {
            let history = try await drafts.store.history(of: id, as: drafts.owner)
            let parents = Set(history.flatMap(\.parents))
            let heads = history.filter { !parents.contains($0.id) }
            #expect(heads.count == 1)
            outcome.published += heads.map { ModelFields($0) }
            outcome.edits.append(
                history.filter { $0.author != "system" }.map { Self.told($0) }.sorted()
            )
            outcome.waiting.append(conflicts.contains { $0.memoryID == id })
        }
        #expect(try await drafts.store.verify().findings == [])
        try await drafts.store.close()
        return outcome
    }
}

/// A store with drafts of several agents, the same for the same seed.
private struct DraftedStore {
    let store: MemoryStore
    let user: UserID = "user_123"
    let sessions: [SessionID] = ["kitchen", "cellar"]
    let owner: AgentID
    let agents: [AgentID]
    private(set) var memories: [MemoryID] = []
    private let clock = TestClock()
    private var random: SeededGenerator
    private var sentences = 0

    init(seed: UInt64, strategy: ConflictResolution) async throws {
        random = SeededGenerator(seed: seed)
        var profiles = Array(SimulatedHousehold.profiles.prefix(Int.random(in: 3...5, using: &random)))
        profiles[0].conflictResolution = strategy
        owner = profiles[0].id
        agents = profiles.map(\.id)
        var options = StoreOptions()
        options.agents = profiles
        options.clock = clock.storeClock
        options.embedder = nil
        store = try await MemoryStore.open(.inMemory, options: options)
        for session in sessions {
            memories += try await store.store(
                [
                    MemoryDraft(
                        content: "The boiler is old. The door is green.",
                        tags: ["house"],
                        metadata: ["workspace": "hall"]
                    )
                ],
                agentID: owner,
                userID: user,
                sessionID: session,
                shareWith: Array(agents.dropFirst())
            )
        }
        // Some drafts are made before the head moves on, and some after.
        let early = agents.dropFirst().filter { _ in Bool.random(using: &random) }
        for agent in early { try await draft(by: agent) }
        try await draft(by: owner)
        _ = try await store.sync(owner, userID: user)
        for agent in agents.shuffled(using: &random) { try await draft(by: agent) }
    }

    private mutating func draft(by agent: AgentID) async throws {
        for id in memories where Int.random(in: 0..<4, using: &random) > 0 {
            clock.advance(by: .seconds(1))
            if agent == owner, Int.random(in: 0..<6, using: &random) == 0 {
                do {
                    try await store.delete(id, as: agent)
                } catch let error as MemoryError where error.code == .memoryNotFound {
                    // Deleted before.
                }
                continue
            }
            var change = MemoryChange(importance: Double(Int.random(in: 0...4, using: &random)) / 4)
            sentences += 1
            switch Int.random(in: 0..<5, using: &random) {
            case 0: change.content = "The boiler is new, says \(sentences). The door is green."
            case 1: change.content = "The boiler is old. The door is red, says \(sentences)."
            case 2: change.tags = ["house", "tag \(sentences)"]
            case 3: change.metadata = ["workspace": "workspace \(sentences % 2)", "by": agent.rawValue]
            default: change.confidence = Double(sentences % 5) / 4
            }
            do {
                try await store.update(id, as: agent, change: change)
            } catch let error as MemoryError where error.code == .memoryNotFound || error.code == .versionMismatch {
                // The owner has deleted it, or the edit would bring back what others have changed since.
            }
        }
    }
}
