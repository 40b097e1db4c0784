import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a device has of sensitive memories that has nothing to seal them with.
@Suite struct KeylessDevices {
    @Test func `nothing is lost of a memory that became sensitive elsewhere, and a key brings the rest`() async throws {
        let devices = ExchangingStores()
        let one = try await devices.open()
        var other = try await devices.open(hasKeys: false)
        let id = try await one.store([MemoryDraft(content: "A. B. C.")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        devices.advance(by: .seconds(1))
        _ = try await one.update(id, as: "alden", change: MemoryChange(isSensitive: true), userID: "ana")
        _ = try await one.update(id, as: "alden", change: MemoryChange(content: "A1. B. C."), userID: "ana")
        _ = try await one.sync("alden", userID: "ana")
        try await devices.exchange()
        let status = try #require(try other.hubSyncStatus())
        #expect(status.keyless > 0)
        let reasons = try other.read { try HealthReasons.devices(in: $0, at: devices.clocks[1].storeClock.now()) }
        #expect(reasons.contains { $0.contains("keys of sensitive memories") })
        devices.advance(by: .seconds(1))
        _ = try await other.update(id, as: "alden", change: MemoryChange(content: "A. B. C2."), userID: "ana")
        _ = try await other.sync("alden", userID: "ana")
        try await devices.exchange()
        // What is edited without a key reaches the others.
        #expect(try await one.history(of: id, as: "alden", userID: "ana").map(\.content).contains("A. B. C2."))
        other = try await devices.giveKeys(toStore: 1)
        try await devices.exchange()
        for store in devices.stores { await store.loadAllKeys() }
        let states = try devices.states()
        #expect(states[0].differences(from: states[1]) == [])
        #expect(try await other.memory(id, as: "alden", userID: "ana").isSensitive)
        #expect(try other.hubSyncStatus()?.keyless == 0)
        try await devices.close()
    }
}
