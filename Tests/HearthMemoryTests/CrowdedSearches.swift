import Foundation
import HearthMemory
import TestSupport
import Testing

/// Memories that say the same do not fill a list of results.
@Suite struct CrowdedSearches {
    private let coordinator: MultiAgentMemoryCoordinator

    init() async throws {
        coordinator = try await Self.open()
    }

    private static func open(_ tuning: SearchTuning = SearchTuning()) async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.searchTuning = tuning
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        for agent in ["alden", "alice"] as [AgentID] { try await coordinator.registerAgent(agent) }
        return coordinator
    }

    private func keep(
        _ content: String,
        as agent: AgentID = "alden",
        tags: [String] = [],
        shareWith others: [AgentID] = []
    ) async throws -> MemoryID {
        try await coordinator.storeAgentMemory(
            agentID: agent,
            userID: "iris",
            content: content,
            tags: tags,
            shareWithAgents: others
        )
    }

    private func search(
        _ query: String,
        as agent: AgentID = "alden",
        type: SearchType = .hybrid,
        limit: Int = 10
    ) async throws -> [MemorySearchResult] {
        try await coordinator.searchAgentMemories(
            agentID: agent,
            userID: "iris",
            query: query,
            searchType: type,
            limit: limit
        )
    }

    @Test(arguments: [SearchType.hybrid, .keyword, .semantic], [1, 3, 10])
    func `equal texts are one result with the identifiers of the others`(type: SearchType, limit: Int) async throws {
        var copies: [MemoryID] = []
        for spelling in ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}"] {
            copies.append(try await keep("The \(spelling) opens at nine"))
        }
        let other = try await keep("The café is closed on Mondays")
        let found = try await search("café opens at nine", type: type, limit: limit)
        let first = try #require(found.first)
        #expect(Set([first.memory.id] + first.copies) == Set(copies))
        #expect(found.dropFirst().map(\.memory.id) == (limit == 1 ? [] : [other]))
        #expect(found.dropFirst().allSatisfy { $0.copies.isEmpty })
    }

    @Test func `forty copies are counted, and make room for all else`() async throws {
        for _ in 0..<40 { _ = try await keep("Water the plants on the balcony", tags: ["plants"]) }
        let others = try await [keep("The plants need water twice a week"), keep("Balcony plants like shade")]
        let found = try await search("water the plants", limit: 3)
        #expect(found.map(\.copies.count) == [39, 0, 0])
        #expect(Set(found.dropFirst().map(\.memory.id)) == Set(others))
    }

    @Test func `an agent is told of no copy that it does not see, and each that it is told of is audited`() async throws
    {
        let own = try await keep("The key is under the mat", as: "alice")
        _ = try await keep("The key is under the mat")
        let shared = try await keep("The key is under the mat", shareWith: ["alice"])
        let found = try await search("where is the key", as: "alice")
        #expect(found.count == 1)
        #expect(Set(found.flatMap { [$0.memory.id] + $0.copies }) == [own, shared])
    }

    private func nearCopies() async throws -> MemoryID {
        for number in 1...40 { _ = try await keep("Reminder number \(number): take the medicine after breakfast") }
        return try await keep("The medicine is kept in the kitchen cupboard, on the upper shelf, out of reach of Nora")
    }

    @Test func `forty near-copies leave room for the answer`() async throws {
        let answer = try await nearCopies()
        let found = try await search("medicine reminder breakfast where is it kept")
        #expect(found.count == 10)
        #expect(found.prefix(3).contains { $0.memory.id == answer }, "\(found.map(\.memory.content))")
    }

    @Test(arguments: [
        (
            (0..<40).map { "Took \(100 + $0 * 10) mg of magnesium at \($0 % 24):00" },
            "Dr. Okafor recommended magnesium because of the leg cramps", ["why magnesium?", "magnesium"],
            "magnesium 240 mg"
        ),
        (
            (0..<30).map { "Slept \(5 + $0 % 4) hours and \($0 * 3 % 60) minutes, woke up \($0 % 5) times" },
            "Slept badly because of the party next door", ["slept", "how did I sleep"], "slept 42 minutes"
        ),
        (
            (1...40).map { "Reminder: take the blood pressure pills at 8:00, day \($0)" },
            "The blood pressure pills are in the top drawer of the bathroom",
            ["blood pressure pills", "where are the blood pressure pills?"], "pills day 17"
        ),
    ])
    func `many that differ by several numbers leave room for the answer`(
        texts: [String],
        answer: String,
        queries: [String],
        numbered: String
    ) async throws {
        let drafts = (texts + [answer]).map { MemoryDraft(content: $0) }
        try await coordinator.storeAgentMemories(agentID: "alden", userID: "iris", drafts)
        for query in queries {
            let found = try await search(query).map(\.memory.content)
            #expect(found.prefix(3).contains(answer), "\(query): \(found)")
            #expect(found.count == 10)
        }
        // Whoever asks for a number wants those that differ by it.
        let number = numbered.split(separator: " ").first { Int($0) != nil } ?? ""
        let found = try await search(numbered).map(\.memory.content)
        #expect(found.first?.contains("\(number)") == true, "\(found)")
        #expect(!found.contains(answer))
    }

    @Test(arguments: [
        (
            "Who is not allergic to penicillin?",
            [
                "Tom is allergic to penicillin", "Eva is allergic to penicillin", "Ben is not allergic to penicillin",
                "Ida is not allergic to penicillin",
            ]
        ),
        (
            "v1.2.3",
            [
                "version 1.2.3 installed", "version 1.2.4 installed", "version 1.3.2 installed",
                "version 2.1.3 installed",
            ]
        ),
        (
            "which room is the meeting with Tom in",
            [
                "The meeting with Tom is in room 4", "The meeting with Eva is in room 5",
                "The meeting with Ida is in room 6",
            ]
        ),
    ])
    func `what differs by a number, a name or a negation is no copy`(query: String, texts: [String]) async throws {
        for text in texts { _ = try await keep(text) }
        for text in ["Penicillin was discovered in 1928", "Tom likes tea", "Installed a new lamp"] {
            _ = try await keep(text)
        }
        let found = try await search(query).map(\.memory.content)
        #expect(Set(found.prefix(texts.count)) == Set(texts), "\(found)")
        if query == "v1.2.3" { #expect(found.first == texts[0]) }
    }

    @Test func `near-copies keep their places where that is switched off, and in the other types`() async throws {
        let answer = try await nearCopies()
        let query = "medicine reminder breakfast"
        #expect(try await !search(query, type: .keyword).contains { $0.memory.id == answer })
        var tuning = SearchTuning()
        tuning.nearCopyThreshold = SearchTuning.noThreshold
        let other = try await Self.open(tuning)
        for number in 1...40 {
            try await other.storeAgentMemory(
                agentID: "alden",
                userID: "iris",
                content: "Reminder number \(number): take the medicine after breakfast"
            )
        }
        let found = try await other.searchAgentMemories(agentID: "alden", userID: "iris", query: query)
        #expect(found.count == 10)
    }

    @Test(arguments: [SearchType.keyword, .hybrid])
    func `copies with other tags and of other days are one result`(type: SearchType) async throws {
        let day = Date(timeIntervalSince1970: 1_746_273_600)
        for number in 0..<40 {
            try await coordinator.storeAgentMemories(
                agentID: "alden",
                userID: "iris",
                [
                    MemoryDraft(
                        content: "Water the plants on the balcony",
                        tags: number % 3 == 0 ? [] : ["balcony", "tag \(number)", "plants and pots"],
                        createdAt: number % 2 == 0 ? day : nil
                    )
                ]
            )
        }
        _ = try await keep("The plants need water twice a week")
        for query in ["water plants balcony", "balcony", "water the plants May 2025"] {
            let found = try await search(query, type: type).filter { $0.memory.content.hasPrefix("Water the plants") }
            #expect(found.map(\.copies.count) == [39], "\(query)")
        }
    }

    @Test(arguments: [SearchType.keyword, .hybrid, .semantic])
    func `six hundred copies hide nothing that comes behind`(type: SearchType) async throws {
        let drafts = (0..<600).map { _ in MemoryDraft(content: "Water the plants on the balcony") }
        try await coordinator.storeAgentMemories(agentID: "alden", userID: "iris", drafts)
        let others = try await [
            keep("The plants of the neighbours, a note about nothing else that somebody might water at some time"),
            keep("The balcony needs paint, and the plants a better place in the shade of the large old tree"),
        ]
        let found = try await search("water the plants on the balcony", type: type)
        #expect(found.count == 3)
        #expect(Set(found.dropFirst().map(\.memory.id)) == Set(others))
    }
}
