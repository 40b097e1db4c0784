import CSQLite
import FoundationEssentials
import Glibc
import HearthSQLite
import Synchronization
import TestSupport
import Testing

@Suite struct Processes {
    @Test func `two processes that write at once lose nothing and get no error`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        // Neither finds a file, so they also race to make it.
        async let first: Void = expectChildWrites(500, named: "first", to: path)
        async let second: Void = expectChildWrites(500, named: "second", to: path)
        _ = await (first, second)

        let database = try Database.notebook(.file(path))
        let texts = try database.texts
        for name in ["first", "second"] {
            #expect(texts.filter { $0.hasPrefix(name) } == (0..<500).map { "\(name) \($0)" })
        }
        try database.expectSound()
        try await database.close()
    }

    private func expectChildWrites(_ count: Int, named name: String, to path: String) async {
        await #expect(processExitsWith: .success) { [count, name, path] in
            var options = DatabaseOptions.notebook
            options.durability = .normal
            // Small limits, so that the checkpoints of each meet the commits of the other.
            options.walCheckpointBytes = 64 << 10
            options.walSoftLimitBytes = 256 << 10
            options.busyTimeout = .seconds(60)
            let database = try Database.notebook(.file(path), options: options)
            for number in 0..<count { try await database.add("\(name) \(number)") }
            try await database.close()
        }
    }

    @Test func `what a process acknowledged before it was killed is there`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        let log = directory.file("acknowledged")
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, log = log as String] in
            let database = try Database.notebook(.file(path))
            let descriptor = creat(log, 0o600)
            let acknowledged = Counter()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<200 {
                    tasks.addTask {
                        try await database.add("note \(number)")
                        let line = Array("note \(number)\n".utf8)
                        write(descriptor, line, line.count)
                        // In the middle of the others' commits.
                        if acknowledged.increment() == 100 { kill(getpid(), SIGKILL) }
                    }
                }
                try await tasks.waitForAll()
            }
        }
        let lines = try String(decoding: Data(contentsOf: URL(filePath: log)), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        #expect(lines.count >= 100)
        let database = try Database.notebook(.file(path))
        #expect(try Set(database.texts).isSuperset(of: lines))
        try database.expectSound()
        try await database.close()
    }

    @Test func `a writer that waits for another process beyond the deadline is told so`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        var options = DatabaseOptions.notebook
        options.busyTimeout = .milliseconds(50)
        let database = try Database.notebook(.file(path), options: options)
        try await database.add("one")
        // To SQLite a connection of its own is as good as another process.
        var other: OpaquePointer?
        #expect(sqlite3_open(path, &other) == SQLITE_OK)
        sqlite3_wal_autocheckpoint(other, 0)
        #expect(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)

        let error = await #expect(throws: SQLiteError.self) { try await database.add("two") }
        #expect(error?.isBusy == true)
        #expect(try database.texts == ["one"])

        #expect(sqlite3_exec(other, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
        try await database.add("two")
        #expect(try database.texts == ["one", "two"])
        sqlite3_close(other)
        try await database.close()
    }

    @Test func `without memory there is a typed error, and later it works again`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("store.db")
        // The limit holds for a whole process.
        await #expect(processExitsWith: .success) { [path = path as String] in
            let text = String(repeating: "x", count: 5_000)
            var number = 0
            for room in stride(from: 0, through: 400_000, by: 10_000) {
                sqlite3_hard_heap_limit64(sqlite3_memory_used() + Int64(room))
                do {
                    let database = try Database.notebook(.file(path))
                    do {
                        try await database.add("\(room) \(text)")
                        number += 1
                        _ = try database.texts
                    } catch ResultCode.outOfMemory {}
                    sqlite3_hard_heap_limit64(0)
                    try await database.add("\(room) \(text) after")
                    number += 1
                    #expect(try database.texts.count == number)
                    try await database.close()
                } catch ResultCode.outOfMemory {
                    sqlite3_hard_heap_limit64(0)
                }
            }
            let database = try Database.notebook(.file(path))
            #expect(try database.texts.count == number)
            #expect(number > 0)
            try database.expectSound()
            try await database.close()
        }
    }
}

private final class Counter: Sendable {
    private let value = Atomic(0)

    func increment() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
