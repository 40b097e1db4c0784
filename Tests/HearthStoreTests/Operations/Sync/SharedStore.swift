import HearthSQLite
import TestSupport

@testable import HearthModel
@testable import HearthStore

/// A store with the four agents and a clock that tests move, and the calls that tests of editing make.
struct SharedStore {
    let clock: TestClock
    let store: MemoryStore
    let user: UserID = "user_123"

    init(
        _ location: StoreLocation = .temporary,
        clock: TestClock = TestClock(),
        embeds: Bool = true,
        configure: (inout StoreOptions) -> Void = { _ in }
    ) async throws {
        self.clock = clock
        var options = StoreOptions()
        if !embeds { options.embedder = nil }
        options.clock = clock.storeClock
        options.durability = .normal
        configure(&options)
        store = try await MemoryStore.open(location, options: options)
    }

    /// Stores a memory that others may propose edits of.
    func memory(
        _ content: String = "Base.",
        of owner: AgentID = "alden",
        category: MemoryCategory = .general,
        importance: Double = 0.5,
        tags: [String] = [],
        shareWith others: [AgentID] = ["alden", "alice", "mimic"]
    ) async throws -> MemoryID {
        let draft = MemoryDraft(content: content, category: category, tags: tags, importance: importance)
        return try await store.store([draft], agentID: owner, userID: user, shareWith: others)[0]
    }

    /// Edits a memory, a second after whatever came before.
    @discardableResult
    func edit(
        _ id: MemoryID,
        as agent: AgentID,
        content: String? = nil,
        tags: [String]? = nil,
        importance: Double? = nil,
        metadata: [String: String]? = nil,
        lock: MemoryLock? = nil
    ) async throws -> Memory {
        clock.advance(by: .seconds(1))
        let change = MemoryChange(content: content, tags: tags, importance: importance, metadata: metadata)
        return try await store.update(id, as: agent, change: change, lock: lock)
    }

    @discardableResult
    func sync(_ agent: AgentID, force: Bool = false) async throws -> AgentSyncResult {
        try await store.sync(agent, userID: user, force: force)
    }

    func content(_ id: MemoryID, as agent: AgentID) async throws -> String {
        try await store.memory(id, as: agent).content
    }

    func status(_ id: MemoryID, as agent: AgentID) async throws -> SyncStatus {
        try await store.memory(id, as: agent).syncStatus
    }

    func lock(_ id: MemoryID, as agent: AgentID, for duration: Duration = .seconds(300)) async throws -> MemoryLock? {
        try await store.acquireLease(on: id, as: agent, for: duration, waitingAtMost: .zero)
    }

    /// A store in which the test chooses the strategy that settles Alden's conflicts.
    static func settlingAldens(by strategy: ConflictResolution) async throws -> SharedStore {
        try await SharedStore(embeds: false) { options in
            for index in options.agents.indices where options.agents[index].id == "alden" {
                options.agents[index].conflictResolution = strategy
            }
        }
    }

    /// A conflict under manual review: Sentry owns the memory and publishes first, Alden's edit waits.
    func waitingConflict() async throws -> (memory: MemoryID, conflict: SyncConflict) {
        let id = try await memory("The door is shut.", of: "sentry", category: .general, shareWith: ["alden"])
        try await edit(id, as: "sentry", content: "The door is open.")
        try await edit(id, as: "alden", content: "The door is locked.")
        try await sync("sentry")
        try await sync("alden")
        return (id, try await store.pendingConflicts()[0])
    }

    /// What the audit says, action by action.
    func audit() throws -> [String] {
        try store.read { try $0.connection.rows("SELECT action FROM audit ORDER BY position", as: { $0.string(0) }) }
    }
}
