import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct AuditListing {
    @Test func `rows are filtered by agent, user, memory, action and time, and paged both ways`() async throws {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        let ids = try await [shared.memory("One."), shared.memory("Two.")]
        for round in 0..<6 {
            shared.clock.advance(by: .seconds(60))
            _ = try await store.memory(ids[round % 2], as: round < 3 ? "alice" : "mimic")
        }
        let all = try await store.auditEntries(order: .oldestFirst).rows
        #expect(all.map(\.position) == Array(1...all.count))
        func positions(_ filter: AuditFilter) async throws -> [Int] {
            try await store.auditEntries(matching: filter, order: .oldestFirst).rows.map(\.position)
        }
        func expected(_ isMeant: (AuditRow) -> Bool) -> [Int] { all.filter(isMeant).map(\.position) }
        #expect(try await positions(AuditFilter(agentID: "alice")) == expected { $0.agentID == "alice" })
        #expect(try await positions(AuditFilter(userID: shared.user)) == expected { $0.userID == shared.user })
        #expect(try await positions(AuditFilter(userID: "nobody")) == [])
        #expect(try await positions(AuditFilter(memoryID: ids[1])) == expected { $0.memoryIDs.contains(ids[1]) })
        #expect(try await positions(AuditFilter(actions: [.share])) == expected { $0.action == .share })
        let (since, until) = (all[3].at, all[6].at)
        #expect(
            try await positions(AuditFilter(since: since, until: until)) == expected { $0.at >= since && $0.at < until }
        )
        #expect(try await positions(AuditFilter(agentID: "mimic", memoryID: ids[0], actions: [.read])).count == 1)
        await expect(.unknownAgent) { try await positions(AuditFilter(agentID: "nobody")) }
        for order in AuditOrder.allCases {
            var paged: [AuditRow] = []
            var position: Int?
            repeat {
                let page = try await store.auditEntries(order: order, after: position, limit: 3)
                paged += page.rows
                position = page.next
            } while position != nil
            #expect(paged == (order == .oldestFirst ? all : all.reversed()))
        }
        for limit in [0, -1, 10_001] { await expect(.invalidArgument) { try await store.auditEntries(limit: limit) } }
        try await store.close()
    }

    @Test func `a row names nobody whose name is gone`() async throws {
        let audited = try await AuditedStore()
        let connection = try audited.connection()
        try connection.execute(
            "PRAGMA foreign_keys = OFF; UPDATE memories SET memory_key = 900; UPDATE users SET user_key = 900"
        )
        let store = try await audited.open()
        let row = try #require(try await store.auditEntries(order: .oldestFirst).rows.first)
        #expect(row.agentID == "alden" && row.userID == nil && row.userKey == 1)
        #expect(row.memoryIDs == [nil] && row.memoryKeys == [1])
        try await store.close()
    }
}
