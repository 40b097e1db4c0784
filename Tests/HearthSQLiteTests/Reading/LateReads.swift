import Glibc
import HearthSQLite
import TestSupport
import Testing

/// Reads that begin their transaction only where they need the file, and the versions by which they know that they don't.
@Suite struct LateReads {
    private static func version(_ database: Database<Notebook>) throws -> CommittedVersion? {
        try database.read { $0.committedVersion }
    }

    @Test func `a read that runs nothing begins no transaction, and one that runs something sees one state`()
        async throws
    {
        let database = try Database.notebook(.temporary)
        try await database.add("one")
        let isDue = try database.read(beginningLate: true) { connection in
            try database.read(beginningLate: true) { $0.isDue } && connection.isDue
        }
        #expect(isDue)
        let began = try database.read(beginningLate: true) { connection in
            let texts = try connection.rows("SELECT text FROM notes") { $0.string(0) }
            return (texts, connection.isDue)
        }
        #expect(began == (["one"], false))
        #expect(try database.read { !$0.isDue })
        try await database.close()
    }

    @Test func `what is expected of a late transaction is asked first, and once it fails nothing else runs`()
        async throws
    {
        let database = try Database.notebook(.temporary)
        try await database.add("one")
        let asked = try database.read(beginningLate: true) { connection in
            var asked: [String] = []
            connection.expect { connection in
                asked = try connection.rows("SELECT text FROM notes") { $0.string(0) }
            }
            #expect(asked.isEmpty)
            _ = try connection.first("SELECT 1") { $0.int(0) }
            return asked
        }
        #expect(asked == ["one"])
        var refusals = 0
        #expect(throws: Refusal()) {
            try database.read(beginningLate: true) { connection in
                connection.expect { _ in throw Refusal() }
                for _ in 0..<2 {
                    do { try connection.run("SELECT 1") } catch is Refusal { refusals += 1 }
                }
            }
        }
        #expect(refusals == 2)
        // The next one expects nothing.
        #expect(try database.read(beginningLate: true) { try $0.first("SELECT 2") { $0.int(0) } } == 2)
        // Nor does one behind a read that ran nothing.
        try database.read(beginningLate: true) { $0.expect { _ in throw Refusal() } }
        #expect(try database.texts == ["one"])
        try await database.close()
    }

    @Test func `a version is that of the commit, whoever made it`() async throws {
        let directory = try TemporaryDirectory()
        let location = DatabaseLocation.file(directory.file("notes.db"))
        let journal = Journal()
        let database = try Database.notebook(location, journal: journal)
        let other = try Database.notebook(location)
        for database in [database, other] { _ = try database.texts }
        // The writer has not been in the log before its first commit.
        try await database.add("first")
        #expect(journal.versions == [nil])
        try await database.add("second")
        let second = try #require(try Self.version(database))
        #expect(journal.versions.last == second)
        #expect(try Self.version(other) == second)
        try await other.add("third")
        let third = try #require(try Self.version(database))
        #expect(third != second)
        #expect(try Self.version(other) == third)
        await #expect(throws: Refusal()) { try await other.write { _ in throw Refusal() } }
        #expect(try Self.version(database) == third)
        try await database.close()
        try await other.close()
    }

    /// Two versions of a file are only equal where nobody committed in between.
    @Test(arguments: 1...20) func `no two states have the same version`(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let directory = try TemporaryDirectory()
        let location = DatabaseLocation.file(directory.file("notes.db"))
        let databases = try [Database.notebook(location), Database.notebook(location)]
        var seen: [CommittedVersion: [String]] = [:]
        for step in 0..<60 {
            let database = databases[Int.random(in: 0...1, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: try await database.checkpoint()
            case 1..<5: try await database.add("note \(step)")
            default:
                try await database.write {
                    try $0.connection.run("DELETE FROM notes WHERE id = (SELECT max(id) FROM notes)")
                }
            }
            for database in databases {
                let texts = try database.texts
                guard let version = try Self.version(database) else { continue }
                #expect(seen[version] == nil || seen[version] == texts)
                seen[version] = texts
                #expect(try Self.version(database) == version)
            }
        }
        #expect(seen.count > 20)
        for database in databases { try await database.close() }
    }

    @Test(arguments: [true, false]) func `where no log can change nothing is said of a version`(isInMemory: Bool)
        async throws
    {
        if isInMemory {
            let database = try Database.notebook(.inMemory)
            try await database.add("one")
            _ = try database.texts
            #expect(try Self.version(database) == nil)
            return
        }
        let directory = try TemporaryDirectory()
        let path = directory.file("notes.db")
        let database = try Database.notebook(.file(path))
        try await database.add("one")
        try await database.close()
        let connection = try Connection(opening: "file:\(path)?immutable=1", flags: 0x41)
        #expect(try connection.rows("SELECT text FROM notes") { $0.string(0) } == ["one"])
        #expect(connection.committedVersion == nil)
    }

    @Test func `a file that is only read and has no log gets no shared memory`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("notes.db")
        var options = DatabaseOptions.notebook
        let database = try Database.notebook(.file(path), options: options)
        try await database.add("one")
        try await database.close()
        let outside = try Connection(opening: path, flags: 2)
        #expect(try outside.first("PRAGMA journal_mode = DELETE") { $0.string(0) } == "delete")
        options.isReadOnly = true
        let reader = try Database.notebook(.file(path), options: options)
        for _ in 0..<2 {
            #expect(try reader.texts == ["one"])
            #expect(try Self.version(reader) == nil)
        }
        #expect(access(path + "-shm", F_OK) != 0)
        try await reader.close()
    }
}
