import Foundation
import Glibc
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// Whatever number stands in the file, every call answers or throws: none stops the process.
///
/// A trap ends the whole run of tests; the last line that it prints names the number.
@Suite(.timeLimit(.minutes(15))) struct DamagedNumbers {
    private let directory: TemporaryDirectory
    private let original: String
    private let ids: [MemoryID]

    /// A file with something in every table.
    init() async throws {
        directory = try TemporaryDirectory()
        original = directory.path + "/original.db"
        let shared = try await SharedStore(.file(original))
        let (conflicted, _) = try await shared.waitingConflict()
        let session = try await shared.store.createSession(userID: shared.user, agentID: "alden")
        let tea = MemoryDraft(content: "Tea on 7 May 2023 at four", tags: ["tea"])
        let noted = try await shared.store.store([tea], agentID: "alden", userID: shared.user, sessionID: session)
        let edited = try await shared.memory("The door is shut.", tags: ["door"])
        try await shared.edit(edited, as: "alden", content: "The door is ajar.", importance: 0.9)
        let deleted = try await shared.memory("Gone.")
        try await shared.store.delete(deleted, as: "alden")
        try await shared.sync("alden")
        try await shared.edit(edited, as: "alice", content: "The door is locked.")
        _ = try await shared.lock(edited, as: "alden")
        ids = [conflicted, edited, deleted] + noted
        try await shared.store.close()
    }

    private struct Column {
        var table: String
        var name: String
        var isReal: Bool
    }

    /// Columns whose numbers the engine adds to, subtracts from, or multiplies.
    private static let countedOn: Set = [
        "leases.since", "leases.deadline", "store.sequence", "store.next_row", "store.clock", "memories.head_number",
        "documents.created_at", "documents.block_slot", "models.dimension", "vector_block_states.used",
        "agents.retention",
    ]

    private func columns() throws -> [Column] {
        let file = try Connection(opening: original, flags: Connection.readWriteCreate)
        return try file.rowsDynamic(
            """
            SELECT t.name, c.name, c.type = 'REAL' FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND c.type IN ('INTEGER', 'REAL')
            ORDER BY 1, 2
            """,
            as: { Column(table: $0.string(0), name: $0.string(1), isReal: $0.bool(2)) }
        )
    }

    @Test func `no number of the file stops the process`() async throws {
        var generator = SeededGenerator()
        let columns = try columns()
        #expect(columns.count > 80)
        for column in columns {
            let bit = Int.random(in: 0..<64, using: &generator)
            let values =
                column.isReal
                ? ["9e999", "-9e999", "1e300"]
                : ["-9223372036854775808", "9223372036854775807", Self.flipping(bit, of: column.name)]
            // Every value of those that are counted on from, and one of each other.
            let chosen = Int.random(in: values.indices, using: &generator)
            let isCountedOn = Self.countedOn.contains("\(column.table).\(column.name)")
            for value in isCountedOn ? values : [values[chosen]] {
                let path = directory.path + "/damaged.db"
                try await Self.copy(original, to: path)
                guard try damage(path, column, value) else { continue }
                print("DamagedNumbers: \(column.table).\(column.name) = \(value)")
                await useEverything(path)
            }
        }
    }

    /// A column's value with one bit changed, as SQL, which knows no exclusive or.
    private static func flipping(_ bit: Int, of column: String) -> String {
        let mask = Int64(bitPattern: 1 << UInt64(bit))
        return "(\(column) | \(mask)) - (\(column) & \(mask))"
    }

    private static func copy(_ original: String, to path: String) async throws {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let bytes = try #require(FileManager.default.contents(atPath: original))
        try bytes.write(to: URL(filePath: path))
    }

    /// Puts a number into every row of a table; false if a key or an index does not let it.
    private func damage(_ path: String, _ column: Column, _ value: String) throws -> Bool {
        let file = try Connection(opening: path, flags: Connection.readWriteCreate)
        try file.execute("PRAGMA ignore_check_constraints = ON")
        do {
            try file.execute("UPDATE OR REPLACE \(column.table) SET \(column.name) = \(value)")
            return true
        } catch is SQLiteError {
            return false
        }
    }

    private func useEverything(_ path: String) async {
        let clock = TestClock()
        clock.advance(by: .seconds(60))
        guard let shared = try? await SharedStore(.file(path), clock: clock) else { return }
        let store = shared.store
        let calls: [() async throws -> Void] = [
            { _ = try await store.healthCheck() },
            { _ = try await store.verify() },
            { _ = try await store.syncStatistics() },
            { _ = try store.agents() },
            { _ = try await store.pendingConflicts() },
            { _ = try store.pendingNotifications() },
            { _ = try await store.search("door tea 7 May 2023", as: "alden", userID: shared.user) },
            { _ = try await store.search("door", as: "alice", userID: shared.user, type: .keyword) },
            { _ = try await store.browse(as: "alden", userID: shared.user) },
            { _ = try await store.slice(of: "alice", userID: shared.user) },
            { _ = try await store.rebuildEmbeddings(all: true) },
            { _ = try await shared.memory("Another.") },
            { try await shared.sync("alice", force: true) },
        ]
        for call in calls { try? await call() }
        for id in ids {
            _ = try? await store.memory(id, as: "alden")
            _ = try? await store.history(of: id, as: "alden")
            let lock = try? await shared.lock(id, as: "alden")
            _ = try? await shared.edit(id, as: "alden", content: "Words \(id)", lock: lock)
            if let lock { _ = try? await store.renewLease(lock, for: .seconds(60)) }
            _ = try? await store.releaseLease(on: id, as: "alden")
            _ = try? await shared.edit(id, as: "alden", content: "More words")
        }
        _ = try? await shared.sync("alden")
        for id in ids {
            _ = try? await store.delete(id, as: "alden")
            _ = try? await store.restore(id, as: "alden")
        }
        try? await store.close()
    }
}
