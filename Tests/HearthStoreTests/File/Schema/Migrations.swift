import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

/// A file of an earlier schema is brought to the present one when it is opened.
@Suite struct Migrations {
    @Test func `a file of the first schema keeps what it holds`() async throws {
        let directory = try TemporaryDirectory()
        let location = StoreLocation.file(directory.file("store.db"))
        let store = try await MemoryStore.open(location)
        let drafts = (0..<2_100).map { MemoryDraft(content: "walk \($0)") }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        try await store.close()
        // Undo what the second schema changed.
        do {
            let connection = try Connection(opening: directory.file("store.db"), flags: 0x2)
            try connection.execute(
                """
                ALTER TABLE catalog_images RENAME TO roster_images;
                ALTER TABLE store ADD COLUMN roster_reset INTEGER NOT NULL DEFAULT 1;
                PRAGMA user_version = 1;
                """
            )
        }

        let reopened = try await MemoryStore.open(location)
        #expect(
            try await reopened.search("1234", as: "alden", userID: "iris", type: .keyword).map(\.memory.id) == [
                ids[1_234]
            ]
        )
        _ = try await reopened.store([MemoryDraft(content: "one more")], agentID: "alden", userID: "iris")
        #expect(try await reopened.verify().findings == [])
        let names = try reopened.read { snapshot in
            try snapshot.connection.rows(
                "SELECT name FROM sqlite_schema WHERE name LIKE '%images' UNION SELECT name FROM pragma_table_info('store')",
                as: { $0.string(0) }
            )
        }
        #expect(names.contains("catalog_images") && !names.contains("roster_images") && !names.contains("roster_reset"))
        try await reopened.close()
    }
}
