import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A store with a memory of Alden's that Alice, Sentry and Mimic see too, and a clock that tests move.
struct LeasedStore {
    let clock: TestClock
    let store: MemoryStore
    let user: UserID = "user_123"
    let memory: MemoryID

    init(_ location: StoreLocation = .temporary, clock: TestClock = TestClock()) async throws {
        self.clock = clock
        store = try await Self.open(location, clock: clock)
        memory =
            try await
            store.store(
                [MemoryDraft(content: "The boiler was serviced.")],
                agentID: "alden",
                userID: user,
                shareWith: ["alice", "sentry", "mimic"]
            )[0]
    }

    /// The same memory in the same file, opened again or beside the first store.
    init(reopening other: LeasedStore, at location: StoreLocation, clock: TestClock? = nil) async throws {
        self.clock = clock ?? other.clock
        store = try await Self.open(location, clock: self.clock)
        memory = other.memory
    }

    static func open(_ location: StoreLocation, clock: TestClock) async throws -> MemoryStore {
        var options = StoreOptions()
        options.clock = clock.storeClock
        options.durability = .normal
        return try await MemoryStore.open(location, options: options)
    }

    /// Another memory of an agent, seen by others.
    func another(of agent: AgentID = "alden", shareWith others: [AgentID] = ["alden", "alice", "sentry"]) async throws
        -> MemoryID
    {
        try await store.store([MemoryDraft(content: "Another.")], agentID: agent, userID: user, shareWith: others)[0]
    }

    /// The check that an edit under a lease makes first.
    func publish(_ lock: MemoryLock, as agent: AgentID = "alden", after delay: Duration = .zero) async throws {
        try await store.write { [store, memory, clock] transaction in
            clock.advance(by: delay)
            let directory = try transaction.directory(store.directories)
            let key = try transaction.connection.first(
                "SELECT memory_key FROM memories WHERE identifier = ?1",
                memory.stored,
                as: { $0.int64(0) }
            )
            try LeaseFence.check(
                lock,
                by: directory.agent(agent),
                memory: #require(key),
                id: memory,
                in: transaction,
                clock: store.clock
            )
        }
    }

    /// Acquires a lease without waiting; nil if it cannot be had at once.
    func acquire(
        _ id: MemoryID? = nil,
        as agent: AgentID = "alden",
        for duration: Duration = .seconds(300)
    ) async throws -> MemoryLock? {
        try await store.acquireLease(on: id ?? memory, as: agent, for: duration, waitingAtMost: .zero)
    }

    /// Begins to wait for a lease, and returns once it is in the queue.
    func startWaiting(
        for id: MemoryID? = nil,
        as agent: AgentID = "alden",
        atMost timeout: Duration = .seconds(30),
        in other: MemoryStore? = nil
    ) async throws -> Task<MemoryLock?, any Error> {
        let before = try queueLength()
        let store = other ?? store
        let memory = id ?? memory
        let wait = Task {
            try await store.acquireLease(on: memory, as: agent, for: .seconds(300), waitingAtMost: timeout)
        }
        try await until { try queueLength() > before }
        return wait
    }

    /// Leaves a ticket, as a process would that died while it waited.
    func leaveDeadWaiter(
        for id: MemoryID? = nil,
        as agent: AgentID = "alden",
        atMost timeout: Duration,
        process: String = ""
    ) async throws {
        let id = id ?? memory
        let deadline = clock.storeClock.bootInstant.advanced(by: timeout)
        try await store.write { transaction in
            try transaction.connection.run(
                """
                INSERT INTO lease_waiters (memory_key, agent_key, boot_id, deadline, process)
                SELECT memory_key, agent_key, ?3, ?4, ?5 FROM memories, agents WHERE identifier = ?1 AND agent_id = ?2
                """,
                id.stored,
                agent.rawValue,
                deadline.bootID,
                deadline.nanoseconds,
                process
            )
        }
    }

    /// Makes the process that is noted as a holder one that is gone: our own number with another start time.
    func endHoldersProcess() async throws {
        let parts = ProcessIdentity.current.text.split(separator: " ")
        try #require(parts.count == 3)
        let gone = "\(parts[0]) \(parts[1]) 1"
        try await store.write { transaction in
            try transaction.connection.run("UPDATE lease_waiters SET process = ?1 WHERE boot_id = 'holder'", gone)
        }
    }

    /// How many processes are noted as holders.
    func notedHolders() throws -> Int {
        let count = try store.read { snapshot in
            try snapshot.connection.first(
                "SELECT count(*) FROM lease_waiters WHERE boot_id = 'holder'",
                as: { $0.int64(0) }
            )
        }
        return Int(count ?? 0)
    }

    /// How many places in queues the file holds, of the living and the dead.
    func queueLength() throws -> Int {
        try store.read { try LeaseQueue.all(in: $0.connection).count }
    }

    /// What the audit says, action by action.
    func audit() throws -> [String] {
        try store.read { try $0.connection.rows("SELECT action FROM audit ORDER BY position", as: { $0.string(0) }) }
    }
}
