import Foundation
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
        var directories: [TemporaryDirectory] = []
        var stores: [MultiAgentMemoryCoordinator] = []
        var syncs: [HubSync] = []

        /// - Parameter keyless: The number of a device that has nothing to seal with.
        init(_ count: Int = 2, over hub: any Hub = MemoryHub(), keyless: Int? = nil) async throws {
            devices = try await Devices(count, over: hub)
            for index in 0..<count {
                directories.append(try TemporaryDirectory())
                let store = try await open(index, keyProvider: index == keyless ? nil : MemoryKeyProvider())
                stores.append(store)
                syncs.append(try await HubSync(store, space: devices[index], clock: devices.clock.storeClock))
            }
        }

        private func open(
            _ index: Int,
            keyProvider: MemoryKeyProvider?
        ) async throws -> MultiAgentMemoryCoordinator {
            var configuration = CoordinatorConfiguration()
            configuration.clock = devices.clock.storeClock
            configuration.keyProvider = keyProvider
            let path = directories[index].file("store.db")
            let store = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
            for agent in ["alden", "alice"] as [AgentID] { try await store.registerAgent(agent) }
            return store
        }

        /// Opens a store anew, with something to seal with.
        mutating func reopenWithKeys(_ index: Int) async throws {
            try await stores[index].close()
            stores[index] = try await open(index, keyProvider: MemoryKeyProvider())
            syncs[index] = try await HubSync(stores[index], space: devices[index], clock: devices.clock.storeClock)
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

        /// Whether the file of a store or its log has some bytes.
        func files(of index: Int, hold text: String) throws -> Bool {
            try ["", "-wal"]
                .contains { suffix in
                    let url = URL(filePath: directories[index].file("store.db" + suffix))
                    return try Data(contentsOf: url).range(of: Data(text.utf8)) != nil
                }
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

    @Test func `sensitive memories travel, are sealed on both devices, and stay so while edits meet`() async throws {
        let pair = try await Pair()
        let draft = MemoryDraft(content: "The quixzle hides a key. It is small.", isSensitive: true)
        let id = try await pair.stores[0].storeAgentMemory(agentID: "alden", userID: "ana", draft)
        try await pair.settle()
        #expect(try await pair.contents("quixzle") == Array(repeating: [draft.content], count: 2))
        for (index, content) in [
            "The quixzle hides a door. It is small.", "The quixzle hides a key. It is large.",
        ]
        .enumerated() {
            pair.devices.clock.advance(by: .seconds(1))
            _ = try await pair.stores[index]
                .publishMemory(id, agentID: "alden", change: MemoryChange(content: content), userID: "ana")
        }
        try await pair.settle()
        let met = try await pair.contents("quixzle")
        #expect(met[0] == met[1] && met[0].count == 1 && met[0] != [draft.content])
        for store in pair.stores {
            #expect(try await store.history(of: id, agentID: "alden", userID: "ana").count >= 3)
        }
        for (index, store) in pair.stores.enumerated() {
            #expect(try await store.memory(id, agentID: "alden").isSensitive)
            #expect(try await store.verify().findings == [])
            #expect(try pair.files(of: index, hold: "uixzle") == false)
        }
        try await pair.close()
    }

    @Test func `a memory that becomes sensitive on one device is sealed on the other`() async throws {
        let pair = try await Pair()
        let id = try await pair.stores[0]
            .storeAgentMemory(agentID: "alden", userID: "ana", content: "The quixzle is in the drawer.")
        try await pair.settle()
        #expect(try pair.files(of: 1, hold: "uixzle"))
        let change = MemoryChange(isSensitive: true)
        _ = try await pair.stores[0].publishMemory(id, agentID: "alden", change: change, userID: "ana")
        try await pair.settle()
        for (index, store) in pair.stores.enumerated() {
            #expect(try await store.memory(id, agentID: "alden").isSensitive)
            #expect(try pair.files(of: index, hold: "uixzle") == false)
        }
        _ = try await pair.stores[1]
            .publishMemory(id, agentID: "alden", change: MemoryChange(isSensitive: false), userID: "ana")
        try await pair.settle()
        for store in pair.stores {
            #expect(try await store.memory(id, agentID: "alden").isSensitive == false)
            #expect(try await store.verify().findings == [])
        }
        try await pair.stores[1].eraseMemory(id, agentID: "alden", userID: "ana")
        try await pair.settle()
        #expect(try await pair.contents("quixzle") == [[], []])
        try await pair.close()
    }

    @Test func `a device without a key keeps sensitive memories sealed until it has one`() async throws {
        var pair = try await Pair(keyless: 1)
        let draft = MemoryDraft(content: "The quixzle hides a key.", isSensitive: true)
        _ = try await pair.stores[0].storeAgentMemory(agentID: "alden", userID: "ana", draft)
        _ = try await pair.stores[0].storeAgentMemory(agentID: "alden", userID: "ana", content: "A quiet day.")
        try await pair.settle()
        #expect(try await pair.contents("quixzle hides")[1] == [])
        #expect(try await pair.contents("quiet day")[1] == ["A quiet day."])
        #expect(try await pair.syncs[1].status().incomplete == 1)
        #expect(try pair.files(of: 1, hold: "uixzle") == false)
        try await pair.reopenWithKeys(1)
        try await pair.settle()
        #expect(try await pair.contents("quixzle hides")[1] == ["The quixzle hides a key."])
        #expect(try await pair.syncs[1].status().incomplete == 0)
        #expect(try pair.files(of: 1, hold: "uixzle") == false)
        try await pair.close()
    }

    @Test func `drafts stay on their device`() async throws {
        let pair = try await Pair()
        let id = try await pair.stores[0]
            .storeAgentMemory(agentID: "alden", userID: "ana", content: "The lamp is red.")
        try await pair.settle()
        _ = try await pair.stores[0]
            .updateMemory(id, agentID: "alden", change: MemoryChange(content: "The lamp is blue."), userID: "ana")
        try await pair.settle()
        let found = try await pair.contents("lamp")
        #expect(found[0] == ["The lamp is blue."])
        #expect(found[1] == ["The lamp is red."])
        try await pair.close()
    }
}
