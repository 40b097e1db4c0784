import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Backups that take the place of a store.
@Suite struct RestoredBackups {
    private let directory: TemporaryDirectory
    private let clock = TestClock()
    private var path: String { directory.file("store.db") }
    private var backup: String { directory.file("backup.db") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private var options: StoreOptions {
        var options = StoreOptions()
        options.embedder = nil
        options.clock = clock.storeClock
        options.busyTimeout = .milliseconds(100)
        return options
    }

    private func opened(_ path: String? = nil) async throws -> MemoryStore {
        try await MemoryStore.open(.file(path ?? self.path), options: options)
    }

    @discardableResult
    private func store(_ text: String, in store: MemoryStore, user: UserID = "iris") async throws -> MemoryID {
        clock.advance(by: .seconds(1))
        return try await store.store([MemoryDraft(content: text)], agentID: "alden", userID: user)[0]
    }

    private func restore(force: Bool = false) async throws -> RestoreReport {
        try await MemoryStore.restore(backup, to: path, isForced: force, options: options)
    }

    private var leftovers: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.contains(".part") }
        }
    }

    /// A store with one memory and a backup of it.
    private func backedUp() async throws -> MemoryID {
        let open = try await opened()
        let id = try await store("first", in: open)
        try await open.backUp(to: backup)
        try await open.close()
        return id
    }

    @Test func `a lost store comes back, and the backup stays`() async throws {
        let id = try await backedUp()
        try FileManager.default.removeItem(atPath: path)
        let report = try await restore()
        #expect(report == RestoreReport(file: report.file, memories: 1))
        #expect(FileManager.default.fileExists(atPath: backup))
        let open = try await opened()
        #expect(try await open.memory(id, as: "alden").content == "first")
        #expect(
            try open.read { try $0.connection.rows("SELECT action FROM audit", as: { $0.string(0) }) }.last == "backup"
        )
        try await open.close()
    }

    @Test func `a store that has what the backup lacks is left, unless it is forced, and then moved aside`()
        async throws
    {
        _ = try await backedUp()
        var open = try await opened()
        let later = try await store("second", in: open)
        try await open.close()
        await expect(.versionMismatch) { try await restore() }
        open = try await opened()
        #expect(try await open.memory(later, as: "alden").content == "second")
        try await open.close()
        let report = try await restore(force: true)
        let aside = try #require(report.movedAside)
        open = try await opened()
        await expect(.memoryNotFound) { try await open.memory(later, as: "alden") }
        // What was restored and written to has what no earlier backup has, though it counts fewer commits.
        try await store("third", in: open)
        try await open.close()
        let old = try await opened(aside)
        #expect(try await old.memory(later, as: "alden").content == "second")
        for number in 0..<20 { try await store("more \(number)", in: old) }
        try FileManager.default.removeItem(atPath: backup)
        try await old.backUp(to: backup)
        try await old.close()
        await expect(.versionMismatch) { try await restore() }
        #expect(try leftovers == [])
    }

    @Test func `killed at any moment, it leaves the store as it was or as it is restored, and never none`() async throws
    {
        _ = try await backedUp()
        let later = try await opened()
        try await store("second", in: later)
        try await later.close()
        let file = try NewFile(at: path, mayExist: true)
        try file.copy(databaseAt: backup, options: options.databaseOptions) { _ in }
        // What there is at the place after each step, with what lies beside it.
        var states: [String] = []
        try withExtendedLifetime(try #require(try HeldFile(at: path, options: options.databaseOptions))) {
            try file.place(movingPresentTo: directory.file("aside.db")) {
                let state = directory.file("state-\(states.count).db")
                states.append(state)
                try FileManager.default.copyItem(atPath: path, toPath: state)
                for suffix in ["-wal", "-journal"] where FileManager.default.fileExists(atPath: path + suffix) {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: state + suffix)
                }
            }
        }
        #expect(states.count >= 2)
        var counts: [Int] = []
        for state in states + [path, directory.file("aside.db")] {
            let store = try await opened(state)
            let report = try await store.verify()
            #expect(report.findings == [], "\(state)")
            counts.append(report.memories)
            try await store.close()
        }
        #expect(counts.first == 2 && counts.suffix(3) == [1, 1, 2], "\(counts)")
    }

    @Test func `a file that is there with its log is moved aside with it, also if it is no store`() async throws {
        _ = try await backedUp()
        try Data("no store".utf8).write(to: URL(filePath: path))
        try Data("its log".utf8).write(to: URL(filePath: path + "-wal"))
        let aside = try #require(try await restore(force: true).movedAside)
        #expect(try Data(contentsOf: URL(filePath: aside)) == Data("no store".utf8))
        #expect(try Data(contentsOf: URL(filePath: aside + "-wal")) == Data("its log".utf8))
        let store = try await opened()
        #expect(try await store.verify().findings == [])
        try await store.close()
    }

    @Test func `another store is not replaced unless it is forced`() async throws {
        _ = try await backedUp()
        try FileManager.default.removeItem(atPath: path)
        try await opened().close()
        await expect(.versionMismatch) { try await restore() }
        #expect(try await restore(force: true).movedAside != nil)
    }

    @Test func `nothing is restored while somebody has the store open`() async throws {
        _ = try await backedUp()
        let open = try await opened()
        await expect(.storeBusy) { try await restore() }
        await expect(.storeBusy) { try await restore(force: true) }
        try await store("goes on", in: open)
        #expect(try await open.verify().findings == [])
        try await open.close()
        #expect(try leftovers == [])
    }

    @Test func `what was erased since stays erased, and no import brings it back`() async throws {
        var open = try await opened()
        let kept = try await store("kept", in: open)
        let gone = try await store("the quixzle", in: open)
        try await store("of a guest", in: open, user: "guest")
        try await open.backUp(to: backup)
        try await open.eraseMemory(gone, as: "alden")
        try await open.eraseUser("guest", as: "system")
        try await open.close()
        let report = try await restore(force: true)
        #expect(report.erasedMemories == 1 && report.erasedUsers == 1 && report.memories == 1)
        open = try await opened()
        #expect(try await open.memory(kept, as: "alden").content == "kept")
        let again = MemoryImport(
            id: gone,
            userID: "iris",
            agentID: "alden",
            sessionID: nil,
            draft: MemoryDraft(content: "the quixzle")
        )
        #expect(try await open.importMemories([again]).erased == 1)
        #expect(try await open.verify().findings == [])
        try await open.close()
        #expect(try Data(contentsOf: URL(filePath: path)).range(of: Data("quixzle".utf8)) == nil)
    }

    @Test func `a damaged backup changes nothing`() async throws {
        let id = try await backedUp()
        var bytes = try Data(contentsOf: URL(filePath: backup))
        for place in stride(from: 5_000, to: bytes.count, by: 4_096) { bytes[place] ^= 0xFF }
        try bytes.write(to: URL(filePath: backup))
        await #expect(throws: MemoryError.self) { try await restore() }
        try Data("no database at all".utf8).write(to: URL(filePath: backup))
        await expect(.notAHearthStore) { try await restore() }
        try FileManager.default.removeItem(atPath: backup)
        await expect(.storeUnavailable) { try await restore() }
        let open = try await opened()
        #expect(try await open.memory(id, as: "alden").content == "first")
        try await open.close()
        #expect(try leftovers == [])
    }

    @Test func `a damaged store is moved aside only if it is forced`() async throws {
        let id = try await backedUp()
        try Data("what is left of it".utf8).write(to: URL(filePath: path))
        await expect(.notAHearthStore) { try await restore() }
        let aside = try #require(try await restore(force: true).movedAside)
        #expect(try Data(contentsOf: URL(filePath: aside)) == Data("what is left of it".utf8))
        let open = try await opened()
        #expect(try await open.memory(id, as: "alden").content == "first")
        try await open.close()
    }

    @Test(arguments: [true, false])
    func `a backup of before a memory became sensitive is sealed again, and plain only if that is allowed`(
        hasKey: Bool
    ) async throws {
        var sealing = options
        sealing.keyProvider = MemoryKeyProvider()
        var open = try await MemoryStore.open(.file(path), options: sealing)
        let id = try await store("the quixzle stands by the gate", in: open)
        let other = try await store("tea", in: open)
        try await open.backUp(to: backup)
        try await open.update(id, as: "alden", change: MemoryChange(isSensitive: true))
        try await open.close()
        let restoring = hasKey ? sealing : options
        if !hasKey {
            await expect(.keyUnavailable) {
                try await MemoryStore.restore(backup, to: path, isForced: true, options: options)
            }
            #expect(try leftovers == [])
            open = try await MemoryStore.open(.file(path), options: sealing)
            #expect(try await open.memory(id, as: "alden").isSensitive)
            try await open.close()
        }
        let report = try await MemoryStore.restore(
            backup,
            to: path,
            isForced: true,
            allowsPlain: !hasKey,
            options: restoring
        )
        #expect(report.sealedMemories == (hasKey ? 1 : 0) && report.plainMemories == (hasKey ? 0 : 1))
        open = try await MemoryStore.open(.file(path), options: sealing)
        let memory = try await open.memory(id, as: "alden")
        #expect(memory.content == "the quixzle stands by the gate" && memory.isSensitive == hasKey)
        #expect(try await open.memory(other, as: "alden").isSensitive == false)
        #expect(try await open.verify().findings == [])
        let found = ["", "-wal", "-shm"]
            .filter { suffix in
                FileManager.default.contents(atPath: path + suffix)?.range(of: Data("quixzl".utf8)) != nil
            }
        #expect(found.isEmpty == hasKey)
        try await open.close()
    }
}
