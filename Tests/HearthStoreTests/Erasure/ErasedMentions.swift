import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What an erasure changes of rows that are not of what is erased: no more than what names it.
@Suite struct ErasedMentions {
    private func item(_ id: MemoryID, of agent: AgentID = "alden", user: UserID, parent: MemoryID? = nil)
        -> MemoryImport
    {
        MemoryImport(
            id: id,
            userID: user,
            agentID: agent,
            draft: MemoryDraft(content: "The text of \(id) of \(agent).", parentID: parent)
        )
    }

    private func messages(_ store: MemoryStore) throws -> [String] {
        try store.pendingNotifications().map(\.message)
    }

    @Test func `a short identifier blanks no notification of another user, and no general one`() async throws {
        let shared = try await SharedStore(embeds: false) { options in
            for index in options.agents.indices { options.agents[index].conflictResolution = .manualReview }
        }
        let store = shared.store
        _ = try await store.importMemories([item("o", user: "somebody")])
        let id = try await shared.memory("One word of another.", shareWith: ["alice"])
        try await shared.edit(id, as: "alden", content: "Two words.")
        try await shared.edit(id, as: "alice", content: "Three words.")
        try await shared.sync("alden")
        try await shared.sync("alice")
        await store.raise(Alert(.diskNearlyFull, severity: .warning, message: "Make room or o goes on."))
        await store.raise(Alert(.integrityProblem, severity: .warning, message: "Memory o is damaged."))
        let before = try messages(store)
        #expect(before.count == 3)
        try await store.eraseMemory("o", as: "alden", userID: "somebody")
        #expect(try messages(store) == before.dropLast() + ["(erased)"])
    }

    @Test(arguments: [true, false])
    func `errors of syncs lose what names the memory, those of other users nothing`(erasesUser: Bool) async throws {
        let shared = try await SharedStore(embeds: false)
        let store = shared.store
        _ = try await store.importMemories([item("note", user: "somebody"), item("note", user: "other")])
        let errors = [
            "Memory note: it is damaged.", "A notebook of \"note\" and memory notes.", "Memory note.2 is not.",
        ]
        try await store.writeOnce { transaction in
            let connection = transaction.connection
            for (number, user) in [nil, "somebody", "other"].enumerated() {
                try connection.run(
                    """
                    INSERT INTO operations (operation_id, kind, agent_key, user_key, started_at, duration, processed, succeeded,
                        conflicts_detected, conflicts_resolved, conflicts_pending, errors)
                    VALUES (?1, 'sync', 1, (SELECT user_key FROM users WHERE user_id = ?2), 0, 0, 0, 0, 0, 0, 0, ?3)
                    """,
                    "operation \(number)",
                    user,
                    FieldText.array(errors)
                )
            }
        }
        if erasesUser {
            try await store.eraseUser("somebody", as: "system")
        } else {
            try await store.eraseMemory("note", as: "alden", userID: "somebody")
        }
        let left = try store.read {
            try $0.connection.rows("SELECT errors FROM operations ORDER BY operation_id", as: { $0.string(0) })
        }
        let erased = FieldText.array(["(erased)"] + errors.dropFirst())
        #expect(left == (erasesUser ? [erased, FieldText.array(errors)] : [erased, erased, FieldText.array(errors)]))
    }

    @Test func `an erased user is named by no notification`() async throws {
        let shared = try await SharedStore(embeds: false)
        _ = try await shared.store.importMemories([item("host-number-1234", user: "iris")])
        for (kind, message) in [
            (AdministratorNotification.Kind.integrityProblem, "It is damaged: host-number-1234."),
            (.diskNearlyFull, "User iris has no room."),
            (.clockDisagreement, "The irises are in bloom."),
        ] {
            await shared.store.raise(Alert(kind, severity: .warning, message: message))
        }
        try await shared.store.eraseUser("iris", as: "system")
        #expect(try messages(shared.store) == ["(erased)", "(erased)", "The irises are in bloom."])
    }

    @Test(
        arguments: [
            ("Memory a is damaged.", "a", true), ("Take a backup.", "a", false), ("memory a.", "a", true),
            ("memory a.b is", "a", false), ("memory ab", "a", false), ("memory a: no", "a", true),
            ("\"mem_0123456789abcdef\"", "mem_0123456789abcdef", true), ("memory of", "memory of", false),
            ("memory", "memory of", false), ("memory caf\u{E9}s", "caf\u{E9}", false), ("", "a", false),
        ]
    )
    func `a message names an identifier that it has as a whole`(message: String, id: String, isNamed: Bool) {
        #expect(ErasedMessages.names(id, noun: "memory", in: message) == isNamed)
    }

    @Test func `erasing a hidden memory leaves another agent's child of a parent of the same name`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (store, user) = (shared.store, shared.user)
        _ = try await store.importMemories([item("P", of: "mimic", user: user)])
        _ = try await store.importMemories([
            item("C", of: "mimic", user: user, parent: "P"), item("P", of: "alice", user: user),
        ])
        _ = try await store.importMemories([item("D", of: "alice", user: user, parent: "P")])
        try await store.eraseMemory("P", as: "alice", userID: user)
        #expect(try await store.memory("C", as: "mimic", userID: user).parentID == "P")
        #expect(try await store.memory("D", as: "alice", userID: user).parentID == nil)
        try await store.eraseMemory("P", as: "mimic", userID: user)
        #expect(try await store.memory("C", as: "mimic", userID: user).parentID == nil)
        #expect(try await store.verify().findings == [])
    }

    @Test func `a child loses the parent that another agent shared, also where it names the owner`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (store, user) = (shared.store, shared.user)
        let id = try await shared.memory("Alice's.", of: "alice", shareWith: ["mimic"])
        let drafts = [
            MemoryDraft(content: "A child.", parentID: id),
            MemoryDraft(content: "Another child.", parentID: MemoryID(rawValue: "alice:\(id)")),
        ]
        let children = try await store.store(drafts, agentID: "mimic", userID: user)
        try await store.eraseMemory(id, as: "alice")
        for child in children { #expect(try await store.memory(child, as: "mimic").parentID == nil) }
    }
}
