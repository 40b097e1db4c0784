import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The time at which an edit was made decides, not the time of its publishing, and not the wall clock.
@Suite struct EditTimes {
    /// Versions keep milliseconds.
    private static let precision = 0.001

    @Test func `a version has the time of its draft's last amendment, not of the sync`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Two.")
        shared.clock.advance(by: .seconds(60))
        try await shared.edit(id, as: "alice", tags: ["a"])
        let amended = shared.clock.storeClock.now().date
        shared.clock.advance(by: .seconds(3_600))
        try await shared.sync("alice")
        let version = try #require(try await shared.store.history(of: id, as: "alden").last)
        #expect(version.content == "Two." && version.tags == ["a"])
        #expect(abs(version.createdAt.timeIntervalSince(amended)) < Self.precision)
    }

    @Test(arguments: [["alden", "alice"], ["alice", "alden"]] as [[AgentID]])
    func `the later edit wins, whichever is synced first and however much later`(order: [AgentID]) async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alden", content: "Earlier.")
        try await shared.edit(id, as: "alice", content: "Later.")
        for agent in order {
            shared.clock.advance(by: .seconds(3_600))
            try await shared.sync(agent)
        }
        #expect(try await shared.content(id, as: "alden") == "Later.")
    }

    @Test(arguments: [-20, 20])
    func `the wall clock jumps by years between edits, and the later one wins all the same`(years: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let jump = Duration.seconds(years * 365 * 86_400)
        for order in [["alden", "alice"], ["alice", "alden"]] as [[AgentID]] {
            for reopens in [false, true] {
                var shared = try await SharedStore(path, embeds: false)
                let id = try await shared.memory("One.")
                try await shared.edit(id, as: "alden", content: "Earlier.")
                shared.clock.jumpWallClock(by: jump)
                if reopens {
                    try await shared.store.close()
                    shared = try await SharedStore(path, clock: shared.clock, embeds: false)
                }
                #expect(try await shared.status(id, as: "alden") == .pending)
                try await shared.edit(id, as: "alice", content: "Later.")
                shared.clock.jumpWallClock(by: .zero - jump)
                for agent in order { #expect(try await shared.sync(agent).successfulSyncs == 1) }
                #expect(try await shared.content(id, as: "alden") == "Later.")
                let times = try await shared.store.history(of: id, as: "alden").map(\.createdAt)
                #expect(times.count == 4 && times == times.sorted())
                #expect(try await shared.store.verify().findings == [])
                try await shared.store.close()
            }
        }
    }
}
