import HearthSQLite
import Synchronization
import TestSupport
import Testing

@Suite struct WriteAheadLog {
    private func options(ordinary: Int, soft: Int) -> DatabaseOptions {
        var options = DatabaseOptions.notebook
        options.durability = .normal
        options.walCheckpointBytes = ordinary
        options.walSoftLimitBytes = soft
        return options
    }

    @Test func `the log stays small while one reader or another always reads`() async throws {
        let soft = 256 << 10
        let database = try Database.notebook(.temporary, options: options(ordinary: soft / 4, soft: soft))
        let isDone = Atomic(false)
        let held = Mutex<Gate?>(nil)
        // Two readers that hand over to each other: one begins before the other ends, so there is never none.
        let readers = (0..<2)
            .map { _ in
                Thread {
                    var reads = 0
                    while !isDone.load(ordering: .acquiring) {
                        try database.read { connection in
                            _ = try connection.first("SELECT count(*) FROM notes") { $0.int(0) }
                            let mine = Gate()
                            held.withLock { other in
                                other?.open()
                                other = mine
                            }
                            // Let through by the other's next read, or at once if that one has to wait for us to
                            // finish.
                            mine.wait(atMostMilliseconds: 20)
                        }
                        reads += 1
                    }
                    return reads
                }
            }
        var greatest = 0
        for number in 0..<400 {
            try await database.add("\(number) " + String(repeating: "long text ", count: 400))
            greatest = max(greatest, database.walBytes)
        }
        isDone.store(true, ordering: .releasing)
        for reader in readers { #expect(try await reader.value > 0) }

        // Single commits reach 0.3 MB where the index merges its segments. Without draining the log reaches 13 MB.
        #expect(greatest < 4 * soft, "\(greatest) bytes")
        #expect(database.lastCheckpointError == nil)
        #expect(try database.texts.count == 400)
        try database.expectSound()
        try await database.close()
    }

    @Test func `a checkpoint on request cuts the log back`() async throws {
        let database = try Database.notebook(.temporary)
        for number in 0..<50 { try await database.add("\(number)" + String(repeating: "x", count: 10_000)) }
        #expect(database.walBytes > 500_000)
        try await database.checkpoint()
        // The commit that shortens the log leaves its own page in it.
        #expect(database.walBytes < 10_000)
        #expect(try database.texts.count == 50)
        try await database.close()
    }

    @Test func `a reader that does not end delays the checkpoint and nothing else`() async throws {
        let database = try Database.notebook(.temporary)
        try await database.add("one")
        let gate = Gate()
        let reader = Thread {
            try database.read { connection in
                _ = try connection.first("SELECT count(*) FROM notes") { $0.int(0) }
                gate.wait()
                return try connection.first("SELECT count(*) FROM notes") { $0.int(0) }
            }
        }
        await until { gate.isReached }
        try await database.add("two" + String(repeating: "x", count: 100_000))
        try await database.checkpoint()
        #expect(database.walBytes > 100_000)
        try await database.add("three")
        #expect(try database.texts.count == 3)
        gate.open()
        #expect(try await reader.value == 1)
        try await database.checkpoint()
        #expect(database.walBytes < 10_000)
        try await database.close()
    }

    @Test func `a database in memory has no log`() async throws {
        let database = try Database.notebook()
        try await database.add("one")
        try await database.checkpoint()
        #expect(database.walBytes == 0)
        #expect(database.path == nil)
        try await database.close()
    }
}
