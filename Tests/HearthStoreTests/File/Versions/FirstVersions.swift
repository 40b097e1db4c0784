import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The version of a memory that has no other is not stored beside the memory. It becomes a row with the second one.
@Suite struct FirstVersions {
    private func rows(_ shared: SharedStore) throws -> [Int] {
        try shared.store.read {
            try $0.connection.rows("SELECT number FROM versions ORDER BY number, is_head", as: { $0.int(0) })
        }
    }

    @Test func `an only version takes no row, and is read like any other`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", tags: ["a"])
        #expect(try rows(shared) == [])
        let history = try await shared.store.history(of: id, as: "alden")
        #expect(history.map(\.number) == [1] && history[0].content == "One." && history[0].tags == ["a"])
        #expect(history[0].id == (try await shared.store.memory(id, as: "alden").versionID))
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `an edit, a deletion and a conflict each give it one`() async throws {
        for (kind, expected) in [("edit", [1, 2]), ("deletion", [1, 2]), ("conflict", [1, 2, 2])] {
            let shared = try await SharedStore(embeds: false)
            switch kind {
            case "edit":
                let id = try await shared.memory("One.")
                try await shared.edit(id, as: "alden", content: "Two.")
            case "deletion":
                try await shared.store.delete(shared.memory("One."), as: "alden")
            default:
                _ = try await shared.waitingConflict()
            }
            try await shared.sync("alden")
            #expect(try rows(shared) == expected, "\(kind)")
            #expect(try await shared.store.verify().findings == [], "\(kind)")
        }
    }

    @Test(arguments: [
        "head_lag = head_lag + 1", "owner_key = owner_key + 1", "head_number = 2", "tags = NULL",
        "head = zeroblob(8)", "head = CAST(substr(head, 1, 7) || x'00' AS BLOB)",
    ])
    func `what its memory says of it is checked when it is read`(damage: String) async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.", tags: ["a"])
        try await shared.store.write { try $0.connection.runDynamic("UPDATE memories SET \(damage)") }
        #expect(try await shared.store.verify().findings.contains { $0.component == "memory" })
        await #expect(throws: MemoryError.self) { try await shared.store.history(of: id, as: "alden") }
    }

    @Test(arguments: [
        "mem_00112233445566778899aabbccddeeff", "mem_00112233445566778899AABBCCDDEEFF", "mem_0011", "note", "ノート",
        "mem_00112233445566778899aabbccddeefg", "MEM_00112233445566778899aabbccddeeff",
        "mem_00112233445566778899aabbccddeeff0", "mem_",
    ])
    func `an identifier of any form comes back as it was given`(text: String) async throws {
        let shared = try await SharedStore(embeds: false)
        let id = MemoryID(rawValue: text)
        let item = MemoryImport(id: id, userID: "iris", agentID: "alden", draft: MemoryDraft(content: "One."))
        _ = try await shared.store.importMemories([item])
        #expect(try await shared.store.memory(id, as: "alden").id == id)
        let stored = try shared.store.read {
            try $0.connection.rows("SELECT memory_id FROM memories", as: { $0.string(0) })
        }
        #expect(stored == [text])
    }

    @Test func `of its id the beginning is kept, and a flipped bit of that is found`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        let version = try await shared.store.memory(id, as: "alden").versionID
        for bit in 0..<64 {
            try await shared.store.write { try $0.flipBit(bit, ofHeadOf: id) }
            await expect(.storeCorrupt) { try await shared.store.memory(id, as: "alden") }
            await expect(.storeCorrupt) { try await shared.store.history(of: id, as: "alden") }
            try await shared.store.write { try $0.flipBit(bit, ofHeadOf: id) }
        }
        #expect(try await shared.store.memory(id, as: "alden").versionID == version)
        // The second version gives the first one a row with the whole id.
        try await shared.edit(id, as: "alden", content: "Two.")
        try await shared.sync("alden")
        #expect(try await shared.store.history(of: id, as: "alden").first?.id == version)
        #expect(try await shared.store.verify().findings == [])
    }

    @Test func `when it came into the file is vouched for to the microsecond`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        for damage in ["created_at + 1", "created_at - 1000", "created_at + 65536000"] {
            try await shared.store.write { try $0.connection.runDynamic("UPDATE documents SET created_at = \(damage)") }
            await expect(.storeCorrupt) { try await shared.store.memory(id, as: "alden") }
        }
    }

    @Test func `a number that is no type's is damage, also where its last byte is one`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        for type in [256, 5, -1] {
            try await shared.store.write { try $0.connection.runDynamic("UPDATE memories SET type = \(type)") }
            await expect(.storeCorrupt) { try await shared.store.memory(id, as: "alden") }
        }
    }

    @Test func `one identifier is one memory, whoever writes the row`() async throws {
        let shared = try await SharedStore(embeds: false)
        let ids = [try await shared.memory("One."), "note"]
        let item = MemoryImport(id: "note", userID: "iris", agentID: "alden", draft: MemoryDraft(content: "Two."))
        _ = try await shared.store.importMemories([item])
        for id in ids {
            await expect(.storeUnavailable) {
                try await shared.store.write { transaction in
                    try transaction.connection.run(
                        """
                        INSERT INTO memories (identifier, user_key, owner_key, type, category_key, content, is_sensitive, head,
                            head_number, head_lag)
                        SELECT identifier, user_key, owner_key, type, category_key, content, is_sensitive, head, head_number, head_lag
                        FROM memories WHERE identifier = ?1
                        """,
                        id.stored
                    )
                }
            }
        }
    }

    @Test func `memories are found by their identifiers without going through the others`() async throws {
        let shared = try await SharedStore(embeds: false)
        let plan = try shared.store.read {
            try $0.connection.rowsDynamic(
                "EXPLAIN QUERY PLAN \(MemoryNames.plainQuery)",
                ["note"],
                as: { $0.string(3) }
            )
        }
        #expect(plan.count == 1 && plan[0].contains("memories_by_identifier (identifier_start=?)"), "\(plan)")
    }

    @Test func `an identifier that two owners have is shown to people as both gave it`() async throws {
        let shared = try await SharedStore(embeds: false)
        for user in ["ana", "ben"] as [UserID] {
            let item = MemoryImport(id: "note-7", userID: user, agentID: "alden", draft: MemoryDraft(content: "Seven."))
            _ = try await shared.store.importMemories([item])
        }
        let shown = try shared.store.read {
            try $0.connection.rows("SELECT memory_id FROM memories", as: { $0.string(0) })
        }
        #expect(shown == ["note-7", "note-7"])
    }

    @Test func `the open block of vectors is found without going through the others`() async throws {
        let shared = try await SharedStore(embeds: false)
        let plan = try shared.store.read {
            try $0.connection.rowsDynamic(
                "EXPLAIN QUERY PLAN \(VectorTable.openBlockQuery)",
                [1, 1],
                as: { $0.string(3) }
            )
        }
        #expect(plan.count == 1 && plan[0].contains("vector_block_states_open"), "\(plan)")
    }
}

extension StoreTransaction {
    fileprivate func flipBit(_ bit: Int, ofHeadOf id: MemoryID) throws {
        let head = try connection.first(
            "SELECT head FROM memories WHERE identifier = ?1",
            id.stored,
            as: { $0.bytes(0) }
        )
        var bytes = head ?? []
        bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        try connection.run("UPDATE memories SET head = ?2 WHERE identifier = ?1", id.stored, bytes)
    }
}
