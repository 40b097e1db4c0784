import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

/// A date that stands in a text is found in every form in which people write it.
@Suite struct DatesInTexts {
    private let user: UserID = "iris"

    private func coordinator(_ texts: [String]) async throws -> MultiAgentMemoryCoordinator {
        let coordinator = try await household()
        let january = try Date("2026-01-10T12:00:00Z", strategy: .iso8601)
        let drafts = texts.map { MemoryDraft(content: $0, createdAt: january) }
        try await coordinator.storeAgentMemories(agentID: "alden", userID: user, drafts)
        return coordinator
    }

    private func find(
        _ query: String,
        _ type: SearchType,
        in coordinator: MultiAgentMemoryCoordinator
    ) async throws -> [String] {
        try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: query, searchType: type)
            .map(\.memory.content)
    }

    static let spellings = [
        "3 June 2026", "June 3, 2026", "June 3rd 2026", "the 3rd of June, 2026", "3 Jun 2026", "2026-06-03", "2026/6/3",
        "3.6.2026", "3.6.26", "03.06.2026", "3/6/2026", "3. Juni 2026", "3 juin 2026", "3 de junio de 2026",
        "3 giugno 2026",
        "3 juni 2026", "3 de junho de 2026", "3 июня 2026", "2026年6月3日",
    ]

    @Test(arguments: spellings)
    func `each spelling of a day finds each other`(spelling: String) async throws {
        let others = ["Dentist appointment on 4 June 2026", "Dentist appointment on 3 July 2026", "A walk in the sun"]
        let text = "Dentist appointment on \(spelling)"
        let coordinator = try await coordinator([text] + others)
        for query in Self.spellings {
            for type in [SearchType.keyword, .hybrid] {
                #expect(try await find(query, type, in: coordinator) == [text], "\(query), \(type)")
            }
        }
        for query in ["June 3", "3 June", "What is on June 3rd?"] {
            #expect(try await find(query, .hybrid, in: coordinator) == [text], "\(query)")
        }
        let month = Set([text, others[0]])
        #expect(Set(try await find("June 2026", .hybrid, in: coordinator)) == month)
        #expect(Set(try await find("What happens in June 2026?", .keyword, in: coordinator)) == month)
        try await coordinator.close()
    }

    @Test(arguments: [SearchType.keyword, .hybrid])
    func `what may be a version as well finds the version first, and the date`(type: SearchType) async throws {
        let texts = ["Version 9.5.26 of the wiki", "Wedding on 9 May 2026", "Version 26.5.9 of the wiki"]
        let coordinator = try await coordinator(texts)
        let made = MemoryDraft(content: "A quiet day", createdAt: try Date("2026-05-09T10:00:00Z", strategy: .iso8601))
        try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [made])
        let found = try await find("9.5.26", type, in: coordinator)
        #expect(found.first == texts[0])
        #expect(Set(found) == [texts[0], texts[1], "A quiet day"])
        #expect(try await find("version 9.5.26", type, in: coordinator).first == texts[0])
        #expect(try await find("What happened on 9.5.26?", type, in: coordinator).first == "A quiet day")
        try await coordinator.close()
    }

    @Test func `what was made at a time comes first, and what only names it is found as well`() async throws {
        let coordinator = try await coordinator(["The dentist is on 3 June 2026"])
        let made = MemoryDraft(content: "A quiet day", createdAt: try Date("2026-06-03T10:00:00Z", strategy: .iso8601))
        try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [made])
        for query in ["2026-06-03", "What happened on 3 June 2026?", "on June 3rd, 2026"] {
            for type in [SearchType.keyword, .hybrid] {
                let found = try await find(query, type, in: coordinator)
                #expect(found == ["A quiet day", "The dentist is on 3 June 2026"], "\(query), \(type)")
            }
        }
        try await coordinator.close()
    }

    @Test func `a day without a year in the text may be the one that is asked for`() async throws {
        let coordinator = try await coordinator(["Dentist on 3 June", "Dentist on 3 June 2019", "Dentist on 4 June"])
        #expect(try await find("2026-06-03", .hybrid, in: coordinator) == ["Dentist on 3 June"])
        #expect(
            Set(try await find("June 3", .keyword, in: coordinator)) == ["Dentist on 3 June", "Dentist on 3 June 2019"]
        )
        try await coordinator.close()
    }

    @Test func `a date in figures has both of its readings`() async throws {
        let coordinator = try await household()
        for (text, day) in [("In March", "2025-03-05"), ("In May", "2025-05-03"), ("In July", "2025-07-07")] {
            let draft = MemoryDraft(content: text, createdAt: try Date(day + "T12:00:00Z", strategy: .iso8601))
            try await coordinator.storeAgentMemories(agentID: "alden", userID: user, [draft])
        }
        #expect(Set(try await find("5/3/2025", .hybrid, in: coordinator)) == ["In March", "In May"])
        #expect(Set(try await find("What happened on 3-5-2025?", .keyword, in: coordinator)) == ["In March", "In May"])
        #expect(try await find("3.5.2025", .hybrid, in: coordinator) == ["In May"])
        try await coordinator.close()
    }

    @Test func `a span is found by each of its days and by no other`() async throws {
        let coordinator = try await coordinator([
            "Retreat in the hills, 28 May – 3 June 2026", "Dentist on 4 June 2026",
        ])
        for query in ["2026-05-28", "31 May 2026", "on June 1st, 2026", "3. Juni 2026", "30 May to 2 June 2026"] {
            let found = try await find(query, .hybrid, in: coordinator)
            #expect(found == ["Retreat in the hills, 28 May – 3 June 2026"], "\(query)")
        }
        #expect(try await find("June 4, 2026", .hybrid, in: coordinator) == ["Dentist on 4 June 2026"])
        try await coordinator.close()
    }

    @Test func `the date is marked in the snippet as it stands there`() async throws {
        let coordinator = try await coordinator(["Dentist on 3 June 2026 at nine"])
        let found = try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "2026-06-03")
        #expect(found.map(\.snippet) == ["Dentist on **3 June 2026** at nine"])
        try await coordinator.close()
    }
}
