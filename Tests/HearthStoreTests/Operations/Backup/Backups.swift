import Foundation
import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Copies of a store, made while it is in use.
@Suite struct Backups {
    private let directory: TemporaryDirectory
    private let shared: SharedStore
    private var store: MemoryStore { shared.store }
    private var copy: String { directory.file("copy.db") }

    init() async throws {
        directory = try TemporaryDirectory()
        shared = try await SharedStore(.file(directory.file("store.db")), embeds: false)
    }

    private var names: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: directory.path)
                .filter { !$0.hasPrefix("store.db") }.sorted()
        }
    }

    private func opened(_ path: String) async throws -> MemoryStore {
        var options = StoreOptions()
        options.embedder = nil
        options.clock = shared.clock.storeClock
        return try await MemoryStore.open(.file(path), options: options)
    }

    @Test func `a copy has what the store has, is sound, and only its owner can read it`() async throws {
        let id = try await shared.memory("The kettle is blue.")
        let shares = Mutex<[Double]>([])
        try await store.backUp(to: copy) { done in shares.withLock { $0.append(done) } }
        #expect(shares.withLock { $0.last == 1 && $0 == $0.sorted() })
        #expect(try names == ["copy.db"])
        let mode = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try shared.audit().last == "backup")
        let other = try await opened(copy)
        #expect(try await other.memory(id, as: "alden").content == "The kettle is blue.")
        #expect(try await other.verify().findings == [])
        try await other.close()
    }

    @Test func `others write while a copy is made, and it is of one state`() async throws {
        // One long word, which is analysed fast.
        let filler = String(repeating: "x", count: 6_000)
        _ = try await store.store(
            (0..<400).map { MemoryDraft(content: "\($0) \(filler)") },
            agentID: "alden",
            userID: shared.user
        )
        let store = store
        let writer = Task { [user = shared.user] in
            var count = 0
            while !Task.isCancelled {
                _ = try await store.store([MemoryDraft(content: "written \(count)")], agentID: "alden", userID: user)
                count += 1
            }
            return count
        }
        // At least one write happens while pages are copied.
        try await until { try store.read { $0.state.nextRow } > 420 }
        try await store.backUp(to: copy)
        writer.cancel()
        let written = try? await writer.value
        let other = try await opened(copy)
        let report = try await other.verify()
        #expect(report.findings == [])
        #expect(report.memories >= 400 && report.memories <= 400 + (written ?? .max - 400))
        try await other.close()
    }

    @Test func `what is there is never overwritten, and a bad path is refused`() async throws {
        try Data("precious".utf8).write(to: URL(filePath: copy))
        await expect(.invalidArgument) { try await store.backUp(to: copy) }
        #expect(try Data(contentsOf: URL(filePath: copy)) == Data("precious".utf8))
        await expect(.invalidArgument) { try await store.backUp(to: directory.file("store.db")) }
        let link = directory.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.file("nowhere.db"))
        await expect(.invalidArgument) { try await store.backUp(to: link) }
        await expect(.storeUnavailable) { try await store.backUp(to: directory.file("no/such/copy.db")) }
        await expect(.storeUnavailable) { try await store.backUp(to: directory.path + "/") }
        #expect(try names == ["copy.db", "link.db"])
    }

    @Test func `a backup that is cancelled leaves nothing behind`() async throws {
        let filler = String(repeating: "x", count: 6_000)
        _ = try await store.store(
            (0..<400).map { MemoryDraft(content: "\($0) \(filler)") },
            agentID: "alden",
            userID: shared.user
        )
        let (store, copy) = (store, copy)
        let (progress, report) = AsyncStream.makeStream(of: Double.self)
        // The copy waits until it is cancelled.
        let isCancelled = DispatchSemaphore(value: 0)
        let backup = Task {
            try await store.backUp(to: copy) { done in
                report.yield(done)
                isCancelled.wait()
                isCancelled.signal()
            }
        }
        for await _ in progress { break }
        backup.cancel()
        isCancelled.signal()
        await #expect(throws: CancellationError.self) { try await backup.value }
        #expect(try names == [])
        #expect(try !shared.audit().contains("backup"))
    }

    @Test func `a store that was opened read-only makes no copy, because nothing would say so`() async throws {
        var options = StoreOptions()
        options.isReadOnly = true
        let reader = try await MemoryStore.open(.file(directory.file("store.db")), options: options)
        await expect(.storeReadOnly) { try await reader.backUp(to: copy) }
        try await reader.close()
        #expect(try names == [])
    }

    @Test func `a backup has sensitive memories only sealed`() async throws {
        let sealed = try await SealedStore(embeds: false)
        let id = try await sealed.memory("the quixzle is under the stone")
        let copy = sealed.directory.file("copy.db")
        try await sealed.store.backUp(to: copy)
        #expect(try await sealed.found(["quixzle"]) == [])
        var options = StoreOptions()
        options.keyProvider = sealed.provider
        let other = try await MemoryStore.open(.file(copy), options: options)
        #expect(try await other.memory(id, as: "alden").content == "the quixzle is under the stone")
        try await other.close()
    }
}
