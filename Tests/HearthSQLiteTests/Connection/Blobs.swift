import HearthSQLite
import TestSupport
import Testing

@Suite struct Blobs {
    /// A note whose text is a BLOB of several pages, each byte of which says where it is.
    private static let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    private func notebook(_ location: DatabaseLocation) async throws -> Database<Notebook> {
        let database = try Database.notebook(location)
        try await database.write { notebook in
            try notebook.connection.execute("CREATE TABLE scans (scan_key INTEGER PRIMARY KEY, data ANY) STRICT")
            try notebook.connection.run("INSERT INTO scans VALUES (7, ?1), (8, NULL), (9, x'')", Self.bytes)
        }
        return database
    }

    private func read(_ counts: [Int], row: Int64, in connection: Connection) throws -> (parts: [[UInt8]], left: Int) {
        try connection.readBlob(table: "scans", column: "data", row: row) { blob in
            var parts: [[UInt8]] = []
            for count in counts {
                var part = [UInt8](repeating: 0xEE, count: count)
                try part.withUnsafeMutableBytes { try blob.read(into: $0) }
                parts.append(part)
            }
            return (parts, blob.remaining)
        }
    }

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `a blob is read part by part, from its front to its end`(location: DatabaseLocation) async throws {
        let database = try await notebook(location)
        try database.read { connection in
            let (parts, left) = try read([1, 0, 4_095, 10_000], row: 7, in: connection)
            #expect(parts.map(\.count) == [1, 0, 4_095, 10_000])
            #expect(Array(parts.joined()) == Array(Self.bytes[..<14_096]))
            #expect(left == 5_904)
            let (rest, end) = try read([20_000], row: 7, in: connection)
            #expect(rest == [Self.bytes])
            #expect(end == 0)
            #expect(try read([], row: 9, in: connection).left == 0)
        }
        try await database.close()
    }

    @Test func `a row that is not there, and a value that is no blob, are errors that harm nothing`() async throws {
        let database = try await notebook(.temporary)
        try database.read { connection in
            for row: Int64 in [6, 8] {
                #expect(throws: SQLiteError.self) { try read([], row: row, in: connection) }
            }
            let whole = try read([], row: 7, in: connection)
            #expect(whole.left == 20_000)
        }
        try await database.close()
    }

    private static func cacheSize(_ connection: Connection) throws -> Int? {
        try connection.rowsDynamic("PRAGMA cache_size", as: { $0.int(0) }).first
    }

    @Test func `what reads much once does so with a small cache, and leaves the large one behind`() async throws {
        let database = try await notebook(.temporary)
        let large = -(DatabaseOptions.notebook.pageCacheBytes >> 10)
        try database.read { connection in
            #expect(try Self.cacheSize(connection) == large)
            let during = try connection.readingOnce { try Self.cacheSize(connection) }
            #expect(during == -256)
            #expect(try Self.cacheSize(connection) == large)
            #expect(throws: Refusal.self) { try connection.readingOnce { throw Refusal() } }
            #expect(try Self.cacheSize(connection) == large)
        }
        // One that has written would spill its pages into the log.
        let size = try await database.write { notebook in
            let connection = notebook.connection
            return try connection.readingOnce { try Self.cacheSize(connection) }
        }
        #expect(size == large)
        try await database.close()
    }
}
