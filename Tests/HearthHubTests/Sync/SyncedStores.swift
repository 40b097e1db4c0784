import HearthMemory
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Stores that exchange through a hub.
@Suite struct SyncedStores {
    /// A store of each device, with its exchange.
    private struct Pair {
        var devices: Devices
        var stores: [MultiAgentMemoryCoordinator] = []
        var syncs: [HubSync] = []

        init(_ count: Int = 2, over hub: any Hub = MemoryHub()) async throws {
            devices = try await Devices(count, over: hub)
            for index in 0..<count {
                var configuration = CoordinatorConfiguration()
                configuration.clock = devices.clock.storeClock
                configuration.keyProvider = MemoryKeyProvider()
                let store = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
                for agent in ["alden", "alice"] as [AgentID] { try await store.registerAgent(agent) }
                stores.append(store)
                syncs.append(
                    try await HubSync(store, space: devices[index], clock: devices.clock.storeClock)
                )
            }
        }

        /// Lets every device exchange until nothing is new.
        func settle() async throws {
            for _ in 0..<3 {
                for sync in syncs { try await sync.sync() }
                devices.clock.advance(by: .seconds(1))
            }
        }

        func close() async throws {
            for store in stores { try await store.close() }
        }

        func contents(_ query: String) async throws -> [[String]] {
            var found: [[String]] = []
            for store in stores {
                found.append(
                    try await store.searchAgentMemories(agentID: "alden", userID: "ana", query: query)
                        .map(\.memory.content)
                )
            }
            return found
        }
    }

    @Test func `a memory stored on one device is found on the other`() async throws {
        let pair = try await Pair()
        _ = try await pair.stores[0]
            .storeAgentMemory(agentID: "alden", userID: "ana", content: "The spare key lies under the blue pot.")
        try await pair.settle()
        #expect(
            try await pair.contents("spare key")
                == Array(repeating: ["The spare key lies under the blue pot."], count: 2)
        )
        #expect(try await pair.syncs[1].status().outgoing == 0)
        try await pair.close()
    }

    @Test func `edits made on both while apart meet alike on both`() async throws {
        let pair = try await Pair()
        let id = try await pair.stores[0]
            .storeAgentMemory(
                agentID: "alden",
                userID: "ana",
                content: "The shop opens at nine. The shop shuts at six."
            )
        try await pair.settle()
        for (index, content) in [
            "The shop opens at ten. The shop shuts at six.", "The shop opens at nine. The shop shuts at eight.",
        ]
        .enumerated() {
            pair.devices.clock.advance(by: .seconds(1))
            _ = try await pair.stores[index]
                .publishMemory(id, agentID: "alden", change: MemoryChange(content: content), userID: "ana")
        }
        try await pair.settle()
        let met = try await pair.contents("shop")
        #expect(met[0] == met[1])
        #expect(met[0].count == 1)
        let histories = [
            try await pair.stores[0].history(of: id, agentID: "alden", userID: "ana").map(\.id).sorted(),
            try await pair.stores[1].history(of: id, agentID: "alden", userID: "ana").map(\.id).sorted(),
        ]
        #expect(histories[0] == histories[1])
        #expect(histories[0].count >= 3)
        try await pair.close()
    }

    @Test func `an erasure reaches the other device, and the hub is emptied`() async throws {
        let hub = MemoryHub()
        let pair = try await Pair(over: hub)
        let id = try await pair.stores[0]
            .storeAgentMemory(agentID: "alden", userID: "ana", content: "The quixzle is in the drawer.")
        try await pair.settle()
        try await pair.stores[0].eraseMemory(id, agentID: "alden", userID: "ana")
        try await pair.settle()
        #expect(try await pair.contents("quixzle") == [[], []])
        #expect(try await pair.devices[0].everything().contains(where: \.isErased))
        try await pair.close()
    }

    @Test func `a hub that was put back is filled up again`() async throws {
        let hub = MemoryHub()
        let pair = try await Pair(over: hub)
        try await pair.settle()
        let before = hub.snapshot()
        _ = try await pair.stores[0].storeAgentMemory(agentID: "alden", userID: "ana", content: "The boat is green.")
        try await pair.syncs[0].sync()
        hub.restore(before)
        _ = try await pair.stores[1].storeAgentMemory(agentID: "alden", userID: "ana", content: "The boat is leaky.")
        try await pair.settle()
        #expect(
            try await pair.contents("boat").map(Set.init)
                == Array(repeating: ["The boat is green.", "The boat is leaky."], count: 2)
        )
        try await pair.close()
    }

    @Test func `sensitive memories and drafts stay on their device`() async throws {
        let pair = try await Pair()
        let id = try await pair.stores[0]
            .storeAgentMemory(agentID: "alden", userID: "ana", content: "The lamp is red.")
        _ = try await pair.stores[0]
            .storeAgentMemory(
                agentID: "alden",
                userID: "ana",
                MemoryDraft(content: "The lamp hides a key.", isSensitive: true)
            )
        try await pair.settle()
        _ = try await pair.stores[0]
            .updateMemory(id, agentID: "alden", change: MemoryChange(content: "The lamp is blue."), userID: "ana")
        try await pair.settle()
        let found = try await pair.contents("lamp")
        #expect(Set(found[0]) == ["The lamp is blue.", "The lamp hides a key."])
        #expect(found[1] == ["The lamp is red."])
        try await pair.close()
    }
}
