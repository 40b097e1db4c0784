import Foundation
import Logging
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthSQLite
@testable import HearthStore

@Suite(.timeLimit(.minutes(60))) struct OpeningStores {
    private struct First: Error {}
    private struct Second: Error {}

    @Test func `openings that wait for a lock leave the threads of other tasks alone`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store.db"
        try await MemoryStore.open(.file(path)).close()
        var holder: Connection? = try Connection(opening: path, flags: Connection.readWriteCreate)
        try holder?.execute("PRAGMA locking_mode = EXCLUSIVE; UPDATE store SET analyser = analyser")

        var options = StoreOptions()
        // Longer than any clock counts, so that no opening gives up.
        options.busyTimeout = .seconds(Int64.max)
        let waiting = options
        let count = ProcessInfo.processInfo.activeProcessorCount * 4
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask { try await MemoryStore.open(.file(path), options: waiting).close() }
            }
            // This task runs on the same threads, after all of the above have had theirs.
            for _ in 0..<count * 4 { await Task.yield() }
            holder = nil
            try await group.waitForAll()
        }
    }

    @Test func `what failed at opening is thrown, and what failed at closing is a line in the log`() async throws {
        let lines = RecordedLog()
        let log = StoreLog(lines.logger)
        await #expect(throws: First.self) {
            try await log.closing({ throw Second() }, onFailureOf: { throw First() })
        }
        #expect(lines.texts.count == 1)
        #expect(lines.texts[0].contains("Second"))
        #expect(try await log.closing({ throw Second() }, onFailureOf: { 1 }) == 1)
    }

    @Test(arguments: [Int64.min, .max, 0]) func `a clock beyond all times does not stop the process`(time: Int64)
        async throws
    {
        var options = StoreOptions()
        options.clock = StoreClock(
            now: { Timestamp(rawValue: time) },
            // Half of it, so that there is time left for a lease.
            bootTime: { time / 2 },
            bootID: "boot",
            sleep: { _ in }
        )
        options.durability = .normal
        let store = try await MemoryStore.open(.temporary, options: options)
        let drafts = (0..<3).map { MemoryDraft(content: "Tea \($0)") }
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        let lock = try await store.acquireLease(
            on: ids[0],
            as: "alden",
            for: .seconds(86_400),
            waitingAtMost: .seconds(Int64.max)
        )
        try await store.update(ids[0], as: "alden", change: MemoryChange(content: "Coffee"), lock: lock)
        _ = try await store.search("tea in May 2023", as: "alden", userID: "iris")
        _ = try await store.sync("alden", userID: "iris")
        _ = try await store.healthCheck()
        _ = try await store.syncStatistics()
        #expect(try await store.verify().isSound)
        try await store.close()
    }
}
