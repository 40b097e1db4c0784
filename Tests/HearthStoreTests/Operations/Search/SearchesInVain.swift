import Foundation
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// How often agents search among others' memories and find nothing is counted for administrators, without what they
/// searched for.
@Suite struct SearchesInVain {
    private let directory: TemporaryDirectory
    private let shared: SharedStore
    private var store: MemoryStore { shared.store }
    private var path: String { directory.file("store.db") }

    init() async throws {
        directory = try TemporaryDirectory()
        shared = try await SharedStore(.file(directory.file("store.db")), embeds: false)
        _ = try await shared.memory("The kettle is on.", shareWith: [])
    }

    /// Searches for what nobody has.
    private func searchInVain(
        _ times: Int = 1,
        as agent: AgentID = "mimic",
        for user: UserID? = nil,
        in other: MemoryStore? = nil
    ) async throws {
        for _ in 0..<times {
            let found = try await (other ?? store).search("quixzle", as: agent, userID: user ?? shared.user)
            #expect(found.isEmpty)
        }
    }

    /// What administrators are told, without what could be shared.
    private func told(by other: MemoryStore? = nil) async throws -> [String] {
        try await (other ?? store).analytics().unanswered
            .map { "\($0.agentID) for \($0.userID): \($0.searches) on \($0.days)" }
    }

    /// Rows in the file.
    private func rows() throws -> Int {
        try store.read { snapshot in
            try snapshot.connection.first("SELECT count(*) FROM unanswered_searches", as: { $0.int(0) }) ?? 0
        }
    }

    @Test func `they are counted by agent, user and day, and other searches are not`() async throws {
        _ = try await store.store([MemoryDraft(content: "a guest's")], agentID: "alden", userID: "guest")
        try await searchInVain(2)
        try await searchInVain(as: "mimic", for: "guest")
        shared.clock.advance(by: .days(1))
        try await searchInVain()
        try await searchInVain(as: "sentry")
        _ = try await store.context("quixzle", as: "sentry", userID: shared.user, budget: 100)
        let counted = ["mimic for user_123: 3 on 2", "sentry for user_123: 2 on 1", "mimic for guest: 1 on 1"]
        #expect(try await told() == counted)

        // Hits, one's own alone, nothing to look for, a user that nobody knows, refused searches.
        #expect(try await store.search("kettle", as: "alden", userID: shared.user).count == 1)
        _ = try await store.search("quixzle", as: "mimic", userID: shared.user, includeShared: false)
        _ = try await store.search("quixzle", as: "mimic", userID: shared.user, filter: SearchFilter(owners: ["mimic"]))
        _ = try await store.search(" ?! ", as: "mimic", userID: shared.user)
        try await searchInVain(for: "nobody")
        await expect(.unknownAgent) { try await searchInVain(as: "stranger") }
        await expect(.invalidArgument) {
            _ = try await store.search("quixzle", as: "mimic", userID: shared.user, limit: 0)
        }
        #expect(try await told() == counted)
        let ofGuest = try await store.analytics(userID: "guest").unanswered
        #expect(ofGuest.map(\.userID) == ["guest"] && ofGuest.map(\.searches) == [1])
        let today = try await store.analytics().unanswered.first?.lastDay
        #expect(today == ShareSuggestions.day(of: shared.clock.storeClock.now()).date)
        try await store.close()
    }

    @Test func `a search waits for no write, and counts outlast upkeep, a backup and a restart`() async throws {
        try await searchInVain(3)
        #expect(try rows() == 0)
        _ = try await store.maintain(MaintenanceRequest(isDryRun: true))
        #expect(try rows() == 0)
        _ = try await store.maintain()
        #expect(try rows() == 1)
        try await searchInVain()
        let copy = directory.file("copy.db")
        try await store.backUp(to: copy)
        try await searchInVain()
        try await store.close()
        for (file, expected) in [(copy, 4), (path, 5)] {
            let again = try await SharedStore(.file(file), clock: shared.clock, embeds: false)
            #expect(try await told(by: again.store) == ["mimic for user_123: \(expected) on 1"])
            try await again.store.close()
        }
    }

    @Test func `two processes add up, and one that only reads counts nothing`() async throws {
        let second = try await SharedStore(.file(path), clock: shared.clock, embeds: false)
        let reading = try await SharedStore(.file(path), clock: shared.clock, embeds: false) { $0.isReadOnly = true }
        try await searchInVain(2)
        try await searchInVain(3, in: second.store)
        try await searchInVain(4, in: reading.store)
        #expect(try await told(by: reading.store) == [])
        #expect(try await told(by: second.store) == ["mimic for user_123: 3 on 1"])
        #expect(try await told() == ["mimic for user_123: 5 on 1"])
        #expect(try await told(by: reading.store) == ["mimic for user_123: 5 on 1"])
        try await reading.store.close()
        try await second.store.close()
        try await store.close()
    }

    @Test func `what was searched for is in no file`() async throws {
        try await searchInVain(5)
        _ = try await store.maintain()
        try await store.close()
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let bytes = try Data(contentsOf: URL(filePath: directory.file(name)))
            #expect(bytes.range(of: Data("quixzle".utf8)) == nil, "\(name)")
        }
    }

    @Test func `an erased user has no counts, not even those that were not written yet`() async throws {
        _ = try await store.store([MemoryDraft(content: "a guest's")], agentID: "alden", userID: "guest")
        try await searchInVain(for: "guest")
        try await searchInVain()
        #expect(try await told().count == 2)
        try await searchInVain(for: "guest")
        try await store.eraseUser("guest", as: "system")
        #expect(try await told() == ["mimic for user_123: 1 on 1"])
        #expect(try rows() == 1)
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `ninety days are kept, and upkeep gives back others, those of a clock that was wrong too`() async throws
    {
        try await searchInVain()
        shared.clock.advance(by: .days(89))
        try await searchInVain()
        #expect(try await told() == ["mimic for user_123: 2 on 2"])
        shared.clock.advance(by: .days(1))
        #expect(try await told() == ["mimic for user_123: 1 on 1"])
        let tomorrow = ShareSuggestions.day(of: shared.clock.storeClock.now()) + 1
        let user = try #require(try store.read { try UserTable.find(shared.user, in: $0.connection) })
        store.unanswered.count(.init(agent: 1, user: user, day: tomorrow))
        await store.writeUnansweredSearches()
        #expect(try rows() == 3)
        let report = try await store.maintain(MaintenanceRequest(steps: [.storage]))
        #expect(report[.storage]?.details["records"] == 2)
        #expect(try rows() == 1)
        try await store.close()
    }

    @Test func `counts in memory are bounded, and those that could not be written are counted on`() async throws {
        let counts = UnansweredSearches()
        for day in 0...Int64(UnansweredSearches.mostUnwritten) { counts.count(.init(agent: 1, user: 1, day: day)) }
        let taken = counts.take()
        #expect(taken.count == UnansweredSearches.mostUnwritten && counts.take().isEmpty)
        let first = UnansweredSearches.Occasion(agent: 1, user: 1, day: 0)
        counts.count(first)
        counts.putBack(taken)
        counts.putBack([first: .max])
        #expect(counts.take()[first] == .max)
        // In the file they end at the greatest number as well.
        let user = try #require(try store.read { try UserTable.find(shared.user, in: $0.connection) })
        let agent = try store.read { try $0.directory.agent("mimic").key }
        let day = ShareSuggestions.day(of: shared.clock.storeClock.now())
        for _ in 0..<2 {
            store.unanswered.putBack([.init(agent: agent, user: user, day: day): .max])
            #expect(try await store.analytics().unanswered.first?.searches ?? 0 > 1_000_000)
        }
        try await store.close()
    }

    @Test func `what could be shared is counted by owner and category, and suggested`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let user = sealed.user
        @discardableResult
        func store(
            _ count: Int,
            _ owner: AgentID,
            _ category: MemoryCategory,
            expiresAt: Date? = nil
        ) async throws -> [MemoryID] {
            let drafts = (0..<count)
                .map { MemoryDraft(content: "\(owner) \(category) \($0)", category: category, expiresAt: expiresAt) }
            return try await sealed.store.store(drafts, agentID: owner, userID: user)
        }
        let ids = try await store(6, "alden", .general)
        try await sealed.store.share(ids[0], as: "alden", with: ["mimic"])
        try await sealed.store.share(ids[1], as: "alden", with: ["mimic"])
        try await sealed.store.revokeShare(ids[1], as: "alden", from: ["mimic"])
        try await sealed.store.delete(ids[2], as: "alden", lock: sealed.shared.lock(ids[2], as: "alden"))
        try await store(2, "sentry", .incident)
        // Restricted, open by a rule, mimic's own, expired, sensitive, and of another user.
        try await store(9, "alden", .privateTasks)
        try await store(9, "alden", .preference)
        try await store(9, "mimic", .general)
        let soon = sealed.shared.clock.storeClock.now().advanced(by: .seconds(60)).date
        try await store(9, "alice", .general, expiresAt: soon)
        _ = try await sealed.memory("A secret", of: "sentry")
        _ = try await sealed.store.store([MemoryDraft(content: "theirs")], agentID: "alice", userID: "guest")
        for _ in 0..<3 {
            try await searchInVain(2, in: sealed.store)
            sealed.shared.clock.advance(by: .days(1))
        }
        let analytics = try await sealed.store.analytics()
        let unanswered = try #require(analytics.unanswered.first)
        #expect(unanswered.agentID == "mimic" && unanswered.searches == 6 && unanswered.days == 3)
        #expect(
            unanswered.shareable == [
                .init(owner: "alden", category: .general, memories: 3),
                .init(owner: "sentry", category: .incident, memories: 2),
            ]
        )
        let command = "hearth share ID --agent alden --user user_123 --with mimic"
        #expect(analytics.recommendations.contains { $0.command == command && $0.reason.contains("6 times") })
        try await sealed.store.close()
    }
}

extension Int64 {
    /// The beginning of a day that is counted from 1970-01-01.
    fileprivate var date: Date { Date(timeIntervalSince1970: Double(self) * 86_400) }
}
