import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Sessions {
    private let users: [UserID] = ["ana", "ben"]

    private func store(_ content: String, for user: UserID, in store: MemoryStore) async throws {
        let draft = MemoryDraft(content: content)
        _ = try await store.store([draft], agentID: "alden", userID: user, sessionID: "sess_abc")
    }

    /// The users whose sessions have not ended.
    private func open(in store: MemoryStore) throws -> [UserID] {
        try store.read { snapshot in
            try snapshot.connection.rows(
                "SELECT user_id FROM sessions JOIN users USING (user_key) WHERE ended_at IS NULL ORDER BY user_id",
                as: { UserID(rawValue: $0.string(0)) }
            )
        }
    }

    @Test func `a session ends for its own user, who has to be named where several have one of that name`() async throws
    {
        let store = try await MemoryStore.open(.temporary)
        for user in users { try await self.store("of \(user)", for: user, in: store) }
        await expect(.invalidArgument) { try await store.endSession("sess_abc") }
        #expect(try open(in: store) == users)
        try await store.endSession("sess_abc", userID: "ben")
        #expect(try open(in: store) == ["ana"])
        await expect(.invalidArgument) { try await store.endSession("sess_abc", userID: "cleo") }
        await expect(.invalidArgument) { try await store.endSession("sess_none", userID: "ana") }
        try await store.close()
    }

    @Test func `storing in a session that has ended opens it again`() async throws {
        let store = try await MemoryStore.open(.temporary)
        for user in users { try await self.store("first", for: user, in: store) }
        for user in users { try await store.endSession("sess_abc", userID: user) }
        #expect(try open(in: store).isEmpty)
        try await self.store("second", for: "ben", in: store)
        #expect(try open(in: store) == ["ben"])
        let slice = try await store.slice(of: "alden", userID: "ben", sessionID: "sess_abc")
        #expect(slice.entries.map(\.memory.content) == ["second", "first"])
        try await store.endSession("sess_abc", userID: "ben")
        #expect(try open(in: store).isEmpty)
        try await store.close()
    }

    @Test func `in one commit a session is opened again after it has ended`() async throws {
        let store = try await MemoryStore.open(.temporary)
        try await self.store("first", for: "ana", in: store)
        try await store.write { transaction in
            let user = try transaction.keys.user("ana", now: Timestamp(rawValue: 0), in: transaction.connection)
            for isEnding in [false, true, false] {
                let session = try transaction.keys.session(
                    "sess_abc",
                    user: user,
                    now: Timestamp(rawValue: 0),
                    in: transaction.connection
                )
                if isEnding { try SessionTable.end(session, at: Timestamp(rawValue: 0), in: transaction) }
            }
        }
        #expect(try open(in: store) == ["ana"])
        try await store.close()
    }
}
