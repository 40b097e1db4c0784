import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct LogLines {
    private static let canary = "canary-7f3a"

    @Test func `an operator reads of openings, syncs that fail, keys and the end`() async throws {
        let directory = try TemporaryDirectory()
        let lines = RecordedLog()
        let shared = try await SharedStore(.file(directory.file("store.db")), embeds: false) { options in
            options.logger = lines.logger
            options.keyProvider = MemoryKeyProvider()
        }
        let secret = MemoryDraft(content: "\(Self.canary) sealed", isSensitive: true)
        _ = try await shared.store.store([secret], agentID: "alden", userID: shared.user)
        let id = try await shared.memory("\(Self.canary) plain", of: "alden")
        try await shared.edit(id, as: "alden", content: "\(Self.canary) edited")
        _ = try await shared.lock(id, as: "system")
        let result = try await shared.sync("alden")
        #expect(!result.errors.isEmpty)
        try await shared.store.close()
        let again = try await SharedStore(.file(directory.file("store.db")), clock: shared.clock, embeds: false) {
            $0.logger = lines.logger
        }
        try await again.store.close()
        let texts = lines.texts
        for event in [
            "debug: Made a new store.", "info: Made the keys", "warning: A sync left drafts behind",
            "debug: Opened the store.",
            "debug: Closed the store.",
        ] {
            #expect(texts.contains { $0.hasPrefix(event) }, "\(event): \(texts)")
        }
        #expect(texts.contains { $0.contains("agent") && $0.contains("alden") })
        #expect(
            !texts.contains { $0.contains(Self.canary) || $0.contains(id.rawValue) || $0.contains("user_123") },
            "\(texts)"
        )
    }

    @Test func `a log that was left behind is said to be taken over`() async throws {
        let directory = try TemporaryDirectory()
        let first = try await SharedStore(.file(directory.file("store.db")), embeds: false)
        _ = try await first.memory()
        let lines = RecordedLog()
        let second = try await SharedStore(.file(directory.file("store.db")), embeds: false) {
            $0.logger = lines.logger
        }
        #expect(lines.texts.contains { $0.hasPrefix("info: Took over a write-ahead log") }, "\(lines.texts)")
        try await second.store.close()
        try await first.store.close()
    }

    @Test func `a checkpoint that fails is said once, and so is its end`() {
        let lines = RecordedLog()
        let observer = StoreObserver(log: StoreLog(lines.logger), metrics: nil)
        let failure = MemoryError(code: .storeFull, message: LogLines.canary)
        for _ in 0..<3 { observer.didKeepLogSmall(.failure(failure)) }
        for _ in 0..<3 { observer.didKeepLogSmall(.success(())) }
        #expect(lines.texts.count == 2, "\(lines.texts)")
        #expect(lines.texts[0].hasPrefix("warning: The write-ahead log could not be copied"))
        #expect(lines.texts[1].hasPrefix("info: The write-ahead log is copied into the file again."))
        #expect(!lines.texts.contains { $0.contains(LogLines.canary) })
    }

    @Test func `a key that can't be had is said, without what the provider said`() async throws {
        let lines = RecordedLog()
        let provider = MemoryKeyProvider()
        let directory = try TemporaryDirectory()
        let path = StoreLocation.file(directory.file("store.db"))
        let shared = try await SharedStore(path, embeds: false) { $0.keyProvider = provider }
        let secret = MemoryDraft(content: Self.canary, isSensitive: true)
        let id = try await shared.store.store([secret], agentID: "alden", userID: shared.user)[0]
        try await shared.store.close()
        let again = try await SharedStore(path, clock: shared.clock, embeds: false) { options in
            options.keyProvider = MemoryKeyProvider(identifier: "another")
            options.logger = lines.logger
        }
        await #expect(throws: MemoryError.self) { try await again.store.memory(id, as: "alden") }
        #expect(
            lines.texts.contains { $0.hasPrefix("notice: A key for sensitive memories could not be had") },
            "\(lines.texts)"
        )
        #expect(!lines.texts.contains { $0.contains(Self.canary) })
        try await again.store.close()
    }
}
