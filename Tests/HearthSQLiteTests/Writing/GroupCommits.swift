import Synchronization
import TestSupport
import Testing

@testable import HearthSQLite

@Suite struct GroupCommits {
    @Test func `operations that wait together are one group, in their order`() async throws {
        let journal = Journal()
        let database = try Database.notebook(journal: journal)
        let results = await database.together({ try $0.add("one") }, { try $0.add("two") }, { try $0.add("three") })

        #expect(try results.map { try $0.get() } == [1, 2, 3])
        #expect(journal.groups == [["one", "two", "three"]])
        try database.expectSound()
    }

    @Test func `an operation that fails leaves nothing, and the others beside it stay`() async throws {
        let journal = Journal()
        let database = try Database.notebook(journal: journal)
        let results = await database.together(
            { _ = try $0.add("one") },
            { notebook in
                try notebook.add("never")
                throw Refusal()
            },
            { _ = try $0.add("one") },
            { _ = try $0.add("two") },
        )

        #expect(throws: Never.self) { try results[0].get() }
        #expect(throws: Refusal.self) { try results[1].get() }
        #expect(performing: { try results[2].get() }, throws: { ResultCode.constraintUnique ~= $0 })
        #expect(throws: Never.self) { try results[3].get() }
        #expect(try database.texts == ["one", "two"])
        #expect(journal.groups == [["one", "two"]])
        try database.expectSound()
    }

    @Test func `an operation that gives way goes after those that came later, alone in its transaction`() async throws {
        let journal = Journal()
        let database = try Database.notebook(journal: journal)
        let gate = Gate()
        let first = Task { try await database.write { _ in gate.wait() } }
        await until { gate.isReached }
        let upkeep = Task { try await database.write(givingWay: true) { try $0.add("upkeep") } }
        await until { database.writesThatGiveWay == 1 }
        let others = ["one", "two"].map { text in Task { try await database.write { try $0.add(text) } } }
        await until { database.waitingWrites == 2 }
        gate.open()
        _ = try await first.value
        for other in others { _ = try await other.value }
        _ = try await upkeep.value

        // However long it had waited, it was in no transaction with others.
        #expect(journal.groups.contains(["upkeep"]))
        #expect(Set(try database.texts) == ["one", "two", "upkeep"])
        try database.expectSound()
    }

    @Test func `an operation that gives way has its turn though others keep coming`() async throws {
        let database = try Database.notebook()
        let done = Flag()
        try await withThrowingTaskGroup { group in
            for _ in 0..<3 {
                group.addTask {
                    while !done.isSet { try await database.write { _ in } }
                }
            }
            for index in 0..<5 { try await database.write(givingWay: true) { _ = try $0.add("\(index)") } }
            done.set()
            try await group.waitForAll()
        }
        #expect(try database.texts.count == 5)
    }

    @Test func `an operation that gives way can be cancelled, fails alone, and is done before the database closes`()
        async throws
    {
        let database = try Database.notebook()
        let gate = Gate()
        let first = Task { try await database.write { _ in gate.wait() } }
        await until { gate.isReached }
        let cancelled = Task { try await database.write(givingWay: true) { try $0.add("never") } }
        await until { database.writesThatGiveWay == 1 }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let failing = Task {
            try await database.write(givingWay: true) { notebook in
                try notebook.add("never")
                throw Refusal()
            }
        }
        await until { database.writesThatGiveWay == 1 }
        let last = Task { try await database.write(givingWay: true) { try $0.add("last") } }
        await until { database.writesThatGiveWay == 2 }
        async let closing: Void = database.close()
        gate.open()
        _ = try await first.value
        await #expect(throws: Refusal.self) { try await failing.value }
        #expect(try await last.value == 1)
        try await closing
    }

    @Test func `an operation alone that fails leaves nothing`() async throws {
        let database = try Database.notebook()
        await #expect(throws: Refusal.self) {
            try await database.write { notebook in
                try notebook.add("never")
                throw Refusal()
            }
        }
        try await database.add("one")
        #expect(try database.texts == ["one"])
        try database.expectSound()
    }

    @Test func `operations see what those before them in the group wrote`() async throws {
        let database = try Database.notebook()
        let count: @Sendable (Notebook) throws -> Int = { notebook in
            try notebook.add("\(Int.random(in: 0 ... .max))")
            return try notebook.connection.first("SELECT count(*) FROM notes") { $0.int(0) } ?? 0
        }
        let results = await database.together(count, count, count)
        #expect(try results.map { try $0.get() } == [1, 2, 3])
    }

    @Test func `a full disk fails the operation that meets it, and the others commit`() async throws {
        let directory = try TemporaryDirectory()
        var options = DatabaseOptions.notebook
        options.maximumPageCount = 40
        let database = try Database.notebook(.file(directory.file("quota.db")), options: options)
        let big = String(repeating: "x", count: 200_000)

        let results = await database.together(
            { try $0.add("before") },
            { try $0.add(big) },
            { try $0.add("between") },
            { try $0.add(big + "y") },
            { try $0.add("after") },
        )

        for index in [1, 3] {
            #expect(performing: { try results[index].get() }, throws: { ResultCode.full ~= $0 })
        }
        for index in [0, 2, 4] { #expect(throws: Never.self) { try results[index].get() } }
        #expect(try database.texts == ["before", "between", "after"])
        try database.expectSound()
        try await database.close()
    }

    @Test func `after the disk was full a smaller write works`() async throws {
        var options = DatabaseOptions.notebook
        options.maximumPageCount = 40
        let database = try Database.notebook(.temporary, options: options)
        await #expect(
            performing: { try await database.add(String(repeating: "x", count: 200_000)) },
            throws: { ResultCode.full ~= $0 }
        )
        try await database.add("small")
        #expect(try database.texts == ["small"])
        try await database.close()
    }

    @Test func `a group that fails at its end is tried one by one`() async throws {
        let journal = Journal()
        journal.refuse("poison")
        let database = try Database.notebook(journal: journal)
        let results = await database.together(
            { try $0.add("one") },
            { try $0.add("poison") },
            { try $0.add("two") },
        )

        #expect(throws: Never.self) { try results[0].get() }
        #expect(throws: Refusal.self) { try results[1].get() }
        #expect(throws: Never.self) { try results[2].get() }
        #expect(try database.texts == ["one", "two"])
        #expect(journal.groups == [["one"], ["two"]])
        try database.expectSound()
    }

    @Test func `an operation that ran twice answers with its last result`() async throws {
        let journal = Journal()
        journal.refuse("poison")
        let database = try Database.notebook(journal: journal)
        let runs = Mutex(0)
        let results = await database.together(
            { notebook in
                try notebook.add("twice")
                return runs.withLock { runs in
                    runs += 1
                    return runs
                }
            },
            { notebook in
                try notebook.add("poison")
                return 0
            },
        )
        #expect(try results[0].get() == 2)
    }

    @Test func `an operation that hides the loss of the transaction cannot write outside of it`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("hidden.db")
        var options = DatabaseOptions.notebook
        options.maximumPageCount = 40
        let database = try Database.notebook(.file(path), options: options)
        let results = await database.together(
            { try $0.add("innocent") },
            { notebook in
                // A single big row overflows the quota; SQLite then rolls back everything, the innocent row included.
                _ = try? notebook.add(String(repeating: "x", count: 200_000))
                return try notebook.add("on its own")
            },
        )

        #expect(throws: Never.self) { try results[0].get() }
        #expect(performing: { try results[1].get() }, throws: { ResultCode.abortRollback ~= $0 })
        #expect(try database.texts == ["innocent"])
        try await database.close()
    }

    @Test func `an operation cancelled before it began never runs`() async throws {
        let database = try Database.notebook()
        let gate = Gate()
        let first = Task { try await database.write { _ in gate.wait() } }
        await until { gate.isReached }
        let cancelled = Task { try await database.add("cancelled") }
        let other = Task { try await database.add("other") }
        await until { database.waitingWrites == 2 }

        cancelled.cancel()
        // It is answered while the writer is still busy.
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(database.waitingWrites == 1)
        gate.open()
        try await first.value
        _ = try await other.value
        #expect(try database.texts == ["other"])
    }

    @Test func `an operation that has begun is finished although it is cancelled`() async throws {
        let database = try Database.notebook()
        let gate = Gate()
        let task = Task {
            try await database.write { notebook in
                gate.wait()
                return try notebook.add("begun")
            }
        }
        await until { gate.isReached }
        task.cancel()
        gate.open()
        #expect(try await task.value == 1)
        #expect(try database.texts == ["begun"])
    }

    @Test func `a task that is cancelled already writes nothing`() async throws {
        let database = try Database.notebook()
        let task = Task {
            await until { Task.isCancelled }
            return try await database.add("late")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try database.texts.isEmpty)
    }

    @Test(arguments: [DatabaseLocation.inMemory, .temporary])
    func `many tasks at once lose nothing`(location: DatabaseLocation) async throws {
        let database = try Database.notebook(location)
        var generator = SeededGenerator()
        let failing = Set((0..<1_000).filter { _ in Int.random(in: 0..<10, using: &generator) == 0 })
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<1_000 {
                tasks.addTask {
                    _ = try? await database.write { notebook in
                        try notebook.add("\(number)")
                        if failing.contains(number) { throw Refusal() }
                    }
                }
            }
        }
        let expected = Set((0..<1_000).filter { !failing.contains($0) }.map(String.init))
        let difference = try expected.symmetricDifference(database.texts)
        #expect(difference.isEmpty)
        try database.expectSound()
        try await database.close()
    }

    @Test func `a group waits for callers to come back in proportion to a commit, and not for long`() {
        typealias Commits = GroupCommit<Notebook>
        #expect(Commits.waitingTime(after: .zero) == .microseconds(100))
        #expect(Commits.waitingTime(after: .milliseconds(8)) == .milliseconds(2))
        #expect(Commits.waitingTime(after: .seconds(30)) == .milliseconds(10))
    }

    @Test func `closing does what waits and refuses what comes later`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("closed.db")
        let database = try Database.notebook(.file(path))
        let gate = Gate()
        let first = Task { try await database.write { _ in gate.wait() } }
        await until { gate.isReached }
        let waiting = Task { try await database.add("waiting") }
        await until { database.waitingWrites == 1 }
        let closing = Task { try await database.close() }
        gate.open()

        try await first.value
        _ = try await waiting.value
        try await closing.value
        try await database.close()
        await #expect(throws: StoreFileError.closed) { try await database.add("late") }
        await #expect(throws: StoreFileError.closed) { try await database.checkpoint() }
        #expect(throws: StoreFileError.closed) { try database.texts }

        let again = try Database.notebook(.file(path))
        #expect(try again.texts == ["waiting"])
        try await again.close()
    }
}

/// Something that has happened or not.
private final class Flag: Sendable {
    private let value = Mutex(false)

    var isSet: Bool { value.withLock(\.self) }

    func set() { value.withLock { $0 = true } }
}
