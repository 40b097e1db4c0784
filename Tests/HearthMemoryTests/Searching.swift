import FoundationEssentials
import HearthMemory
import TestSupport
import Testing

@Suite struct Searching {
    private let user: UserID = "user_123"

    private func store(
        _ text: String,
        as agent: AgentID = "alden",
        _ category: MemoryCategory = .conversation,
        session: SessionID? = nil,
        in coordinator: MultiAgentMemoryCoordinator
    ) async throws -> MemoryID {
        try await coordinator.storeAgentMemory(
            agentID: agent,
            userID: user,
            sessionID: session,
            content: text,
            memoryCategory: category
        )
    }

    private func find(
        _ query: String,
        as agent: AgentID = "alden",
        _ type: SearchType = .keyword,
        in coordinator: MultiAgentMemoryCoordinator
    ) async throws -> [MemoryID] {
        try await coordinator.searchAgentMemories(agentID: agent, userID: user, query: query, searchType: type)
            .map(\.memory.id)
    }

    @Test func `words are found in their inflected forms, with accents and in any script`() async throws {
        let coordinator = try await household()
        let train = try await store("She booked three trains to Zürich", in: coordinator)
        let grandmother = try await store("明天去成都看奶奶", in: coordinator)
        let meeting = try await store("大阪の会議は三時から", in: coordinator)
        let arabic = try await store("الجار يحتفظ بالمفتاح", in: coordinator)
        #expect(try await find("train booking", in: coordinator) == [train])
        #expect(try await find("zurich", in: coordinator) == [train])
        #expect(try await find("成都", in: coordinator) == [grandmother])
        #expect(try await find("奶", in: coordinator) == [grandmother])
        #expect(try await find("会議", in: coordinator) == [meeting])
        #expect(try await find("المفتاح", in: coordinator) == [arabic])
        #expect(try await find("bo* trai*", in: coordinator) == [train])
        #expect(try await find("\"three trains\"", in: coordinator) == [train])
        #expect(try await find("\"three trains\" parcel", in: coordinator) == [train])
        #expect(try await find("nothing of the kind", in: coordinator).isEmpty)
        try await coordinator.close()
    }

    @Test func `any string is a valid query of every type`() async throws {
        let coordinator = try await household()
        _ = try await store("something to find", in: coordinator)
        var generator = SeededGenerator()
        let pieces = [
            "\"", "*", "AND", "OR NOT", "NEAR(", "a:b", "(", ")", "-", "^", "\u{0}", "'", "--", ";", "👩‍👩‍👧‍👦", "明", "é",
            "\u{301}", "\u{202E}",
            "{", "}", "+", "something", "\n", "\u{FFFD}", " ", "1:", ":",
        ]
        for _ in 0..<150 {
            let query = (0..<Int.random(in: 0...8, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            for type in SearchType.allCases {
                _ = try await coordinator.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: query,
                    searchType: type
                )
            }
        }
        _ = try await find(String(repeating: "word ", count: 200_000), in: coordinator)
        await expect(.invalidArgument) {
            try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "x", limit: 0)
        }
        try await coordinator.close()
    }

    @Test func `a memory that shares no word with the query is found by meaning alone`() async throws {
        let coordinator = try await household()
        let boiler = try await store("The boiler broke down and the radiators stayed cold", in: coordinator)
        for text in [
            "She sings in a choir on Mondays", "The tax form is due in April", "A parcel came for the neighbour",
        ] {
            _ = try await store(text, in: coordinator)
        }
        let query = "central heating failure"
        #expect(try await find(query, in: coordinator).isEmpty)
        #expect(try await find(query, as: "alden", .semantic, in: coordinator).first == boiler)
        #expect(try await find(query, as: "alden", .hybrid, in: coordinator).first == boiler)
        let similar = try await coordinator.similar(to: boiler, agentID: "alden")
        #expect(!similar.map(\.memory.id).contains(boiler))
        try await coordinator.close()
    }

    @Test func `without an embedder hybrid goes by words and semantic is refused`() async throws {
        var configuration = CoordinatorConfiguration()
        configuration.embedder = nil
        let coordinator = try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
        try await coordinator.registerAgent("alden")
        let id = try await store("the boiler broke", in: coordinator)
        #expect(try await find("boiler", as: "alden", .hybrid, in: coordinator) == [id])
        await expect(.invalidArgument) { try await find("boiler", as: "alden", .semantic, in: coordinator) }
        try await coordinator.close()
    }

    @Test func `a result says what it is made of, whose it is and why it may be seen`() async throws {
        let coordinator = try await household()
        _ = try await store("prefers tea to coffee", as: "mimic", .preference, in: coordinator)
        let found = try await coordinator.searchAgentMemories(agentID: "alden", userID: user, query: "coffee")
        let result = try #require(found.first)
        #expect(result.isShared)
        #expect(result.sourceAgent == "mimic")
        #expect(result.sharing?.reason == .propagation)
        #expect(result.snippet == "prefers tea to **coffee**")
        #expect((0...1).contains(result.score))
        let keyword = try #require(result.components.keyword)
        #expect(keyword > 0 && keyword <= 1)
        #expect(result.components.semantic != nil)
        let own = try await coordinator.searchAgentMemories(
            agentID: "alden",
            userID: user,
            query: "coffee",
            includeSharedMemories: false
        )
        #expect(own.isEmpty)
        try await coordinator.close()
    }

    @Test func `a date in the query prefers what was made then`() async throws {
        let coordinator = try await household()
        var ids: [MemoryID] = []
        for month in 1...6 {
            let date = try #require(ISO8601Date.noon(year: 2025, month: month, day: 10))
            ids += try await coordinator.storeAgentMemories(
                agentID: "alden",
                userID: user,
                sessionID: SessionID(rawValue: "sess_\(month)"),
                [MemoryDraft(content: "dinner with Marek number \(month)", createdAt: date)]
            )
        }
        #expect(try await find("dinner with Marek in March", as: "alden", .hybrid, in: coordinator).first == ids[2])
        #expect(try await find("dinner with Marek 2025-05-10", as: "alden", .hybrid, in: coordinator).first == ids[4])
        try await coordinator.close()
    }

    /// Two worlds that differ only in what an agent may not see answer it alike: order, scores, components, counts,
    /// errors.
    @Test func `what an agent may not see changes nothing that it gets`() async throws {
        var generator = SeededGenerator()
        let words = ["boiler", "train", "tea", "choir", "parcel", "osaka", "knee", "lantern", "明天", "会議"]
        func sentence() -> String {
            (0..<Int.random(in: 2...9, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }
                .joined(separator: " ")
        }
        // Scores go by whole days, and one may begin while the test runs.
        let clock = TestClock().storeClock
        let (bare, crowded) = (try await household(clock: clock), try await household(clock: clock))
        for index in 0..<60 {
            let seconds = Double(1_700_000_000 + index * 60)
            let draft = MemoryDraft(
                content: sentence(),
                category: index % 3 == 0 ? .preference : .conversation,
                createdAt: Date(timeIntervalSince1970: seconds)
            )
            let session = SessionID(rawValue: "sess_\(index % 5)")
            for world in [bare, crowded] {
                try await world.storeAgentMemories(
                    agentID: index % 2 == 0 ? "alden" : "mimic",
                    userID: user,
                    sessionID: session,
                    [draft]
                )
            }
            // Hidden from alden: another user's, restricted ones, unshared ones; in the same session and between the
            // others.
            for (agent, category, owner): (AgentID, MemoryCategory, UserID) in [
                ("sentry", .incidentDetails, user), ("alice", .analysisInternals, user),
                ("alden", .conversation, "user_456"),
            ] {
                let hidden = MemoryDraft(
                    content: sentence(),
                    category: category,
                    createdAt: Date(timeIntervalSince1970: seconds + 1)
                )
                try await crowded.storeAgentMemories(agentID: agent, userID: owner, sessionID: session, [hidden])
            }
        }
        for _ in 0..<25 {
            let query = sentence()
            for type in SearchType.allCases {
                let left = try await bare.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: query,
                    searchType: type,
                    limit: 25
                )
                let right = try await crowded.searchAgentMemories(
                    agentID: "alden",
                    userID: user,
                    query: query,
                    searchType: type,
                    limit: 25
                )
                #expect(left.map(\.memory.content) == right.map(\.memory.content))
                #expect(left.map(\.score) == right.map(\.score))
                #expect(left.map(\.components) == right.map(\.components))
                #expect(left.map(\.snippet) == right.map(\.snippet))
            }
        }
        let (left, right) = (
            try await bare.syncService.agentMemorySlice(agentID: "alden", userID: user, limit: 20),
            try await crowded.syncService.agentMemorySlice(agentID: "alden", userID: user, limit: 20)
        )
        #expect(left.statistics == right.statistics)
        #expect(left.entries.map(\.memory.content) == right.entries.map(\.memory.content))
        try await bare.close()
        try await crowded.close()
    }

    @Test func `every vector and word is there again after a reopening`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let coordinator = try await household(.file(path))
        var ids: [MemoryID] = []
        for index in 0..<600 { ids.append(try await store("memory of lantern number \(index)", in: coordinator)) }
        let before = try await coordinator.searchAgentMemories(
            agentID: "alden",
            userID: user,
            query: "lantern 599",
            limit: 5
        )
        try await coordinator.close()
        let again = try await household(.file(path))
        let after = try await again.searchAgentMemories(agentID: "alden", userID: user, query: "lantern 599", limit: 5)
        #expect(after.map(\.memory.id) == before.map(\.memory.id))
        #expect(after.first?.memory.id == ids[599])
        let status = try await again.embeddingStatus()
        #expect(status.documents == 600)
        #expect(status.pending == 0)
        #expect(try await again.verify().isSound)
        try await again.close()
    }
}

private enum ISO8601Date {
    /// Noon of a day in UTC.
    static func noon(year: Int, month: Int, day: Int) -> Date? {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: DateComponents(year: year, month: month, day: day, hour: 12))
    }
}
