import FoundationEssentials
import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct SessionOrders {
    @Test(arguments: [true, false])
    func `neighbours are those next to each other in time, in whatever order they were stored`(
        isInOrder: Bool
    ) async throws {
        var random = SeededGenerator()
        var options = StoreOptions()
        options.embedder = nil
        options.durability = .normal
        let store = try await MemoryStore.open(.temporary, options: options)
        var ids: [MemoryID] = []
        for number in 0..<120 {
            // Some times are equal.
            let seconds = isInOrder ? number / 2 : Int.random(in: 0..<60, using: &random)
            let session = ["one", "two", "three", nil].randomElement(using: &random) ?? nil
            ids += try await store.store(
                [
                    MemoryDraft(
                        content: "Memory \(number).",
                        createdAt: Date(timeIntervalSince1970: Double(seconds))
                    )
                ],
                agentID: "alden",
                userID: "iris",
                sessionID: session.map { SessionID(rawValue: $0) },
                shareWith: number.isMultiple(of: 3) ? ["alice"] : []
            )
        }
        // A draft replaces the published head only for its author.
        for id in ids.shuffled(using: &random).prefix(20) {
            try await store.update(id, as: "alden", change: MemoryChange(content: "Edited."))
        }
        for agent: AgentID in ["alden", "alice"] {
            try store.read { snapshot in
                let user = try #require(try UserTable.find("iris", in: snapshot.connection))
                let viewer = try snapshot.directory.agent(agent)
                let slice = try store.catalogs.slice(of: user, for: viewer, needsSessions: true, in: snapshot)
                let order = try #require(slice.sessions)
                let entries = slice.catalog.entries
                let found = entries.indices.filter { slice.visibility.canFind($0) }
                #expect(!found.isEmpty)
                for slot in entries.indices {
                    let own = entries[slot]
                    let session =
                        !found.contains(slot) || own.session == 0
                        ? [] : found.filter { entries[$0].session == own.session }
                    let sorted = session.sorted {
                        (entries[$0].createdAt, entries[$0].memory) < (entries[$1].createdAt, entries[$1].memory)
                    }
                    let place = sorted.firstIndex(of: slot)
                    let before = place.flatMap { $0 > 0 ? sorted[$0 - 1] : nil }
                    let after = place.flatMap { $0 + 1 < sorted.count ? sorted[$0 + 1] : nil }
                    #expect(order.previous[slot] == Int32(before ?? -1))
                    #expect(order.next[slot] == Int32(after ?? -1))
                }
            }
        }
        try await store.close()
    }
}
