import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What devices come to that had or said something of one memory before they met.
@Suite struct MetMemories {
    private static func imported(
        _ type: MemoryType,
        year seconds: Double,
        session: SessionID?,
        content: String = "the boat"
    ) -> MemoryImport {
        let draft = MemoryDraft(content: content, type: type, createdAt: Date(timeIntervalSince1970: seconds))
        return MemoryImport(id: "mem_boat", userID: "ana", agentID: "alden", sessionID: session, draft: draft)
    }

    /// Also where the two say different texts, or the later one comes first.
    @Test(arguments: ["the boat", "the ship"], [false, true])
    func `a memory that two devices imported has the same type, time and session on both`(
        text: String,
        isSentByLaterFirst: Bool
    ) async throws {
        let devices = ExchangingStores()
        let one = try await devices.open(isAlone: true)
        let other = try await devices.open(ahead: .seconds(1), isAlone: true)
        let early = Self.imported(.episodic, year: 1_704_067_200, session: "first")
        let late = Self.imported(.semantic, year: 1_735_689_600, session: nil, content: text)
        _ = try await one.importMemories([early])
        _ = try await other.importMemories([late])
        for store in isSentByLaterFirst ? [other, one] : [one, other] {
            try await devices.join(store)
            try await devices.send(store)
        }
        try await devices.exchange()
        let states = try devices.states()
        #expect(states[0].differences(from: states[1]) == [])
        let memory = try await other.memory("mem_boat", as: "alden", userID: "ana")
        #expect(memory.type == .episodic && memory.sessionID == "first")
        #expect(memory.createdAt == Date(timeIntervalSince1970: 1_704_067_200))
        // What finds it by type and session has followed.
        let slice = try await other.slice(of: "alden", userID: "ana", sessionID: "first", memoryTypes: [.episodic])
        #expect(slice.entries.map(\.memory.id) == ["mem_boat"])
        for store in devices.stores { #expect(try await store.verify().isSound) }
        try await devices.close()
    }

    /// Also where they import it after they have joined, so that nobody ever says when it became sensitive.
    @Test(arguments: 0..<16)
    func `a memory that is plain on one device and sensitive on another is sensitive on both, and edits reach both`(
        order: Int
    ) async throws {
        let (isAlone, isSentBySensitiveFirst) = (order & 1 > 0, order & 2 > 0)
        let (isErasedByPlain, isPlainEarlier) = (order & 4 > 0, order & 8 > 0)
        let devices = ExchangingStores()
        let plain = try await devices.open(ahead: .seconds(isPlainEarlier ? 0 : 2), isAlone: isAlone)
        let sensitive = try await devices.open(ahead: .seconds(1), isAlone: isAlone)
        _ = try await plain.importMemories([Self.imported(.episodic, year: 1_704_067_200, session: "first")])
        var item = Self.imported(.semantic, year: 1_735_689_600, session: nil)
        item.draft.isSensitive = true
        _ = try await sensitive.importMemories([item])
        for store in isSentBySensitiveFirst ? [sensitive, plain] : [plain, sensitive] {
            if isAlone { try await devices.join(store) }
            try await devices.send(store)
        }
        try await devices.exchange()
        for (number, store) in devices.stores.enumerated() {
            #expect(try await store.memory("mem_boat", as: "alden", userID: "ana").isSensitive)
            devices.advance(by: .seconds(1))
            let change = MemoryChange(content: "the boat, \(number)")
            _ = try await store.update("mem_boat", as: "alden", change: change, userID: "ana")
            _ = try await store.sync("alden", userID: "ana")
            try await devices.exchange()
            let states = try devices.states()
            #expect(states[0].differences(from: states[1]) == [])
            #expect(states[0].facts.contains { $0.value.contains("the boat, \(number)") })
        }
        for store in devices.stores {
            #expect(try store.deviceSpace()?.incomplete == 0)
            #expect(try await store.verify().isSound)
        }
        // Erasing reaches what the hub has of it in either form, also what the other device said and no longer holds.
        _ = try await devices.stores[isErasedByPlain ? 0 : 1].eraseMemory("mem_boat", as: "alden", userID: "ana")
        try await devices.exchange()
        #expect(!devices.hub.records.contains { String(decoding: $0.payload, as: UTF8.self).contains("the boat") })
        for store in devices.stores { #expect(try await store.verify().isSound) }
        try await devices.close()
    }

    /// A version may come late, as from a hub that kept it back.
    @Test func `a share counts from its version also where the memory becomes sensitive before that comes`()
        async throws
    {
        let devices = ExchangingStores()
        let (one, other) = (try await devices.open(), try await devices.open())
        let id = try await one.store([MemoryDraft(content: "one")], agentID: "alden", userID: "ana")[0]
        devices.advance(by: .seconds(1))
        _ = try await one.update(id, as: "alden", change: MemoryChange(content: "two"), userID: "ana")
        _ = try await one.sync("alden", userID: "ana")
        try await one.share(id, as: "alden", with: ["mimic"], permission: .read, userID: "ana")
        try await devices.send(one)
        _ = try await one.update(id, as: "alden", change: MemoryChange(isSensitive: true), userID: "ana")
        try await devices.send(one)
        let all = devices.hub.fetch(after: 0, atMost: 1_000)
        func says(_ record: ReceivedRecord, _ text: String) -> Bool {
            String(decoding: record.sealed, as: UTF8.self).contains(text)
        }
        let late = try #require(all.first { says($0, #""content":"two""#) && !says($0, "salt") })
        _ = try await other.takeOver(all.filter { $0.position != late.position }, cursor: all.last?.position)
        #expect(try await other.memory(id, as: "alden", userID: "ana").isSensitive)
        _ = try await other.takeOver([late], cursor: nil)
        try await devices.exchange()
        let states = try devices.states()
        #expect(states[0].differences(from: states[1]) == [])
        for store in devices.stores {
            #expect(try store.deviceSpace()?.incomplete == 0)
            let seen = try await store.history(of: id, as: "mimic", userID: "ana").map(\.content)
            #expect(seen == ["two"])
        }
        try await devices.close()
    }

    /// The file keeps no id of a record that says it, because it could be guessed.
    @Test(arguments: 0..<8)
    func `of two shares of one moment all devices keep the same, whenever the memory became sensitive`(
        order: Int
    ) async throws {
        let devices = ExchangingStores()
        let (one, other) = (try await devices.open(), try await devices.open())
        let id = try await one.store([MemoryDraft(content: "one")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        devices.advance(by: .seconds(1))
        let permissions: [SharePermission] = order & 1 > 0 ? [.read, .propose] : [.propose, .read]
        for (store, permission) in zip(devices.stores, permissions) {
            try await store.share(id, as: "alden", with: ["mimic"], permission: permission, userID: "ana")
            try await devices.send(store)
        }
        let times = devices.hub.records.compactMap { record in
            let text = String(decoding: record.payload, as: UTF8.self)
            return text.contains("mimic") && text.contains(#""fact":"share""#)
                ? text.components(separatedBy: "time").last : nil
        }
        #expect(times.count == 2 && times[0] == times[1])
        let sealer = order & 2 > 0 ? one : other
        if order & 4 > 0 { try await devices.receive(sealer === one ? other : one) }
        _ = try await sealer.update(id, as: "alden", change: MemoryChange(isSensitive: true), userID: "ana")
        try await devices.exchange()
        let states = try devices.states()
        #expect(states[0].differences(from: states[1]) == [])
        try await devices.close()
    }

    @Test func `a memory shared on two devices shows the same history on both`() async throws {
        let devices = ExchangingStores()
        let (one, other) = (try await devices.open(), try await devices.open())
        let id = try await one.store([MemoryDraft(content: "one")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        try await one.share(id, as: "alden", with: ["mimic"], permission: .read, userID: "ana")
        devices.advance(by: .seconds(1))
        _ = try await other.update(id, as: "alden", change: MemoryChange(content: "two"), userID: "ana")
        _ = try await other.sync("alden", userID: "ana")
        try await other.share(id, as: "alden", with: ["mimic"], permission: .read, userID: "ana")
        try await devices.exchange()
        let seen = try await one.history(of: id, as: "mimic", userID: "ana").map(\.content)
        #expect(try await other.history(of: id, as: "mimic", userID: "ana").map(\.content) == seen)
        #expect(seen == ["two"])
        try await devices.close()
    }

    @Test func `versions that came in another order show an agent the same history`() async throws {
        let devices = ExchangingStores()
        let (one, other) = (try await devices.open(), try await devices.open())
        let id = try await one.store([MemoryDraft(content: "A. B. C.")], agentID: "alden", userID: "ana")[0]
        try await one.share(id, as: "alden", with: ["mimic"], permission: .read, userID: "ana")
        try await devices.exchange()
        for (store, text) in [(one, "A1. B. C."), (other, "A. B. C1.")] {
            devices.advance(by: .seconds(1))
            _ = try await store.update(id, as: "alden", change: MemoryChange(content: text), userID: "ana")
            _ = try await store.sync("alden", userID: "ana")
        }
        try await devices.exchange()
        let seen = try await one.history(of: id, as: "mimic", userID: "ana").map(\.id)
        #expect(try await other.history(of: id, as: "mimic", userID: "ana").map(\.id) == seen)
        #expect(seen.count >= 3)
        try await devices.close()
    }
}
