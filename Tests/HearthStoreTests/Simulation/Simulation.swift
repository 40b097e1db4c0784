import FoundationEssentials
import HearthSQLite
import Synchronization
import TestSupport

@testable import HearthModel
@testable import HearthStore

/// What the store and the model do not agree on.
struct SimulationFailure: Error, CustomStringConvertible {
    var description: String
}

/// A store and its model, driven side by side by one random sequence.
///
/// Every step asks both for the same. Both refuse it for the same reason or both do it, and then every agent's view is
/// compared. Some things only the store can know, such as ids and the words of merged contents. The model checks them
/// and takes them over.
struct Simulation {
    var random: SeededGenerator
    let directory: TemporaryDirectory
    let agents: [AgentID]
    let users: [UserID] = ["user_123", "user_456"]
    let options: StoreOptions
    var clock = TestClock()
    var store: MemoryStore
    var model: Model
    /// All leases that were granted, also those that have ended.
    var locks: [MemoryLock] = []
    var waits: [Int: LeaseWait] = [:]
    /// The conflicts that wait, and those that are settled.
    var openConflicts: [MemoryID: ConflictID] = [:]
    var settledConflicts: [ConflictID: MemoryID] = [:]
    /// Numbers the sentences, so that each can be told from every other.
    var sentences = 0
    /// How far the wall clock was set ahead, in years.
    var wallYears = 0
    /// What was done so far, to report with a failure.
    var trace: [String] = []

    init(seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        directory = try TemporaryDirectory()
        let profiles = Array(
            SimulatedHousehold.profiles.shuffled(using: &random).prefix(.random(in: 2...8, using: &random))
        )
        agents = profiles.map(\.id)
        var options = StoreOptions()
        options.durability = .normal
        options.agents = profiles
        options.sharing = SimulatedHousehold.policy
        // Only some runs have vectors, because they take the longest.
        if Int.random(in: 0..<4, using: &random) > 0 { options.embedder = nil }
        self.options = options
        let known = [AgentProfile.system] + profiles
        model = Model(
            access: ModelAccess(
                profiles: Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0) }),
                policy: options.sharing
            ),
            boot: clock.storeClock.bootTime()
        )
        store = try await Self.open(directory, options: options, clock: clock)
    }

    static func open(_ directory: TemporaryDirectory, options: StoreOptions, clock: TestClock) async throws
        -> MemoryStore
    {
        var options = options
        options.clock = clock.storeClock
        return try await MemoryStore.open(.file(directory.file("store.db")), options: options)
    }

    /// Runs so many steps.
    mutating func run(steps: Int) async throws {
        for step in 1...steps {
            try await self.step()
            if step.isMultiple(of: SimulatedHousehold.stepsPerFullCheck) { try await checkEverything() }
        }
        try await checkEverything()
        try await checkFile()
        try await closeStore()
    }

    /// Asks the store for what the model has decided on: both refuse for the same reason, or neither does.
    ///
    /// - Returns: What both answered; nil if both refused.
    func agree<Expected, Found>(
        _ expected: Result<Expected, Refused>,
        _ call: () async throws -> Found
    ) async throws -> (expected: Expected, found: Found)? {
        let found: Result<Found, MemoryError>
        do {
            found = .success(try await call())
        } catch let error as MemoryError {
            found = .failure(error)
        }
        switch (expected, found) {
        case (.success(let expected), .success(let found)):
            return (expected, found)
        case (.failure(let expected), .failure(let found)) where expected.code == found.code:
            return nil
        default:
            throw SimulationFailure(description: "\(expected) was expected and came as \(found)")
        }
    }

    func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        guard condition else { throw SimulationFailure(description: what()) }
    }
}

/// A task that waits for a lease.
final class LeaseWait: Sendable {
    private let outcome = Mutex<Result<MemoryLock?, any Error>?>(nil)

    /// Begins to wait.
    init(_ wait: @escaping @Sendable () async throws -> MemoryLock?) {
        Task {
            let result: Result<MemoryLock?, any Error>
            do { result = .success(try await wait()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
        }
    }

    var isOver: Bool { outcome.withLock { $0 != nil } }

    /// How it ended, once it has.
    func ended() async throws -> MemoryLock? {
        // Every waiter here is one commit away from its turn. The limit tells one that was forgotten from a slow
        // machine.
        for _ in 0..<30_000 {
            if let outcome = outcome.withLock({ $0 }) { return try outcome.get() }
            try await Task.sleep(for: .milliseconds(1), clock: .continuous)
        }
        throw SimulationFailure(description: "a waiter whose turn has come, or whose time is over, waits on")
    }
}
