import HearthMemory
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Runs something on a hub again and again until the hub is reached.
///
/// - Returns: How often it was not.
@discardableResult
func untilReached<R>(_ body: () async throws -> R) async throws -> Int {
    var failures = 0
    try await until {
        do {
            _ = try await body()
            return true
        } catch let error as MemoryError where error.code == .hubUnavailable {
            failures += 1
            return false
        }
    }
    return failures
}

/// Stores in files, each with a device file beside it, that exchange through a real PostgreSQL as hosts let them.
struct JoinedStores {
    let directory: TemporaryDirectory
    let database: HubDatabase
    private(set) var stores: [MultiAgentMemoryCoordinator] = []
    private(set) var syncs: [HubSync] = []

    static let agent: AgentID = "alden"
    static let user: UserID = "ana"

    /// Founds a space on the hub, and lets the others join by invitations.
    init(_ count: Int = 2, over database: HubDatabase) async throws {
        directory = try TemporaryDirectory()
        self.database = database
        let administrator = try database.administrator()
        let first = try await administrator.found(name: "device 0", storage: file(0))
        for index in 1..<count {
            let role = try await administrator.admit(to: first.members.space)
            let code = try await first.invite(address: role.settings.text)
            try await Space.join(code, name: "device \(index)", storage: file(index)).close()
        }
        await first.close()
        await administrator.close()
        for index in 0..<count {
            let (store, sync) = try await open(index)
            stores.append(store)
            syncs.append(sync)
        }
    }

    func path(_ index: Int) -> String { directory.file("store\(index).db") }
    func file(_ index: Int) -> DeviceFile { DeviceFile(besideStore: path(index)) }

    /// Opens a store and its exchange, as a process does that begins.
    private func open(_ index: Int) async throws -> (MultiAgentMemoryCoordinator, HubSync) {
        let store = try await MultiAgentMemoryCoordinator.open(.file(path(index)))
        try await store.registerAgent(Self.agent)
        let sync = try #require(try await HubSync.open(store, store: path(index)))
        return (store, sync)
    }

    /// Lets a device reach the hub by another way from now on, such as through a proxy.
    mutating func reroute(_ index: Int, _ change: @escaping (ConnectionSettings) -> ConnectionSettings) async throws {
        let kept = try #require(try file(index).load()?.connection)
        let text = change(try ConnectionSettings(kept)).text
        _ = try file(index).update { $0.connection = text }
        await syncs[index].close()
        syncs[index] = try #require(try await HubSync.open(stores[index], store: path(index)))
    }

    /// Lets every device exchange until nothing is new.
    func settle() async throws {
        for _ in 0..<2 { for sync in syncs { try await sync.sync() } }
        try await syncs[0].sync()
    }

    /// Exchanges until it was well, through whatever troubles there are.
    func syncThroughTroubles(_ index: Int) async throws -> Int {
        try await untilReached { try await syncs[index].sync() }
    }

    /// Stores so many memories on a device.
    func fill(_ index: Int, _ count: Int, _ word: String = "note") async throws {
        let drafts = (0..<count).map { MemoryDraft(content: "This is \(word) \($0) of device \(index).") }
        _ = try await stores[index].storeAgentMemories(agentID: Self.agent, userID: Self.user, drafts)
    }

    /// Every memory with its text and version.
    func memories(_ index: Int) async throws -> [String] {
        try await stores[index]
            .agentMemorySlice(agentID: Self.agent, userID: Self.user, limit: 10_000).entries
            .map { "\($0.memory.id) \($0.memory.versionID) \($0.memory.content)" }.sorted()
    }

    /// Expects all stores to be the same, to have so many memories, and to be sound.
    func expectAlike(_ count: Int, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let first = try await memories(0)
        #expect(first.count == count && Set(first).count == count, sourceLocation: sourceLocation)
        for (index, store) in stores.enumerated() {
            #expect(try await memories(index) == first, sourceLocation: sourceLocation)
            #expect(try await store.verify().findings == [], sourceLocation: sourceLocation)
            let status = try #require(try await store.hubSyncStatus())
            #expect(
                status.outgoing == 0 && status.behind == 0 && status.incomplete == 0,
                sourceLocation: sourceLocation
            )
        }
    }

    func close() async throws {
        for sync in syncs { await sync.close() }
        for store in stores { try await store.close() }
    }
}
