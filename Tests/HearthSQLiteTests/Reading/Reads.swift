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

    /// A statement that would take minutes.
    private static let endless: StaticString =
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000000) SELECT count(*) FROM n"

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `a long read ends when its task is cancelled`(location: DatabaseLocation) async throws {
        let database = try Database.notebook(location)
        let begun = Atomic(false)
        let task = Task {
            try await database.readUntilCancelled { connection in
                begun.store(true, ordering: .releasing)
                return try connection.first(Self.endless) { $0.int(0) }
            }
        }
        await until { begun.load(ordering: .acquiring) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await database.add("written after a read that was stopped")
        #expect(try database.texts.count == 1)
        try await database.close()
    }

    /// Reads, of which each waits at a gate before it goes on.
    private static let gated: [@Sendable (Connection, Gate) throws -> Int?] = [
        { connection, gate in
            gate.wait()
            return try connection.first("SELECT 1") { $0.int(0) }
        },
        { connection, gate in
            gate.wait()
            return try connection.first(endless) { $0.int(0) }
        },
        { connection, gate in
            let prepared = try connection.statement(endless)
            gate.wait()
            return try prepared.step() ? 1 : 0
        },
    ]

    @Test(arguments: [DatabaseLocation.inMemory, .temporary], gated.indices)
    func `a cancellation that comes before a statement begins stops it`(
        location: DatabaseLocation,
        read: Int
    ) async throws {
        let database = try Database.notebook(location)
        let gate = Gate()
        let task = Task { try await database.readUntilCancelled { try Self.gated[read]($0, gate) } }
        await until { gate.isReached }
        task.cancel()
        gate.open()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await database.add("written after a read that was stopped")
        #expect(try database.texts.count == 1)
        try await database.close()
    }

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `with one connection for them all, reads, reads inside reads and writes of many tasks all end`(
        location: DatabaseLocation
    ) async throws {
        var options = DatabaseOptions.notebook
        options.maximumReaders = 1
        // Small enough for the readers to be held up again and again while the log is cut back.
        options.walCheckpointBytes = 16 << 10
        options.walSoftLimitBytes = 64 << 10
        let database = try Database.notebook(location, options: options)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<300 {
                tasks.addTask { try await database.add("\(number)") }
                tasks.addTask {
                    let counts = try database.read { _ in try [database.texts.count, database.texts.count] }
                    #expect(counts[0] == counts[1])
                }
                tasks.addTask {
                    let count = try await database.readUntilCancelled { _ in try database.texts.count }
                    #expect(count <= 300)
                }
            }
            try await tasks.waitForAll()
        }
        #expect(try database.texts.count == 300)
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
