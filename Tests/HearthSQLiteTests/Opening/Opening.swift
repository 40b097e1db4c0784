import CSQLite
import FoundationEssentials
import Glibc
import HearthSQLite
import TestSupport
import Testing

/// These tests read the bytes of files only while no connection of this process is open to them.
@Suite struct Opening {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var path: String { directory.file("store.db") }

    /// Expects the opening to be refused as foreign, and every file beside the path to stay as it is.
    private func expectForeign(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = try contents()
        for isReadOnly in [false, true] {
            var options = DatabaseOptions.notebook
            options.isReadOnly = isReadOnly
            let error = #expect(throws: StoreFileError.self, sourceLocation: sourceLocation) {
                try Database.notebook(.file(path), options: options)
            }
            guard case .foreign = error else {
                Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
                return
            }
        }
        #expect(try contents() == before, sourceLocation: sourceLocation)
    }

    private func contents() throws -> [String: Data] {
        let manager = FileManager.default
        let names = try manager.contentsOfDirectory(atPath: directory.path)
        return try Dictionary(uniqueKeysWithValues: names.map { ($0, try read(directory.file($0))) })
    }

    private func read(_ path: String) throws -> Data {
        try Data(contentsOf: URL(filePath: path))
    }

    private func write(_ bytes: Data, to path: String) throws {
        try bytes.write(to: URL(filePath: path))
    }

    /// Makes a database of another program.
    private func makeForeign(_ script: String) {
        var handle: OpaquePointer?
        sqlite3_open(path, &handle)
        sqlite3_exec(handle, script, nil, nil, nil)
        sqlite3_close(handle)
    }

    // MARK: Foreign files

    @Test(arguments: [
        "", "CREATE TABLE theirs (x)", "PRAGMA application_id = 7; CREATE TABLE theirs (x)",
        "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)",
    ])
    func `a database of another program is left alone`(script: String) throws {
        makeForeign("CREATE TABLE something (x); \(script)")
        try expectForeign()
    }

    @Test func `a database of another program with a hot write-ahead log is left alone, byte for byte`() throws {
        try copyWhileOpen("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);")
        #expect(try contents().keys.sorted() == ["store.db", "store.db-wal"])
        try expectForeign()
    }

    @Test func `a database of another program with a hot journal is left alone, byte for byte`() throws {
        let numbers = (1...500).map(String.init).joined(separator: ",")
        try copyWhileOpen(
            """
            CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);
            PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN;
            INSERT INTO theirs SELECT randomblob(500) FROM json_each('[\(numbers)]');
            """
        )
        #expect(try contents().keys.sorted() == ["store.db", "store.db-journal"])
        try expectForeign()
    }

    /// Runs a script elsewhere and copies the files as a crash would leave them.
    private func copyWhileOpen(_ script: String) throws {
        let elsewhere = try TemporaryDirectory()
        var handle: OpaquePointer?
        #expect(sqlite3_open(elsewhere.file("store.db"), &handle) == SQLITE_OK)
        #expect(sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK)
        // This handle is the only one there ever is on those files, so the locks it loses protect nothing.
        for name in ["store.db", "store.db-wal", "store.db-journal"]
        where FileManager.default.fileExists(atPath: elsewhere.file(name)) {
            try write(read(elsewhere.file(name)), to: directory.file(name))
        }
        sqlite3_close(handle)
    }

    @Test(arguments: ["text", "SQLite format 3\0", String(repeating: "\0", count: 5_000)])
    func `a file that is no database is left alone`(content: String) throws {
        try write(Data(content.utf8), to: path)
        try expectForeign()
    }

    @Test func `an empty file beside somebody's log is left alone`() throws {
        try write(Data(), to: path)
        try write(Data("a log".utf8), to: path + "-wal")
        try expectForeign()
    }

    @Test func `an empty file becomes a store`() async throws {
        try write(Data(), to: path)
        let database = try Database.notebook(.file(path))
        try await database.add("one")
        try await database.close()
    }

    // MARK: Versions

    @Test func `a newer schema is refused and the file left as it is`() async throws {
        var newer = DatabaseOptions.notebook
        newer.migrations.append(Migration("future") { try $0.execute("CREATE TABLE future (x ANY) STRICT") })
        try await Database.notebook(.file(path), options: newer).close()
        let before = try contents()

        #expect(throws: StoreFileError.tooNew(found: 3, supported: 2)) { try Database.notebook(.file(path)) }
        #expect(try contents() == before)
    }

    @Test func `a newer schema that only the log knows is refused, too`() async throws {
        let elsewhere = try TemporaryDirectory()
        var newer = DatabaseOptions.notebook
        try await Database.notebook(.file(elsewhere.file("store.db"))).close()
        newer.migrations.append(Migration("future") { try $0.execute("CREATE TABLE future (x ANY) STRICT") })
        let open = try Database.notebook(.file(elsewhere.file("store.db")), options: newer)
        for name in ["store.db", "store.db-wal"] { try write(read(elsewhere.file(name)), to: directory.file(name)) }
        try await open.close()

        #expect(throws: StoreFileError.tooNew(found: 3, supported: 2)) { try Database.notebook(.file(path)) }
    }

    @Test func `an older schema is brought up to date, its content kept`() async throws {
        try await Database.notebook(.file(path)).close()
        let first = try Database.notebook(.file(path))
        try await first.add("one")
        try await first.close()

        var newer = DatabaseOptions.notebook
        newer.isReadOnly = true
        newer.migrations.append(
            Migration("length") {
                try $0.execute("ALTER TABLE notes ADD COLUMN length INTEGER; UPDATE notes SET length = 3")
            }
        )
        #expect(throws: StoreFileError.tooOld(found: 2, supported: 3)) {
            try Database.notebook(.file(path), options: newer)
        }
        newer.isReadOnly = false
        let second = try Database.notebook(.file(path), options: newer)
        #expect(try second.read { try $0.first("SELECT length FROM notes WHERE text = 'one'") { $0.int(0) } } == 3)
        try await second.close()
    }

    @Test func `whoever has the file open while a later release migrates it is told so`() async throws {
        let earlier = try Database.notebook(.file(path))
        try await earlier.add("one")
        #expect(try earlier.texts == ["one"])
        var newer = DatabaseOptions.notebook
        newer.migrations.append(Migration("text") { try $0.execute("ALTER TABLE notes RENAME COLUMN text TO content") })
        try await Database.notebook(.file(path), options: newer).close()

        let tooNew = StoreFileError.tooNew(found: 3, supported: 2)
        #expect(throws: tooNew) { try earlier.texts }
        #expect(throws: tooNew) { try earlier.read { try $0.first("SELECT max(text) FROM notes") { $0.string(0) } } }
        await #expect(throws: tooNew) { try await earlier.add("two") }
        try await earlier.close()
    }

    @Test func `a migration may put another table in the place of one that others refer to`() async throws {
        var options = DatabaseOptions.notebook
        options.migrations.append(
            Migration("links") { try $0.execute("CREATE TABLE links (note INTEGER NOT NULL REFERENCES notes) STRICT") }
        )
        let first = try Database.notebook(.file(path), options: options)
        let note = try await first.add("one")
        try await first.write { try $0.connection.run("INSERT INTO links (note) VALUES (?1)", note) }
        try await first.close()

        options.migrations.append(
            Migration("notes") {
                try $0.execute(
                    """
                    CREATE TABLE other (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
                    INSERT INTO other SELECT * FROM notes;
                    DROP TABLE notes;
                    ALTER TABLE other RENAME TO notes;
                    """
                )
            }
        )
        let second = try Database.notebook(.file(path), options: options)
        #expect(try second.texts == ["one"])
        await #expect(throws: SQLiteError.self) {
            try await second.write { try $0.connection.run("INSERT INTO links (note) VALUES (?1)", note + 1) }
        }
        try second.expectSound()
        try await second.close()
    }

    @Test func `a migration that fails leaves the schema as it was`() async throws {
        try await Database.notebook(.file(path)).close()
        var broken = DatabaseOptions.notebook
        broken.migrations.append(Migration("half") { try $0.execute("CREATE TABLE half (x ANY) STRICT; nonsense") })
        #expect(throws: SQLiteError.self) { try Database.notebook(.file(path), options: broken) }

        let database = try Database.notebook(.file(path))
        try await database.add("one")
        #expect(throws: SQLiteError.self) { try database.read { try $0.run("SELECT * FROM half") } }
        try await database.close()
    }

    // MARK: The file

    @Test func `a new file is its owner's alone, ours, and can be shrunk step by step`() async throws {
        let database = try Database.notebook(.file(path))
        try await database.add("one")
        var status = stat()
        for suffix in ["", "-wal", "-shm"] {
            #expect(lstat(path + suffix, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600, "\(suffix)")
        }
        try database.read { connection in
            let pragmas = [
                "application_id", "user_version", "auto_vacuum", "synchronous", "foreign_keys", "trusted_schema",
            ]
            let values = try pragmas.map { try connection.rowsDynamic("PRAGMA \($0)") { $0.int(0) }.first }
            #expect(values == [0x4E6F_7465, 2, 2, 2, 1, 0])
            #expect(try connection.first("PRAGMA journal_mode") { $0.string(0) } == "wal")
        }
        try await database.close()
        #expect(try contents().keys.sorted() == ["store.db"])
    }

    @Test func `a store that lost its log mode gets it back`() async throws {
        try await Database.notebook(.file(path)).close()
        makeForeign("PRAGMA journal_mode = DELETE")
        let database = try Database.notebook(.file(path))
        #expect(try database.read { try $0.first("PRAGMA journal_mode") { $0.string(0) } } == "wal")
        try await database.close()
    }

    @Test func `a symbolic link in place of the file is refused, one in its directory is followed`() async throws {
        try await Database.notebook(.file(path)).close()
        #expect(symlink(path, directory.file("link.db")) == 0)
        #expect(throws: StoreFileError.notARegularFile(path: directory.file("link.db"))) {
            try Database.notebook(.file(directory.file("link.db")))
        }
        #expect(symlink("/nowhere/at/all", directory.file("dangling.db")) == 0)
        #expect(throws: StoreFileError.self) { try Database.notebook(.file(directory.file("dangling.db"))) }

        let elsewhere = try TemporaryDirectory()
        #expect(symlink(directory.path, elsewhere.file("parent")) == 0)
        let database = try Database.notebook(.file(elsewhere.file("parent/store.db")))
        #expect(database.path == path)
        try await database.add("one")
        try await database.close()
    }

    @Test func `a path that cannot be a file is refused`() throws {
        #expect(throws: StoreFileError.notARegularFile(path: directory.path)) {
            try Database.notebook(.file(directory.path))
        }
        #expect(throws: StoreFileError.noDirectory(path: directory.file("missing"))) {
            try Database.notebook(.file(directory.file("missing/store.db")))
        }
        for path in ["", "/", ".", "..", "/tmp/", "a\0b"] {
            #expect(throws: StoreFileError.invalidPath(path)) { try Database.notebook(.file(path)) }
        }
    }

    @Test(arguments: ["100% sure?.db", "a#b&c=d.db", "?immutable=0", "spaces and 日本語.db", "file:x.db"])
    func `a name with characters that a URI gives a meaning is that file's name`(name: String) async throws {
        let path = directory.file(name)
        let first = try Database.notebook(.file(path))
        try await first.add("one")
        try await first.close()
        let second = try Database.notebook(.file(path))
        #expect(try second.texts == ["one"])
        try await second.close()
        #expect(try contents().keys.sorted() == [name])
        var options = DatabaseOptions.notebook
        options.isReadOnly = true
        let third = try Database.notebook(.file(path), options: options)
        #expect(try third.texts == ["one"])
        try await third.close()
    }

    @Test func `a temporary store leaves nothing behind`() async throws {
        let database = try Database.notebook(.temporary)
        let path = try #require(database.path)
        try await database.add("one")
        var status = stat()
        let parent = URL(filePath: path).deletingLastPathComponent().path
        #expect(stat(parent, &status) == 0 && status.st_mode & 0o777 == 0o700)
        try await database.close()
        #expect(stat(parent, &status) == -1)
    }

    @Test func `a temporary store that is dropped without closing leaves nothing behind`() async throws {
        let path = try { try #require(try Database.notebook(.temporary).path) }()
        var status = stat()
        await until { stat(path, &status) == -1 }
    }

    // MARK: Read-only

    @Test func `a store opened read-only is read and not written`() async throws {
        let writing = try Database.notebook(.file(path))
        try await writing.add("one")
        var options = DatabaseOptions.notebook
        options.isReadOnly = true
        let reading = try Database.notebook(.file(path), options: options)
        #expect(try reading.texts == ["one"])
        try await writing.add("two")
        #expect(try reading.texts == ["one", "two"])
        await #expect(throws: StoreFileError.readOnly) { try await reading.add("three") }
        try await writing.close()
        #expect(try reading.texts == ["one", "two"])
        try await reading.close()
        #expect(throws: StoreFileError.closed) { try reading.texts }
    }

    @Test func `nothing is made when there is nothing to read`() throws {
        var options = DatabaseOptions.notebook
        options.isReadOnly = true
        #expect(throws: StoreFileError.notFound(path: path)) { try Database.notebook(.file(path), options: options) }
        #expect(try contents().isEmpty)
    }

    @Test func `in a directory that cannot be written a store can be read and not opened for writing`() async throws {
        let writing = try Database.notebook(.file(path))
        try await writing.add("one")
        try await writing.close()
        chmod(path, 0o444)
        chmod(directory.path, 0o555)
        defer { chmod(directory.path, 0o755) }

        try withoutPrivileges {
            #expect(throws: (any Error).self) { try Database.notebook(.file(directory.file("new.db"))) }
            let error = #expect(throws: SQLiteError.self) { try Database.notebook(.file(path)) }
            #expect(error?.resultCode.primary == .readOnly, "\(String(describing: error))")
            var options = DatabaseOptions.notebook
            options.isReadOnly = true
            let reading = try Database.notebook(.file(path), options: options)
            #expect(try reading.texts == ["one"])
        }
    }

    @Test func `a file that may be written in a directory that may not says what is wrong`() async throws {
        try await Database.notebook(.file(path)).close()
        chmod(path, 0o666)
        chmod(directory.path, 0o555)
        defer { chmod(directory.path, 0o755) }

        try withoutPrivileges {
            let error = #expect(throws: SQLiteError.self) { try Database.notebook(.file(path)) }
            #expect(error?.resultCode.primary == .readOnly, "\(String(describing: error))")
        }
    }

    /// Calls a closure with the file permissions of nobody, on this thread alone, where the tests are run by root.
    private func withoutPrivileges(_ body: () throws -> Void) throws {
        // Swift's module of the C library leaves this one out.
        let address = try #require(dlsym(nil, "setfsuid"))
        let setFileSystemUser = unsafeBitCast(address, to: (@convention(c) (uid_t) -> Int32).self)
        let user = setFileSystemUser(65_534)
        defer { _ = setFileSystemUser(uid_t(bitPattern: user)) }
        try body()
    }
}
