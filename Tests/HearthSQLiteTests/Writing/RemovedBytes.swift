import Foundation
import TestSupport
import Testing

@testable import HearthSQLite

/// What a file still holds of rows that were removed.
@Suite struct RemovedBytes {
    /// Rows of many lengths that come and go in a random order, so that pages are divided, joined and spread anew.
    private struct Rows {
        var random: SeededGenerator
        var present: [[UInt8]] = []
        var removed: [[UInt8]] = []

        mutating func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }

        mutating func change(_ times: Int, in database: Database<Notebook>) async throws {
            var (added, gone): ([(key: [UInt8], value: [UInt8])], [[UInt8]]) = ([], [])
            for _ in 0..<times {
                if present.count > 20, Int.random(in: 0..<10, using: &random) < 4 {
                    gone.append(present.remove(at: Int.random(in: present.indices, using: &random)))
                } else {
                    let key = bytes(32)
                    present.append(key)
                    added.append((key, bytes(Int.random(in: 10...1_500, using: &random))))
                }
            }
            removed += gone
            try await database.write { [added, gone] notebook in
                for row in added {
                    try notebook.connection.run("INSERT INTO things (key, value) VALUES (?1, ?2)", row.key, row.value)
                }
                for key in gone { try notebook.connection.run("DELETE FROM things WHERE key = ?1", key) }
            }
        }

        /// How many of some keys are in a file or its log.
        static func count(_ keys: some Sequence<[UInt8]>, in path: String) throws -> Int {
            let bytes = try ["", "-wal"].reduce(into: Data()) { $0 += try Data(contentsOf: URL(filePath: path + $1)) }
            return keys.reduce(0) { $0 + (bytes.range(of: Data($1)) == nil ? 0 : 1) }
        }
    }

    private static func table(in database: Database<Notebook>) async throws {
        try await database.write { notebook in
            try notebook.connection.execute("CREATE TABLE things (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        }
    }

    @Test func `after a checkpoint no byte of a removed row is in the file or its log`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let database = try Database.notebook(.file(path))
        try await Self.table(in: database)
        var rows = Rows(random: SeededGenerator())
        for _ in 0..<4 {
            for _ in 0..<10 { try await rows.change(40, in: database) }
            #expect(try await database.checkpoint(removingTraces: true))
            #expect(try Rows.count(rows.removed, in: path) == 0, "seed \(rows.random.seed)")
        }
        #expect(try Rows.count(rows.present, in: path) == rows.present.count)
        let count = try database.read { try $0.first("SELECT count(*) FROM things") { $0.int(0) } }
        #expect(count == rows.present.count)
        try database.expectSound()
        try await database.close()
        #expect(rows.removed.count > 300)
    }

    @Test func `what another process's pages would bring back is gone too`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let database = try Database.notebook(.file(path))
        try await Self.table(in: database)
        // Its page cache is its own, as another process's is.
        let other = try Database.notebook(.file(path))
        var rows = Rows(random: SeededGenerator())
        for number in 0..<60 { try await rows.change(40, in: number % 2 == 0 ? database : other) }
        #expect(try await database.checkpoint(removingTraces: true))
        try await rows.change(10, in: other)
        try await rows.change(10, in: database)
        #expect(try Rows.count(rows.removed.dropLast(20), in: path) == 0, "seed \(rows.random.seed)")
        #expect(try await other.checkpoint(removingTraces: true))
        #expect(try Rows.count(rows.removed, in: path) == 0, "seed \(rows.random.seed)")
        try database.expectSound()
        try await other.close()
        try await database.close()
    }

    @Test func `unused space that was overwritten is not found again`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        var database = try Database.notebook(.file(path))
        try await Self.table(in: database)
        var rows = Rows(random: SeededGenerator())
        for _ in 0..<20 { try await rows.change(40, in: database) }
        // This copies the log into the file.
        try await database.close()
        database = try Database.notebook(.file(path))
        let before = try await database.write { try UnusedSpace(of: $0.connection).overwrite() }
        try await database.checkpoint(removingTraces: true)
        let after = try await database.write { try UnusedSpace(of: $0.connection).overwrite() }
        #expect(before > 0 && after == 0, "\(before), \(after)")
        try await database.close()
    }
}
