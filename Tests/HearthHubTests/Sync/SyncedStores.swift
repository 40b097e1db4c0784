import HearthMemory
import HearthModel
import TestSupport
import Testing

@testable import HearthHub

/// Stores that exchange through a hub.
@Suite struct SyncedStores {
    @Test func `a memory stored on one device is found on the other`() async throws {
        let synced = try await SyncedDevices()
        try await synced.store("The spare key lies under the blue pot.")
        try await synced.settle()
        #expect(
            try await synced.contents("spare key")
                == Array(repeating: ["The spare key lies under the blue pot."], count: 2)
        )
        #expect(try await synced.syncs[1].status().outgoing == 0)
        try await synced.close()
    }

    @Test(arguments: [false, true])
    func `edits made on both while apart meet alike on both`(isSensitive: Bool) async throws {
        let synced = try await SyncedDevices()
        let first = "The quixzle opens at nine. The quixzle shuts at six."
        let id = try await synced.store(first, isSensitive: isSensitive)
        try await synced.settle()
        #expect(try await synced.contents("quixzle") == [[first], [first]])
        try await synced.editApart(
            id,
            [
                "The quixzle opens at ten. The quixzle shuts at six.",
                "The quixzle opens at nine. The quixzle shuts at eight.",
            ]
        )
        try await synced.settle()
        let met = try await synced.contents("quixzle")
        #expect(met[0] == met[1] && met[0].count == 1 && met[0] != [first])
        var histories: [[String]] = []
        for (index, store) in synced.stores.enumerated() {
            let history = try await store.history(of: id, agentID: "alden", userID: "ana")
            // Of a sensitive memory each file has ids of its own.
            histories.append(history.map { isSensitive ? $0.content : $0.id.rawValue }.sorted())
            #expect(try await store.memory(id, agentID: "alden").isSensitive == isSensitive)
            #expect(try await store.verify().findings == [])
            #expect(try synced.files(of: index, hold: "uixzle") != isSensitive)
        }
        #expect(histories[0] == histories[1] && histories[0].count >= 3)
        try await synced.close()
    }

    @Test func `an erasure reaches the other device, and the hub is emptied`() async throws {
        let synced = try await SyncedDevices()
        let id = try await synced.store("The quixzle is in the drawer.")
        try await synced.settle()
        try await synced.stores[0].eraseMemory(id, agentID: "alden", userID: "ana")
        try await synced.settle()
        #expect(try await synced.contents("quixzle") == [[], []])
        #expect(try await synced.devices[0].everything().contains(where: \.isErased))
        for index in 0...1 { #expect(try synced.files(of: index, hold: "uixzle") == false) }
        try await synced.close()
    }

    @Test func `a hub that was put back is filled up again`() async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let before = synced.hub.snapshot()
        try await synced.store("The boat is green.")
        try await synced.syncs[0].sync()
        synced.hub.restore(before)
        try await synced.store("The boat is leaky.", on: 1)
        try await synced.settle()
        #expect(
            try await synced.contents("boat").map(Set.init)
                == Array(repeating: ["The boat is green.", "The boat is leaky."], count: 2)
        )
        try await synced.close()
    }

    @Test(arguments: [9, 300])
    func `a hub that was put back, and that another device fills up beyond what was seen, is found out`(
        count: Int
    ) async throws {
        let synced = try await SyncedDevices()
        try await synced.settle()
        let before = synced.hub.snapshot()
        for number in 0..<5 { try await synced.store("The boat of A is number \(number).") }
        try await synced.syncs[0].sync()
        let seen = await synced.rows().count
        synced.hub.restore(before)
        for number in 0..<count { try await synced.store("The boat of B is number \(number).", on: 1) }
        try await synced.syncs[1].sync()
        #expect(await synced.rows().count > seen)
        #expect(try await synced.syncs[0].sync().wasRestarted)
        try await synced.settle()
        for store in synced.stores {
            #expect(try await store.countMemories(agentID: "alden", userID: "ana") == count + 5)
        }
        try await synced.close()
    }

    @Test func `a hub that lost everything, and that another device filled up, is found out by a push alone`()
        async throws
    {
        let synced = try await SyncedDevices()
        for number in 0..<5 { try await synced.store("The boat of A is number \(number).") }
        try await synced.syncs[0].sync()
        synced.hub.restore(MemoryHub().snapshot())
        for number in 0..<20 { try await synced.store("The boat of B is number \(number).", on: 1) }
        try await synced.syncs[1].sync()
        #expect(try await synced.syncs[0].push().wasRestarted)
        try await synced.syncs[1].sync()
        #expect(try await synced.stores[1].countMemories(agentID: "alden", userID: "ana") == 25)
        try await synced.close()
    }

    @Test func `what a device sent after its removal reaches the others once it has joined anew`() async throws {
        var synced = try await SyncedDevices()
        try await synced.store("The lamp is red.")
        try await synced.settle()
        try await synced.store("The boat is green.", on: 1)
        try await synced.devices[0].remove(synced.devices[1].device.id)
        // As a release did that did not look at the membership before it published.
        let outgoing = try await synced.stores[1].outgoingRecords()
        try await synced.devices[1].publishUnaware(outgoing.records)
        try await synced.stores[1].markSent(outgoing)
        try await synced.rejoin(1)
        try await synced.settle()
        #expect(try await synced.contents("boat") == [["The boat is green."], ["The boat is green."]])
        #expect(try await synced.contents("lamp") == [["The lamp is red."], ["The lamp is red."]])
        try await synced.close()
    }

    @Test func `a memory that becomes sensitive on one device is sealed on the other`() async throws {
        let synced = try await SyncedDevices()
        let id = try await synced.store("The quixzle is in the drawer.")
        try await synced.settle()
        #expect(try synced.files(of: 1, hold: "uixzle"))
        for isSensitive in [true, false] {
            let change = MemoryChange(isSensitive: isSensitive)
            _ = try await synced.stores[isSensitive ? 0 : 1]
                .publishMemory(id, agentID: "alden", change: change, userID: "ana")
            try await synced.settle()
            for (index, store) in synced.stores.enumerated() {
                #expect(try await store.memory(id, agentID: "alden").isSensitive == isSensitive)
                #expect(try await store.verify().findings == [])
                #expect(try synced.files(of: index, hold: "uixzle") != isSensitive)
            }
        }
        let rows = await synced.rows().count { !$0.ciphertext.isEmpty && $0.kind == .record }
        try await synced.stores[1].eraseMemory(id, agentID: "alden", userID: "ana")
        try await synced.settle()
        #expect(try await synced.contents("quixzle") == [[], []])
        // The versions of before and after are gone from the hub.
        #expect(await synced.rows().count { !$0.ciphertext.isEmpty && $0.kind == .record } < rows)
        try await synced.close()
    }

    @Test func `a device without a key keeps sensitive memories sealed until it has one`() async throws {
        var synced = try await SyncedDevices(keyless: 1)
        try await synced.store("The quixzle hides a key.", isSensitive: true)
        try await synced.store("A quiet day.")
        try await synced.settle()
        #expect(try await synced.contents("quixzle hides", on: 1) == [])
        #expect(try await synced.contents("quiet day", on: 1) == ["A quiet day."])
        #expect(try await synced.syncs[1].status().keyless == 1)
        #expect(try await synced.reasons(of: 1).first?.contains("hearth keys status") == true)
        #expect(try synced.files(of: 1, hold: "uixzle") == false)
        try await synced.reopenWithKeys(1)
        try await synced.settle()
        #expect(try await synced.contents("quixzle hides", on: 1) == ["The quixzle hides a key."])
        #expect(try await synced.syncs[1].status().keyless == 0)
        #expect(try await synced.reasons(of: 1) == [])
        try await synced.close()
    }

    @Test func `what comes plain in a category that the policy has sealed is sealed on arrival`() async throws {
        let synced = try await SyncedDevices(keyless: 0)
        for index in 0...1 {
            var policy = try await synced.stores[index].sharingPolicy()
            policy.sealedCategories = ["letters"]
            try await synced.stores[index].setSharingPolicy(policy)
        }
        try await synced.settle()
        let draft = MemoryDraft(content: "The quixzle wrote a letter.", category: "letters")
        let id = try await synced.stores[0].storeAgentMemory(agentID: "alden", userID: "ana", draft)
        let other = try await synced.store("The osprindle wrote a note.")
        try await synced.settle()
        #expect(try await synced.stores[1].memory(id, agentID: "alden").isSensitive)
        #expect(try await synced.stores[1].memory(other, agentID: "alden").isSensitive == false)
        #expect(try synced.files(of: 1, hold: "uixzle") == false)
        #expect(try await synced.contents("quixzle", on: 1) == ["The quixzle wrote a letter."])
        // An edit that moves a memory there seals it too.
        _ = try await synced.stores[0]
            .publishMemory(other, agentID: "alden", change: MemoryChange(category: "letters"), userID: "ana")
        try await synced.settle()
        #expect(try await synced.stores[1].memory(other, agentID: "alden").isSensitive)
        #expect(try synced.files(of: 1, hold: "sprindle") == false)
        #expect(try await synced.stores[1].verify().findings == [])
        try await synced.close()
    }

    @Test(arguments: [false, true])
    func `a damaged memory keeps nothing else from being exchanged`(isSensitive: Bool) async throws {
        var synced = try await SyncedDevices()
        let id = try await synced.store("The quixzle opens at nine.", isSensitive: isSensitive)
        let lamp = try await synced.store("The lamp is red.")
        try await synced.settle()
        let loud = try await synced.store("The quixzle is loud.", isSensitive: isSensitive, on: 1)
        try await synced.damage(
            1,
            isSensitive
                ? "UPDATE memories SET sealed = zeroblob(length(sealed)) WHERE is_sensitive"
                : "UPDATE memories SET content = 'damaged' WHERE content LIKE '%quixzle%'"
        )
        let change = MemoryChange(content: "The quixzle opens at ten.")
        _ = try await synced.stores[0].publishMemory(id, agentID: "alden", change: change, userID: "ana")
        for index in 0..<8 { try await synced.store("Lamp \(index) is blue.") }
        try await synced.editApart(lamp, ["The lamp is red. It hangs in the hall."])
        try await synced.store("The lamp is dear.", on: 1)
        try await synced.settle()
        let found = try await synced.contents("lamp").map(Set.init)
        #expect(found[0] == found[1] && found[0].count == 10)
        let status = try await synced.syncs[1].status()
        #expect(status.damaged == 1 && status.keptBack == 1 && status.incomplete == 0)
        let reasons = try await synced.reasons(of: 1)
        #expect(reasons.count == 2 && reasons.allSatisfy { $0.contains("hearth verify") })
        // Once they are gone, nothing waits for them.
        for damaged in [id, loud] {
            try await synced.stores[1].eraseMemory(damaged, agentID: "alden", userID: "ana")
        }
        try await synced.settle()
        #expect(try await synced.reasons(of: 1) == [])
        #expect(try await synced.stores[1].verify().findings == [])
        #expect(try synced.files(of: 1, hold: "uixzle") == false)
        await expect(.memoryNotFound) { try await synced.stores[0].memory(id, agentID: "alden") }
        try await synced.close()
    }

    private static let damages = [
        "UPDATE memories SET content = 'damaged quixzle' WHERE content LIKE '%quixzle%'",
        "UPDATE memories SET type = 77, provenance = 'none' WHERE content LIKE '%quixzle%'",
        "DELETE FROM documents WHERE document_key IN (SELECT memory_key FROM memories WHERE content LIKE '%quixzle%')",
    ]

    @Test(arguments: damages, [false, true])
    func `a memory that is damaged here is erased all the same when another device erases it`(
        damage: String,
        isWholeUser: Bool
    ) async throws {
        var synced = try await SyncedDevices()
        let id = try await synced.store("The quixzle opens at nine.")
        try await synced.store("The lamp is red.")
        try await synced.settle()
        try await synced.damage(1, damage)
        if isWholeUser {
            try await synced.stores[0].eraseUser("ana", agentID: "system")
        } else {
            try await synced.stores[0].eraseMemory(id, agentID: "alden", userID: "ana")
        }
        try await synced.settle()
        let status = try await synced.syncs[1].status()
        #expect(status.damaged == 0 && status.incomplete == 0)
        #expect(try synced.files(of: 1, hold: "uixzle") == false)
        #expect(try await synced.contents("lamp", on: 1) == (isWholeUser ? [] : ["The lamp is red."]))
        #expect(try await synced.stores[1].verify().findings == [])
        try await synced.close()
    }

    @Test func `equal memories of two devices are folded into the same one by both`() async throws {
        let synced = try await SyncedDevices()
        try await synced.store("Buy milk and bread.", on: 1)
        synced.devices.clock.advance(by: .seconds(60))
        try await synced.store("Buy milk and bread.", on: 0)
        synced.devices.clock.advance(by: .seconds(60))
        try await synced.settle()
        for store in synced.stores {
            #expect(try await store.maintain(only: [.duplicates]).steps.first?.affected == 1)
        }
        try await synced.settle()
        #expect(try await synced.contents("milk") == [["Buy milk and bread."], ["Buy milk and bread."]])
        // What a person brings back on one device is folded again on none.
        let folded = try await synced.stores[1].deletedMemories(agentID: "alden", userID: "ana")
        #expect(folded.count == 1)
        for deleted in folded {
            _ = try await synced.stores[1].restoreMemory(deleted.memory.id, agentID: "alden", userID: "ana")
        }
        try await synced.settle()
        for store in synced.stores { try await store.maintain(only: [.duplicates]) }
        try await synced.settle()
        for index in 0...1 {
            #expect(try await synced.stores[index].countMemories(agentID: "alden", userID: "ana") == 2)
        }
        try await synced.close()
    }

    @Test(arguments: [0, 1])
    func `what one device has folded is sealed and erased on both with the memory that stands for it`(
        acting: Int
    ) async throws {
        let synced = try await SyncedDevices()
        let first = try await synced.store("The quixzle is in the drawer.")
        synced.devices.clock.advance(by: .seconds(60))
        let second = try await synced.store("The quixzle is in the drawer.")
        synced.devices.clock.advance(by: .seconds(60))
        try await synced.settle()
        // Only the first device knows which memory stands for which.
        #expect(try await synced.stores[0].maintain(only: [.duplicates]).steps.first?.affected == 1)
        try await synced.settle()
        let folded = try await synced.stores[acting].deletedMemories(agentID: "alden", userID: "ana")
        #expect(folded.count == 1)
        let id = folded.first?.memory.id == first ? second : first
        let change = MemoryChange(isSensitive: true)
        _ = try await synced.stores[acting].publishMemory(id, agentID: "alden", change: change, userID: "ana")
        try await synced.settle()
        for index in 0...1 { #expect(try synced.files(of: index, hold: "uixzle") == false) }
        let deleted = try await synced.stores[1].deletedMemories(agentID: "alden", userID: "ana")
        #expect(deleted.map(\.memory.isSensitive) == [true])
        try await synced.stores[acting].eraseMemory(id, agentID: "alden", userID: "ana")
        try await synced.settle()
        for store in synced.stores {
            #expect(try await store.deletedMemories(agentID: "alden", userID: "ana").isEmpty)
            #expect(try await store.verify().findings == [])
        }
        try await synced.close()
    }

    @Test func `the keys of a user who is erased elsewhere are dropped`() async throws {
        let synced = try await SyncedDevices()
        try await synced.store("The quixzle hides a key.", isSensitive: true)
        try await synced.settle()
        #expect(try synced.count("SELECT count(*) FROM data_keys", on: 1) != 0)
        try await synced.stores[0].eraseUser("ana", agentID: "system")
        try await synced.settle()
        #expect(try synced.count("SELECT count(*) FROM data_keys", on: 1) == 0)
        #expect(try synced.count("SELECT count(*) FROM sealed_words", on: 1) == 0)
        // Of a new life there are new ones.
        try await synced.store("The osprindle hides a key.", isSensitive: true)
        try await synced.settle()
        #expect(try await synced.contents("osprindle", on: 1) == ["The osprindle hides a key."])
        #expect(try await synced.stores[1].verify().findings == [])
        try await synced.close()
    }

    @Test func `what a missing key kept back is sent once the key is there, also after a failure in between`()
        async throws
    {
        var synced = try await SyncedDevices()
        try await synced.store("The quixzle hides a key.", isSensitive: true)
        // Nothing is in memory of the keys after that.
        let provider = synced.providers[0]
        try await synced.reopen(0)
        provider?.fail(with: MemoryError(code: .keyUnavailable, message: "The key is away."))
        try await synced.store("A quiet day.")
        try await synced.settle()
        #expect(try await synced.contents("quiet day", on: 1) == ["A quiet day."])
        #expect(try await synced.contents("quixzle", on: 1) == [])
        #expect(try await synced.syncs[0].status().keptBack == 1)
        #expect(try await synced.reasons(of: 0).first?.contains("can't be sent") == true)
        provider?.fail(with: nil)
        synced.hub.setReachable(false)
        await expect(.hubUnavailable) { try await synced.syncs[0].push() }
        synced.hub.setReachable(true)
        try await synced.settle()
        #expect(try await synced.contents("quixzle", on: 1) == ["The quixzle hides a key."])
        #expect(try await synced.syncs[0].status().keptBack == 0)
        try await synced.close()
    }

    @Test func `drafts stay on their device`() async throws {
        let synced = try await SyncedDevices()
        let id = try await synced.store("The lamp is red.")
        try await synced.settle()
        _ = try await synced.stores[0]
            .updateMemory(id, agentID: "alden", change: MemoryChange(content: "The lamp is blue."), userID: "ana")
        try await synced.settle()
        #expect(try await synced.contents("lamp") == [["The lamp is blue."], ["The lamp is red."]])
        try await synced.close()
    }
}
