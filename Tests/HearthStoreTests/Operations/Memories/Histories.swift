import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Histories {
    @Test func `an agent that comes to see a memory isn't shown what the same commit published before`() async throws {
        let shared = try await SharedStore()
        let id = try await shared.memory("Private.", shareWith: [])
        try await shared.edit(id, as: "alden", content: "Private, as drafted.")
        // The head moves on, so that the draft becomes a version of its own.
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        try await shared.store.rollback(id, to: first, as: "alden")
        let lock = try #require(try await shared.lock(id, as: "alden"))
        let opening = MemoryChange(content: "Likes tea.", category: .preference)
        try await shared.store.update(id, as: "alden", change: opening, lock: lock)
        #expect(try await shared.store.history(of: id, as: "alden").count > 3)
        #expect(try await shared.store.history(of: id, as: "mimic").map(\.content) == ["Likes tea."])
    }
}
