import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// "Yesterday" and its like are said from the day of the store's clock.
@Suite struct RelativeDates {
    private let clock = TestClock()

    private func find(_ query: String, in coordinator: MultiAgentMemoryCoordinator) async throws -> [String] {
        try await coordinator.searchAgentMemories(agentID: "alden", userID: "iris", query: query).map(\.memory.content)
    }

    /// Memories made so many days ago.
    private func coordinator(_ memories: [(text: String, age: Int)]) async throws -> MultiAgentMemoryCoordinator {
        let coordinator = try await household(clock: clock.storeClock)
        let now = clock.storeClock.now().date
        let drafts = memories.map {
            MemoryDraft(content: $0.text, createdAt: now.addingTimeInterval(-86_400 * Double($0.age)))
        }
        try await coordinator.storeAgentMemories(agentID: "alden", userID: "iris", drafts)
        return coordinator
    }

    @Test func `a question about it finds what was made then, and moves on with the clock`() async throws {
        let coordinator = try await coordinator([
            ("Went to the dentist", 1), ("Fixed the bike", 3), ("Moved to Bath", 500), ("Met Raj for coffee", 40),
        ])
        for query in ["yesterday", "What did I do yesterday?", "¿qué hice ayer?", "Was habe ich gestern gemacht?"] {
            #expect(try await find(query, in: coordinator) == ["Went to the dentist"], "\(query)")
        }
        #expect(try await find("What happened 3 days ago?", in: coordinator) == ["Fixed the bike"])
        #expect(Set(try await find("the last 7 days", in: coordinator)) == ["Went to the dentist", "Fixed the bike"])
        clock.advance(by: .seconds(86_400 * 2))
        #expect(try await find("What happened 3 days ago?", in: coordinator) == ["Went to the dentist"])
        #expect(try await find("what did I do yesterday?", in: coordinator).isEmpty)
        try await coordinator.close()
    }

    @Test func `yesterday is not today, but it reaches into the night`() async throws {
        let coordinator = try await household(clock: clock.storeClock)
        let now = clock.storeClock.now().date
        // Hours since midnight in UTC.
        let hour = now.timeIntervalSince1970.truncatingRemainder(dividingBy: 86_400) / 3_600
        let drafts = [-25.0, -23, -1, 7, 9]
            .map { hours in
                MemoryDraft(content: "At \(Int(hours)).", createdAt: now.addingTimeInterval((hours - hour) * 3_600))
            }
        try await coordinator.storeAgentMemories(agentID: "alden", userID: "iris", drafts)
        #expect(Set(try await find("yesterday", in: coordinator)) == ["At -23.", "At -1.", "At 7."])
        #expect(Set(try await find("what did I do today?", in: coordinator)) == ["At 7.", "At 9."])
        try await coordinator.close()
    }

    @Test func `a time to come finds what names a day of it`() async throws {
        let now = clock.storeClock.now().date
        func day(in days: Int) -> String {
            now.addingTimeInterval(86_400 * Double(days)).formatted(.iso8601.year().month().day())
        }
        let coordinator = try await coordinator([
            ("The dentist expects me on \(day(in: 1))", 20), ("Concert on \(day(in: 3))", 10),
            ("Went to the dentist", 1),
        ])
        for query in ["tomorrow", "What is on tomorrow?", "Was ist morgen?", "demain"] {
            let found = try await find(query, in: coordinator)
            #expect(found == ["The dentist expects me on \(day(in: 1))"], "\(query)")
        }
        #expect(try await find("in 3 days", in: coordinator) == ["Concert on \(day(in: 3))"])
        let found = try await find("the next 3 days", in: coordinator)
        #expect(Set(found).isSuperset(of: ["The dentist expects me on \(day(in: 1))", "Concert on \(day(in: 3))"]))
        try await coordinator.close()
    }

    @Test func `with other words it raises what was made then and makes no result`() async throws {
        let coordinator = try await coordinator([
            ("The plumber came about the sink", 1), ("The plumber came about the shower", 200), ("Bought a lamp", 1),
        ])
        let found = try await find("what did the plumber say about the drain yesterday", in: coordinator)
        #expect(found.first == "The plumber came about the sink", "\(found)")
        #expect(!found.contains("Bought a lamp"))
        try await coordinator.close()
    }

    @Test func `a name with such a word in it finds nothing of that day`() async throws {
        let coordinator = try await coordinator([("Cooked lentils", 0), ("Watched the today show", 90)])
        #expect(try await find("today show", in: coordinator) == ["Watched the today show"])
        try await coordinator.close()
    }
}
