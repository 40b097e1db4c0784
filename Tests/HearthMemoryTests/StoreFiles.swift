import CSQLite
import Foundation
import Glibc
import HearthMemory
import HearthStore
import TestSupport
import Testing

/// What a host hears of files it should not have named, and what becomes of them.
///
/// The bytes of a file are read only while no connection of this process is open to it.
@Suite struct StoreFiles {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("store.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Every file of the directory with its bytes.
    private func contents() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: directory.file($0)))) }
        )
    }

    /// Runs a script with another program's hand, and copies the files while it has them open, as a crash would leave
    /// them.
    private func leave(_ script: String) throws {
        let elsewhere = try TemporaryDirectory()
        var handle: OpaquePointer?
        try #require(sqlite3_open(elsewhere.file("store.db"), &handle) == SQLITE_OK)
        defer { sqlite3_close(handle) }
        try #require(sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK)
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: elsewhere.file("store.db\(suffix)")) {
            try FileManager.default.copyItem(atPath: elsewhere.file("store.db\(suffix)"), toPath: path + suffix)
        }
    }

    private func expectUntouched(_ code: MemoryError.Code) async throws {
        let before = try contents()
        for isReadOnly in [false, true] {
            var configuration = CoordinatorConfiguration()
            configuration.isReadOnly = isReadOnly
            await expect(code) {
                try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
            }
        }
        #expect(try contents() == before)
    }

    @Test(arguments: ["A diary.\n", "SQLite format 3\0", String(repeating: "\0", count: 9_000)])
    func `a file that is no database is left as it is`(text: String) async throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try await expectUntouched(.notAHearthStore)
    }

    @Test func `another program's database with a hot log is left as it is, byte for byte`() async throws {
        try leave("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES ('theirs');")
        #expect(try contents()["store.db-wal"]?.isEmpty == false)
        try await expectUntouched(.notAHearthStore)
    }

    @Test func `a store of a later release is left as it is`() async throws {
        try await MultiAgentMemoryCoordinator.open(.file(path)).close()
        var handle: OpaquePointer?
        try #require(sqlite3_open(path, &handle) == SQLITE_OK)
        sqlite3_exec(handle, "PRAGMA user_version = 9999", nil, nil, nil)
        sqlite3_close(handle)
        try await expectUntouched(.schemaTooNew)
    }

    @Test func `a path that can be no store's is refused`() async throws {
        for path in ["", "a\0b", directory.path, directory.file("nowhere/store.db"), "/"] {
            await expect(.storeUnavailable) { try await MultiAgentMemoryCoordinator.open(.file(path)) }
        }
        try #require(symlink(path, directory.file("link.db")) == 0)
        await expect(.storeUnavailable) { try await MultiAgentMemoryCoordinator.open(.file(directory.file("link.db"))) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["link.db"])
    }

    @Test func `a link in place of the directory is followed`() async throws {
        let elsewhere = try TemporaryDirectory()
        try #require(symlink(directory.path, elsewhere.file("linked")) == 0)
        let coordinator = try await household(.file(elsewhere.file("linked/store.db")))
        try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "here")
        try await coordinator.close()
        #expect(try contents().keys.sorted() == ["store.db"])
    }

    /// The tests are run by root in places, who may write anywhere: there a process of nobody's opens the store.
    @Test func `where nothing can be written a store is read, and says why it can't be more`() async throws {
        let writing = try await household(.file(path))
        let id = try await writing.storeAgentMemory(agentID: "alden", userID: "iris", content: "written before")
        try await writing.close()
        chmod(path, 0o444)
        chmod(directory.path, 0o555)
        defer { chmod(directory.path, 0o755) }
        await #expect(processExitsWith: .success) { [path = path as String, id = id.rawValue as String] in
            if getuid() == 0 { try #require(setuid(65_534) == 0) }
            await expect(.storeReadOnly) { try await MultiAgentMemoryCoordinator.open(.file(path)) }
            await expect(.storeUnavailable) { try await MultiAgentMemoryCoordinator.open(.file(path + ".new")) }
            var configuration = CoordinatorConfiguration()
            configuration.isReadOnly = true
            let reading = try await MultiAgentMemoryCoordinator.open(.file(path), configuration: configuration)
            try await reading.registerAgent("alden")
            #expect(try await reading.memory(MemoryID(rawValue: id), agentID: "alden").content == "written before")
            await expect(.storeReadOnly) {
                try await reading.storeAgentMemory(agentID: "alden", userID: "iris", content: "not written")
            }
            try await reading.close()
        }
    }

    @Test func `on a full disk what fits is stored, beside what doesn't`() async throws {
        var options = StoreOptions()
        options.maximumPageCount = 1_500
        options.embedder = nil
        let store = try await MemoryStore.open(.file(path), options: options)
        let big = String(repeating: "a long day ", count: 300_000)
        let codes = try await withThrowingTaskGroup(of: MemoryError.Code?.self) { tasks in
            for number in 0..<60 {
                tasks.addTask {
                    // Every tenth is more than half of what the quota leaves.
                    let draft = MemoryDraft(content: number % 10 == 0 ? "\(number) \(big)" : "small \(number)")
                    do {
                        _ = try await store.store([draft], agentID: "alden", userID: "iris")
                        return nil
                    } catch let error as MemoryError {
                        return error.code
                    }
                }
            }
            return try await tasks.reduce(into: [MemoryError.Code?]()) { $0.append($1) }
        }
        let refused = codes.compactMap(\.self)
        #expect(!refused.isEmpty && refused.allSatisfy { $0 == .storeFull })
        let memories = try await store.browse(as: "alden", userID: "iris").memories
        #expect(memories.count == codes.count - refused.count)
        #expect(memories.filter { $0.content.hasPrefix("small") }.count == 54)
        #expect(try await store.verify().isSound)
        try await store.close()
    }
}
