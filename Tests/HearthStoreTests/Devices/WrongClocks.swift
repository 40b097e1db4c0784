import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What a device with a wrong clock can do to the others.
@Suite struct WrongClocks {
    private static let year = Duration.days(365)

    /// Within what is taken over, a little beyond it, and far beyond.
    @Test(arguments: [.seconds(300), ClockBound.maximumLead + .seconds(1), year])
    func `a user erased by a clock that is ahead may come back at once`(lead: Duration) async throws {
        let devices = ExchangingStores()
        let (there, here) = (try await devices.open(ahead: lead), try await devices.open())
        let away = try await devices.open()
        _ = try await here.store([MemoryDraft(content: "the old life")], agentID: "alden", userID: "ana")
        try await devices.exchange()
        // This one was never sent, so the erasing device can't name it.
        _ = try await away.store([MemoryDraft(content: "another old one")], agentID: "alden", userID: "ana")
        if lead > ClockBound.maximumLead {
            #expect(try await there.contents(of: "ana") == ["the old life"])
        }
        devices.advance(by: .seconds(2))
        _ = try await there.eraseUser("ana", as: "system")
        try await devices.exchange()
        for store in devices.stores { #expect(try await store.contents(of: "ana") == []) }
        for step in 0..<3 {
            devices.advance(by: .seconds(1))
            let store = devices.stores[(step + 1) % 3]
            _ = try await store.store([MemoryDraft(content: "life \(step)")], agentID: "alden", userID: "ana")
            // Whoever erased comes last, and so gets what is new from the others.
            try await devices.send(here)
            try await devices.send(away)
            try await devices.receive(there)
            try await devices.exchange()
        }
        let told = try here.pendingNotifications().contains { $0.kind == .clockDisagreement }
        #expect(told == (lead > ClockBound.maximumLead))
        // A device that joins later comes to the same, also when the erasure is not far ahead any more.
        devices.advance(by: lead)
        try await devices.open(ahead: lead)
        try await devices.exchange()
        for store in devices.stores { #expect(try await store.contents(of: "ana") == ["life 0", "life 1", "life 2"]) }
        try await devices.close()
    }
}

extension WrongClocks {
    @Test func `a device whose clock is set right is heard at once`() async throws {
        let devices = ExchangingStores()
        let (there, here) = (try await devices.open(), try await devices.open())
        let old = try await here.store([MemoryDraft(content: "one")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        devices.clocks[0].jumpWallClock(by: Self.year)
        let wrong = try await there.store([MemoryDraft(content: "of next year")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        #expect(try await here.contents(of: "ana") == ["one"])
        devices.clocks[0].jumpWallClock(by: .zero - Self.year)
        devices.advance(by: .seconds(60))
        _ = try await there.store([MemoryDraft(content: "three")], agentID: "alden", userID: "ana")
        _ = try await there.update(old, as: "alden", change: MemoryChange(content: "two"), userID: "ana")
        _ = try await there.sync("alden", userID: "ana")
        try await there.share(old, as: "alden", with: ["mimic"], userID: "ana")
        try await devices.exchange()
        #expect(try await here.contents(of: "ana") == ["three", "two"])
        #expect(try await here.slice(of: "mimic", userID: "ana").entries.map(\.memory.content) == ["two"])
        let told = try there.pendingNotifications().filter { $0.kind == .clockDisagreement }
        #expect(told.count == 1 && told.allSatisfy { $0.message.contains("1 memory") })
        // A version is never dated before the one that it was made from.
        _ = try await there.update(wrong, as: "alden", change: MemoryChange(content: "edited"), userID: "ana")
        _ = try await there.sync("alden", userID: "ana")
        let dates = try await there.history(of: wrong, as: "alden", userID: "ana").map(\.createdAt)
        #expect(dates.count == 2 && dates == dates.sorted())
        // What it says to do helps.
        _ = try await there.eraseMemory(wrong, as: "alden", userID: "ana")
        _ = try await there.store([MemoryDraft(content: "edited")], agentID: "alden", userID: "ana")
        try await devices.exchange()
        #expect(try await here.contents(of: "ana") == ["edited", "three", "two"])
        try await devices.close()
    }

    @Test func `a device whose clock has fallen behind dates nothing before what it has heard`() async throws {
        let devices = ExchangingStores()
        let (there, here) = (try await devices.open(), try await devices.open())
        let id = try await here.store([MemoryDraft(content: "one")], agentID: "alden", userID: "ana")[0]
        try await devices.exchange()
        devices.clocks[0].jumpWallClock(by: .zero - Self.year)
        _ = try await there.update(id, as: "alden", change: MemoryChange(content: "two"), userID: "ana")
        _ = try await there.sync("alden", userID: "ana")
        _ = try await there.store([MemoryDraft(content: "three")], agentID: "alden", userID: "ana")
        let clock = try there.read { $0.state.clock }
        #expect(clock > (try here.read { $0.state.clock }))
        try await devices.exchange()
        #expect(try await here.contents(of: "ana") == ["three", "two"])
        try await devices.close()
    }

    @Test(arguments: [false, true])
    func `a user erased while the clock was wrong may come back once it is right`(isSentBefore: Bool) async throws {
        let devices = ExchangingStores()
        let (there, here) = (try await devices.open(), try await devices.open())
        _ = try await here.store([MemoryDraft(content: "the old life")], agentID: "alden", userID: "ana")
        try await devices.exchange()
        devices.clocks[0].jumpWallClock(by: Self.year)
        _ = try await there.eraseUser("ana", as: "system")
        if isSentBefore { try await devices.send(there) }
        devices.clocks[0].jumpWallClock(by: .zero - Self.year)
        devices.advance(by: .seconds(60))
        _ = try await there.store([MemoryDraft(content: "the new life")], agentID: "alden", userID: "ana")
        devices.advance(by: .days(7))
        try await devices.exchange()
        for store in devices.stores { #expect(try await store.contents(of: "ana") == ["the new life"]) }
        try await devices.close()
    }
}
