import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Leases on two memories of one identifier, whose tokens are equal.
@Suite struct NamesakeLeases {
    private let clock = TestClock()
    private let store: MemoryStore

    init() async throws {
        var options = StoreOptions()
        options.clock = clock.storeClock
        options.durability = .normal
        store = try await MemoryStore.open(.temporary, options: options)
        for user in ["iris", "joss"] as [UserID] {
            let draft = MemoryDraft(content: "Tea of \(user).")
            _ = try await store.importMemories([MemoryImport(id: "1", userID: user, agentID: "alden", draft: draft)])
        }
    }

    private func lock(of user: UserID) async throws -> MemoryLock {
        let lock = try await store.acquireLease(
            on: "1",
            as: "alden",
            for: .seconds(60),
            waitingAtMost: .zero,
            userID: user
        )
        return try #require(lock)
    }

    private func write(_ text: String, _ user: UserID, under lock: MemoryLock) async throws {
        try await store.update("1", as: "alden", change: MemoryChange(content: text), lock: lock, userID: user)
    }

    @Test func `a lock writes to its own memory alone, though both were acquired at once`() async throws {
        let (iris, joss) = try await (lock(of: "iris"), lock(of: "joss"))
        #expect(iris.fencingToken == joss.fencingToken)
        #expect(iris.acquiredAt != joss.acquiredAt)
        await expect(.lockLost) { try await write("Not this one.", "joss", under: iris) }
        await expect(.lockLost) { try await write("Not this one.", "iris", under: joss) }
        try await write("Green tea.", "iris", under: iris)
        try await write("Black tea.", "joss", under: joss)
        #expect(try await store.memory("1", as: "alden", userID: "iris").content == "Green tea.")
        #expect(try await store.memory("1", as: "alden", userID: "joss").content == "Black tea.")
        try await store.close()
    }

    @Test func `a stale lock is no other lease of that identifier`() async throws {
        let stale = try await lock(of: "iris")
        clock.advance(by: .seconds(61))
        let live = try await lock(of: "joss")
        await expect(.lockLost) { try await store.renewLease(stale, for: .seconds(60)) }
        await expect(.lockLost) { try await write("Late.", "iris", under: stale) }
        await expect(.lockLost) { try await write("Late.", "joss", under: stale) }
        #expect(try await !store.releaseLease(stale))
        let renewed = try await store.renewLease(live, for: .seconds(90))
        #expect(renewed.acquiredAt == live.acquiredAt)
        try await write("In time.", "joss", under: renewed)
        #expect(try await store.releaseLease(renewed))
        try await store.close()
    }
}
