import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// How memories are used, counted in a store.
@Suite struct Analytics {
    private let shared: SharedStore
    private var store: MemoryStore { shared.store }

    init() async throws {
        shared = try await SharedStore(embeds: false)
    }

    @Test func `what comes, is edited and goes is counted by period and user`() async throws {
        let first = try await shared.memory("first")
        _ = try await store.store([MemoryDraft(content: "a guest's")], agentID: "alden", userID: "guest")
        shared.clock.advance(by: .seconds(86_400 * 2))
        try await shared.edit(first, as: "alden", content: "first, edited")
        try await shared.sync("alden")
        let second = try await shared.memory("second")
        try await store.delete(second, as: "alden", lock: shared.lock(second, as: "alden"))
        let all = try await store.analytics(by: .day)
        #expect(all.usage.map(\.stored) == [2, 0, 1])
        #expect(all.usage.map(\.edited) == [0, 0, 1])
        #expect(all.usage.map(\.deleted) == [0, 0, 1])
        #expect(try await store.analytics(userID: "guest", by: .month).usage.map(\.stored) == [1])
        await expect(.invalidArgument) { try await store.analytics(userID: "nobody") }
    }

    @Test func `readings and common readings are those of the audit`() async throws {
        let ids = [try await shared.memory("one"), try await shared.memory("two")]
        for _ in 0..<2 { _ = try await store.memory(ids[0], as: "alice") }
        _ = try await store.memory(ids[1], as: "alice")
        _ = try await store.memory(ids[0], as: "mimic")
        _ = try await store.memory(ids[0], as: "alden")
        let analytics = try await store.analytics()
        #expect(
            analytics.reads == [
                .init(reader: "alice", owner: "alden", reads: 3, memories: 2),
                .init(reader: "mimic", owner: "alden", reads: 1, memories: 1),
            ]
        )
        #expect(analytics.coAccess == [.init(agents: ["alice", "mimic"], memories: 1)])
    }

    @Test func `what nobody read in a month is counted, and recommended to be looked at`() async throws {
        var ids: [MemoryID] = []
        for number in 0..<24 { ids.append(try await shared.memory("note \(number)", shareWith: [])) }
        shared.clock.advance(by: .seconds(86_400 * 31))
        _ = try await store.memory(ids[0], as: "alden")
        let analytics = try await store.analytics()
        #expect(analytics.unread == [.init(owner: "alden", memories: 24, unread: 23)])
        #expect(analytics.recommendations.contains { $0.command.hasPrefix("hearth list --agent alden") })
        #expect(analytics.recommendations.allSatisfy { $0.command.hasPrefix("hearth ") && !$0.reason.isEmpty })
    }

    @Test func `strategies are compared with what people decided`() async throws {
        for number in 0..<4 {
            let id = try await shared.memory("The door is shut. \(number)", of: "sentry", shareWith: ["alden"])
            try await shared.edit(id, as: "sentry", content: "The door is open. \(number)")
            try await shared.edit(id, as: "alden", content: "The door is locked. \(number)")
            try await shared.sync("sentry")
            try await shared.sync("alden")
            let conflict = try #require(try await store.pendingConflicts().first)
            // Alden's edit is the latest one.
            let latest = try #require(conflict.versions.first { $0.author == "alden" })
            _ = try await store.resolve(conflict.id, as: "sentry", decision: .keep(latest.id))
        }
        let advice = try #require(try await store.analytics().strategies.first)
        #expect(advice.category == .general && advice.decisions == 4)
        #expect(advice.agreements.contains(.init(strategy: .latestWins, decisions: 4)))
        #expect(advice.suggested != nil)
    }

    @Test func `a suggested importance is published as an edit of system, with its history`() async throws {
        let id = try await shared.memory("read often", importance: 0.2)
        shared.clock.advance(by: .seconds(86_400 * 10))
        for _ in 0..<40 { _ = try await store.memory(id, as: "alden") }
        let suggestions = try await store.importanceSuggestions()
        let suggestion = try #require(suggestions.first { $0.memoryID == id })
        #expect(suggestion.suggested > 0.5 && suggestion.parts.contains { $0.name == "use" })
        #expect(try await store.memory(id, as: "alden").importance == 0.2)
        #expect(try await store.applyImportances(suggestions).changed == [id])
        #expect(try await store.memory(id, as: "alden").importance == suggestion.suggested)
        let history = try await store.history(of: id, as: "alden")
        #expect(history.count == 2 && history.contains { $0.author == "system" })
        // The same again is no suggestion, and an old one does nothing.
        #expect(try await store.importanceSuggestions() == [])
        #expect(try await store.applyImportances(suggestions).skipped.map(\.memoryID) == [id])
        #expect(try await store.verify().findings == [])
    }

    @Test func `memories with a lease, a draft, a conflict or another head are left`() async throws {
        let (contested, _) = try await shared.waitingConflict()
        let leased = try await shared.memory("leased")
        let drafted = try await shared.memory("drafted")
        shared.clock.advance(by: .seconds(86_400 * 100))
        try await shared.edit(drafted, as: "alice", content: "a draft")
        let lock = try await shared.lock(leased, as: "alden")
        #expect(lock != nil)
        let suggestions = try await store.importanceSuggestions()
        #expect(Set(suggestions.map(\.memoryID)).isSuperset(of: [contested, leased, drafted]))
        let report = try await store.applyImportances(suggestions)
        #expect(report.changed == [] && Set(report.skipped.map(\.memoryID)) == Set(suggestions.map(\.memoryID)))
        #expect(try await store.memory(leased, as: "alden").importance == 0.5)
    }
}
