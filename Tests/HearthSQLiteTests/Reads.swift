import HearthSQLite
import Synchronization
import TestSupport
import Testing

@Suite struct Reads {
    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `a read sees committed notes and can write none`(location: DatabaseLocation) async throws {
        let database = try Database.notebook(location)
        try await database.add("one")
        #expect(try database.texts == ["one"])
        #expect(
            performing: {
                try database.read { try $0.run("DELETE FROM notes") }
            },
            throws: { ResultCode.readOnly ~= $0 }
        )
        try await database.add("two")
        #expect(try database.texts == ["one", "two"])
        try await database.close()
    }

    @Test func `a read keeps its snapshot while others commit`() async throws {
        let database = try Database.notebook(.temporary)
        try await database.add("one")
        let gate = Gate()
        let reader = Thread {
            try database.read { connection in
                let count = { try connection.first("SELECT count(*) FROM notes") { $0.int(0) } }
                let before = try count()
                gate.wait()
                return try [before, count()]
            }
        }
        await until { gate.isReached }
        try await database.add("two")
        #expect(try database.texts.count == 2)
        gate.open()
        #expect(try await reader.value == [1, 1])
        try await database.close()
    }

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `a read inside a read has the same snapshot and waits for nobody`(location: DatabaseLocation) async throws {
        var options = DatabaseOptions.notebook
        options.maximumReaders = 1
        let database = try Database.notebook(location, options: options)
        try await database.add("one")
        let counts = try database.read { _ in try database.read { _ in try database.texts.count } }
        #expect(counts == 1)
        try await database.close()
    }

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `an operation may read`(location: DatabaseLocation) async throws {
        let database = try Database.notebook(location)
        let count = try await database.write { notebook in
            try notebook.add("one")
            return try database.texts.count
        }
        // In memory there is one connection, which has seen the note; elsewhere readers see what is committed.
        #expect(count == (location == .inMemory ? 1 : 0))
        try await database.close()
    }

    @Test func `with one reader allowed the second waits for the first`() async throws {
        var options = DatabaseOptions.notebook
        options.maximumReaders = 1
        let database = try Database.notebook(.temporary, options: options)
        let gate = Gate()
        let order = Mutex<[String]>([])
        let first = Thread {
            try database.read { _ in
                gate.wait()
                order.withLock { $0.append("first") }
            }
        }
        await until { gate.isReached }
        let second = Thread {
            try database.read { _ in order.withLock { $0.append("second") } }
        }
        gate.open()
        try await first.value
        try await second.value
        #expect(order.withLock { $0 } == ["first", "second"])
        try await database.close()
    }

    @Test func `a failed read gives its connection back`() async throws {
        var options = DatabaseOptions.notebook
        options.maximumReaders = 1
        let database = try Database.notebook(.temporary, options: options)
        for _ in 1...3 {
            #expect(throws: Refusal.self) { try database.read { _ in throw Refusal() } }
            #expect(throws: SQLiteError.self) { try database.read { try $0.run("SELECT nothing") } }
        }
        #expect(try database.texts.isEmpty)
        try await database.close()
    }

    @Test func `a statement left half-way does not hold the snapshot`() async throws {
        var options = DatabaseOptions.notebook
        options.maximumReaders = 1
        let database = try Database.notebook(.temporary, options: options)
        try await database.add("one")
        try await database.add("two")
        let left = try database.read { connection in
            let statement = try connection.statement("SELECT text FROM notes")
            #expect(try statement.step())
            return statement
        }
        try await database.add("three")
        #expect(try database.texts.count == 3)
        withExtendedLifetime(left) {}
        try await database.close()
    }

    @Test func `a cancelled task reads nothing`() async throws {
        let database = try Database.notebook()
        let task = Task {
            await until { Task.isCancelled }
            return try database.texts
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `a long read ends when its task is cancelled`() async throws {
        let database = try Database.notebook(.temporary)
        let begun = Atomic(false)
        let task = Task {
            try await database.readUntilCancelled { connection in
                begun.store(true, ordering: .releasing)
                return try connection.first(
                    "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 300000000) SELECT count(*) FROM n"
                ) { $0.int(0) }
            }
        }
        await until { begun.load(ordering: .acquiring) }
        // Once is enough if the statement runs by now; it may be just about to.
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try database.texts.isEmpty)
        try await database.close()
    }

    @Test func `closing waits for the reads under way`() async throws {
        let database = try Database.notebook(.temporary)
        try await database.add("one")
        let gate = Gate()
        let reader = Thread {
            try database.read { connection in
                gate.wait()
                return try connection.first("SELECT count(*) FROM notes") { $0.int(0) }
            }
        }
        await until { gate.isReached }
        let closing = Task { try await database.close() }
        gate.open()
        #expect(try await reader.value == 1)
        try await closing.value
    }
}
