import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Of several coordinators on one file, one does the upkeep.
@Suite struct UpkeepLeases {
    private let clock = TestClock()
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(clock: TestClock? = nil) async throws -> MemoryStore {
        try await LeasedStore.open(.file(directory.file("store.db")), clock: clock ?? self.clock)
    }

    @Test func `one holds it, renews it, and gives it back`() async throws {
        let (first, second) = (try await open(), try await open())
        #expect(try !first.upkeepLeaseIsHeld())
        #expect(try await first.takeUpkeepLease(as: "a", for: .seconds(600)))
        #expect(try await !second.takeUpkeepLease(as: "b", for: .seconds(600)))
        // It is renewed when less than half of its time is left.
        clock.advance(by: .seconds(301))
        #expect(try await first.takeUpkeepLease(as: "a", for: .seconds(600)))
        clock.advance(by: .seconds(599))
        #expect(try await !second.takeUpkeepLease(as: "b", for: .seconds(600)))
        #expect(try second.upkeepLeaseIsHeld())
        try await second.releaseUpkeepLease(as: "b")
        #expect(try second.upkeepLeaseIsHeld())
        try await first.releaseUpkeepLease(as: "a")
        #expect(try await second.takeUpkeepLease(as: "b", for: .seconds(600)))
        try await first.close()
        try await second.close()
    }

    @Test func `one that hangs loses it at its deadline by the clock that never jumps, and after a reboot`()
        async throws
    {
        let (first, second) = (try await open(), try await open())
        #expect(try await first.takeUpkeepLease(as: "a", for: .seconds(600)))
        clock.jumpWallClock(by: .seconds(86_400))
        #expect(try await !second.takeUpkeepLease(as: "b", for: .seconds(600)))
        clock.advance(by: .seconds(600))
        #expect(try await second.takeUpkeepLease(as: "b", for: .seconds(600)))
        #expect(try await !first.takeUpkeepLease(as: "a", for: .seconds(600)))
        let later = try await open(clock: clock.rebooted())
        #expect(try await later.takeUpkeepLease(as: "c", for: .seconds(600)))
        for store in [first, second, later] { try await store.close() }
    }

    @Test func `it is free at once if its process is certainly gone`() async throws {
        let store = try await open()
        #expect(try await store.takeUpkeepLease(as: "a", for: .seconds(600)))
        // This process as it would be known if it had started at another time.
        let parts = ProcessIdentity.current.text.split(separator: " ")
        let gone = "\(parts[0]) \(parts[1]) 1"
        try await store.write { try $0.connection.run("UPDATE upkeep_lease SET process = ?1", gone) }
        #expect(try !store.upkeepLeaseIsHeld())
        #expect(try await store.takeUpkeepLease(as: "b", for: .seconds(600)))
        try await store.close()
    }
}
