import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct AuditedReads {
    /// The users whose memories the rows of an action name, and how many each names.
    private func rows(_ action: String, in store: MemoryStore) throws -> [String] {
        try store.read { snapshot in
            try snapshot.connection.rows(
                """
                SELECT u.user_id || ' ' || json_array_length(a.memories) FROM audit AS a JOIN users AS u USING (user_key)
                WHERE a.action = ?1 ORDER BY a.position
                """,
                action,
                as: { $0.string(0) }
            )
        }
    }

    @Test func `a read of several users' memories leaves a row under each user's name`() async throws {
        let shared = try await SharedStore(embeds: false)
        var seen: [MemoryID] = []
        var hidden: [MemoryID] = []
        for (user, count) in [("iris", 1), ("otto", 2), ("iris", 2)] {
            for index in 0..<count {
                let draft = MemoryDraft(content: "Note \(index)")
                let user = UserID(rawValue: user)
                seen += try await shared.store.store([draft], agentID: "alden", userID: user, shareWith: ["mimic"])
                hidden += try await shared.store.store([draft], agentID: "alden", userID: user)
            }
        }
        let found = try await shared.store.memories(seen + hidden, as: "mimic")
        #expect(found.map(\.id) == seen)
        #expect(try rows("read", in: shared.store) == ["iris 3", "otto 2"])
        #expect(try rows("refuse", in: shared.store) == ["iris 3", "otto 2"])
        #expect(try await shared.store.verify().isSound)
    }

    @Test func `the sessions of others' memories are a read of these, and one's own are none`() async throws {
        let shared = try await SharedStore(embeds: false)
        let session = try await shared.store.createSession(userID: shared.user, agentID: "alden")
        for others in [["mimic"], ["mimic"], []] as [[AgentID]] {
            let draft = MemoryDraft(content: "The kettle is on.")
            _ = try await shared.store.store(
                [draft],
                agentID: "alden",
                userID: shared.user,
                sessionID: session,
                shareWith: others
            )
        }
        #expect(try await shared.store.sessions(as: "alden", userID: shared.user).map(\.memories) == [3])
        #expect(try rows("read", in: shared.store) == [])
        #expect(try await shared.store.sessions(as: "mimic", userID: shared.user).map(\.memories) == [2])
        #expect(try rows("read", in: shared.store) == ["\(shared.user) 2"])
        try await shared.store.close()
    }

    @Test func `a read of another's memory returns after its row is committed, and one's own at once`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("hearth.db")
        let shared = try await SharedStore(.file(path), embeds: false)
        let id = try await shared.memory("The kettle is on.", shareWith: ["mimic"])
        let events = Events()
        let writer = try WriteLock(on: path)
        let read = Task {
            _ = try await shared.store.memory(id, as: "mimic")
            events.add("read")
        }
        let search = Task {
            _ = try await shared.store.search("kettle", as: "mimic", userID: shared.user)
            events.add("read")
        }
        for _ in 0..<500 {
            #expect(try await shared.store.memory(id, as: "alden").content == "The kettle is on.")
            #expect(try await shared.store.search("kettle", as: "alden", userID: shared.user).count == 1)
        }
        events.add("released")
        writer.release()
        try await read.value
        try await search.value
        #expect(events.all == ["released", "read", "read"])
        #expect(try rows("read", in: shared.store).count == 2)
    }
}

/// What happened, in order.
private final class Events: Sendable {
    private let events = Mutex<[String]>([])

    var all: [String] { events.withLock { $0 } }

    func add(_ event: String) { events.withLock { $0.append(event) } }
}
