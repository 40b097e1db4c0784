import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct Health {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("store.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Makes a store with enough memories for its tables to have several pages, and closes it.
    ///
    /// - Returns: The numbers of two pages: the root of the table of memories, and one in the middle of it.
    private func makeStore() async throws -> (root: Int, middle: Int) {
        let store = try await MemoryStore.open(.file(path))
        let drafts = (0..<60).map { MemoryDraft(content: "\($0) " + String(repeating: "a long day ", count: 150)) }
        _ = try await store.store(drafts, agentID: "alden", userID: "iris", shareWith: ["alice"])
        let pages = try store.read { snapshot in
            let root = try snapshot.connection.first("SELECT rootpage FROM sqlite_schema WHERE name = 'memories'") {
                $0.int(0)
            }
            let leaves = try snapshot.connection.rows(
                "SELECT pageno FROM dbstat WHERE name = 'memories' AND pagetype = 'leaf' ORDER BY path",
                as: { $0.int(0) }
            )
            return (try #require(root), leaves[leaves.count / 2])
        }
        try await store.close()
        return pages
    }

    /// Makes a page of the closed store unreadable.
    private func damage(page: Int) throws {
        let url = URL(filePath: path)
        var bytes = try Data(contentsOf: url)
        let start = (page - 1) * 4_096
        bytes.replaceSubrange(start..<start + 4_096, with: Data(repeating: 0xFF, count: 4_096))
        try bytes.write(to: url)
    }

    @Test func `a sound store is healthy`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        #expect(try await store.healthCheck() == HealthReport(status: .healthy, reasons: []))
        try await store.close()
    }

    @Test func `a table whose root is damaged is unhealthy, and the remedy is said`() async throws {
        try damage(page: try await makeStore().root)
        let store = try await MemoryStore.open(.file(path))
        let health = try await store.healthCheck()
        #expect(health.status == .unhealthy)
        #expect(health.reasons.first?.contains("hearth verify") == true)
        try await store.close()
    }

    @Test func `the inside of the file is left to the verification`() async throws {
        try damage(page: try await makeStore().middle)
        let store = try await MemoryStore.open(.file(path))
        #expect(try await store.healthCheck().status == .healthy)
        let report = try await store.verify()
        #expect(report.findings.contains { $0.component == "file" })
        try await store.close()
    }

    @Test func `an audit whose last row is gone is unhealthy`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        try await store.write { transaction in
            try transaction.connection.withoutTriggers {
                try transaction.connection.run("DELETE FROM audit WHERE position = (SELECT max(position) FROM audit)")
            }
        }
        let health = try await store.healthCheck()
        #expect(health.status == .unhealthy)
        #expect(health.reasons.first?.contains("audit") == true)
        try await store.close()
    }

    @Test func `a full disk, a log that can't be copied and one that grows are said`() {
        struct Failure: Error {}
        let limit = DiskHealth.leastFreeBytes
        func reasons(free: Int? = nil, log: Int = 0, error: (any Error)? = nil) -> [String] {
            DiskHealth(freeBytes: free, logBytes: log, checkpointError: error).reasons
        }
        #expect(reasons().isEmpty)
        #expect(reasons(free: limit, log: DiskHealth.longestLog).isEmpty)
        #expect(reasons(free: limit - 1).first?.hasPrefix("disk: only 63 MiB") == true)
        #expect(reasons(log: DiskHealth.longestLog + 1).first?.hasPrefix("log: ") == true)
        #expect(reasons(error: Failure()).first?.contains("Failure()") == true)
        #expect(reasons(free: 0, error: Failure()).count == 2)
    }

    @Test func `a verification stops when its task is cancelled`() async throws {
        _ = try await makeStore()
        let store = try await MemoryStore.open(.file(path))
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await store.verify()
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await store.verify().isSound)
        try await store.close()
    }
}
