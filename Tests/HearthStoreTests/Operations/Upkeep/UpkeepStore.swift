import HearthSQLite
import TestSupport

@testable import HearthModel
@testable import HearthStore

/// A store whose clock tests move by days, and what tests of upkeep look at.
struct UpkeepStore {
    let shared: SharedStore
    var store: MemoryStore { shared.store }

    init(
        _ location: StoreLocation = .temporary,
        clock: TestClock = TestClock(),
        embeds: Bool = false,
        configure: (inout StoreOptions) -> Void = { _ in }
    ) async throws {
        shared = try await SharedStore(location, clock: clock, embeds: embeds, configure: configure)
    }

    static func days(_ count: Double) -> Duration { .seconds(count * 86_400) }

    func pass(days: Double) { shared.clock.advance(by: Self.days(days)) }

    /// Stores a memory of its own text.
    func memory(
        _ content: String,
        of owner: AgentID = "mimic",
        type: MemoryType = .episodic,
        importance: Double = 0.5,
        expiresAt: Timestamp? = nil
    ) async throws -> MemoryID {
        let draft = MemoryDraft(
            content: content,
            type: type,
            importance: importance,
            expiresAt: expiresAt?.date
        )
        return try await store.store([draft], agentID: owner, userID: shared.user, shareWith: [])[0]
    }

    @discardableResult
    func maintain(_ steps: MaintenanceStep..., dryRun: Bool = false, acceptsClock: Bool = false) async throws
        -> MaintenanceReport
    {
        let only = steps.isEmpty ? nil : Set(steps)
        return try await store.maintain(
            MaintenanceRequest(isDryRun: dryRun, steps: only, acceptsClock: acceptsClock)
        )
    }

    /// Whether its owner sees a memory.
    func exists(_ id: MemoryID, as agent: AgentID = "mimic") async -> Bool {
        (try? await store.memory(id, as: agent)) != nil
    }

    /// How many rows a table has.
    func count(_ statement: StaticString) throws -> Int {
        try store.read { try $0.connection.first(statement, as: { $0.int(0) }) ?? 0 }
    }
}
