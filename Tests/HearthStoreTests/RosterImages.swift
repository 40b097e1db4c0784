import HearthSQLite
import TestSupport
import Testing

@testable import HearthStore

@Suite struct RosterImages {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("store.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Stores enough memories for an image, some of them shared and drafted, and closes the store.
    private func makeStore() async throws -> [MemoryID] {
        let store = try await MemoryStore.open(.file(path))
        let drafts = (0..<2_100)
            .map { number in
                MemoryDraft(
                    content: "walk \(number)",
                    category: number % 3 == 0 ? "walks" : "knowledge",
                    importance: Double(number % 10) / 10
                )
            }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris", sessionID: "spring")
        try await store.close()
        return ids
    }

    /// The rosters of the one user: by way of the image, and row by row.
    private func rosters(_ store: MemoryStore) throws -> (image: RosterImage?, quick: Roster, slow: Roster) {
        try store.read { snapshot in
            let connection = snapshot.connection
            let user = try #require(try KeyTable.find(user: "iris", in: connection))
            return (
                try RosterImage.read(user: user, after: snapshot.state.rosterReset, in: connection),
                try Roster(user: user, connection: connection, state: snapshot.state),
                try Roster(user: user, connection: connection, sequence: snapshot.state.sequence)
            )
        }
    }

    @Test func `closing after many memories leaves an image that is what the rows say`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        let (image, quick, slow) = try rosters(store)
        #expect(try #require(image).entries == slow.entries)
        #expect(quick.entries == slow.entries)
        #expect(quick.documents == slow.documents)
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `what is stored, shared and edited after the image is laid over it`() async throws {
        let ids = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        _ = try await store.store([MemoryDraft(content: "a last walk")], agentID: "alden", userID: "iris")
        try await store.share(ids[3], as: "alden", with: ["alice"])
        let (image, quick, slow) = try rosters(store)
        #expect(try #require(image).entries.count == 2_100)
        #expect(quick.entries == slow.entries)
        #expect(quick.entries.count == 2_101)
        #expect(quick.shares == slow.shares)
        #expect(quick.shares.count == 1)
        #expect(try await store.search("last walk", as: "alden", userID: "iris", type: .keyword).count == 10)
        try await store.close()
    }

    @Test(arguments: ["data", "sequence", "user_key"])
    func `a damaged image is passed over, and verification names it`(_ column: String) async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        try await store.write { transaction in
            switch column {
            case "data":
                // The owner of the first document.
                try transaction.connection.writeBlob(table: "roster_images", column: "data", row: 1, at: 24, [7])
            case "sequence":
                try transaction.connection.run("UPDATE roster_images SET sequence = sequence - 1")
            default:
                _ = try transaction.keys.user("otto", now: store.clock.now(), in: transaction.connection)
                try transaction.connection.run("UPDATE roster_images SET user_key = 2")
            }
        }
        let (_, quick, slow) = try rosters(store)
        #expect(quick.entries == slow.entries)
        let findings = try await store.verify().findings
        #expect(findings.map(\.component) == ["document"])
        try await store.close()
    }
}
