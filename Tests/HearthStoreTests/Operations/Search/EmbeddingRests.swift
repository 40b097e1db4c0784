import HearthEmbedding
import Logging
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// The task that makes vectors in the background: how it rests after a failure, and how it ends.
@Suite(.timeLimit(.minutes(60))) struct EmbeddingRests {
    private let clock = TestClock()

    private func store(with embedder: any Embedder, logger: Logger = Logger(label: "test")) async throws -> MemoryStore
    {
        var options = StoreOptions()
        options.embedder = embedder
        options.clock = clock.storeClock
        options.durability = .normal
        options.logger = logger
        return try await MemoryStore.open(.temporary, options: options)
    }

    private func keep(_ content: String, in store: MemoryStore) async throws {
        _ = try await store.store([MemoryDraft(content: content)], agentID: "alden", userID: "iris")
    }

    @Test func `after a failure nothing is sent until the rest is over, whatever is stored`() async throws {
        let embedder = ScriptedEmbedder { _ in throw EmbeddingError(.accessRefused, "Key.") }
        let store = try await store(with: embedder)
        try await keep("Tea at four", in: store)
        try await until { clock.sleepers == 1 }
        for index in 0..<20 { try await keep("Note \(index)", in: store) }
        #expect(embedder.requests.count == 1)

        clock.advance(by: .seconds(1))
        try await until { embedder.requests.count == 2 && clock.sleepers == 1 }
        // The second rest is from one to two seconds.
        clock.advance(by: .milliseconds(999))
        #expect(clock.sleepers == 1)
        embedder.become { _ in [1, 0] }
        clock.advance(by: .seconds(1))
        try await until { try await store.embeddingStatus().pending == 0 }
        try await store.close()
    }

    @Test func `rests grow to ten minutes and no further, and never are nothing`() {
        let rests = (1...1_000)
            .map { EmbeddingQueue.rest.delay(afterAttempt: $0, retryAfter: nil, jitter: 0.5) }
        #expect(rests.first == .milliseconds(500))
        #expect(rests.last == .seconds(300))
        #expect(rests.allSatisfy { $0 != nil })
    }

    /// An embedder that never answers, and says when it is asked and when it is cancelled.
    private final class SilentEmbedder: Embedder {
        let identifier = "silent"
        let dimension = 2
        let isAsked = Mutex(false)
        let isCancelled = Mutex(false)

        func embed(_ texts: [String]) async throws -> [[Float]] {
            isAsked.withLock { $0 = true }
            do {
                while true { try await Task.sleep(for: .seconds(3_600)) }
            } catch {
                isCancelled.withLock { $0 = true }
                throw error
            }
        }
    }

    @Test func `closing the store ends a request that waits for its answer`() async throws {
        let embedder = SilentEmbedder()
        let store = try await store(with: embedder)
        try await keep("Tea at four", in: store)
        try await until { embedder.isAsked.withLock { $0 } }
        try await store.close()
        #expect(embedder.isCancelled.withLock { $0 })
    }

    @Test func `closing the store ends a rest`() async throws {
        let embedder = ScriptedEmbedder { _ in throw EmbeddingError(.serverUnreachable, "Away.") }
        let store = try await store(with: embedder)
        try await keep("Tea at four", in: store)
        try await until { clock.sleepers == 1 }
        try await store.close()
        #expect(clock.sleepers == 0)
        #expect(embedder.requests.count == 1)
    }

    @Test func `closing does not wait for work that takes no notice of it, and none begins afterwards`() async throws {
        let queue = EmbeddingQueue(log: StoreLog(Logger(label: "test")), patience: .zero) { _ in }
        let (started, begin) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        queue.wake {
            begin.finish()
            await Task { for await _ in released {} }.value
        }
        for await _ in started {}
        await queue.close()
        let runs = Mutex(0)
        queue.wake { runs.withLock { $0 += 1 } }
        release.finish()
        await queue.close()
        #expect(runs.withLock { $0 } == 0)
    }

    @Test func `a failure is a line in the log that quotes neither texts nor messages`() async throws {
        let lines = RecordedLog()
        let embedder = ScriptedEmbedder { throw EmbeddingError(.serverFailed, "Can't embed \($0)") }
        let store = try await store(with: embedder, logger: lines.logger)
        try await keep("The secret ingredient", in: store)
        try await until { clock.sleepers == 1 }
        #expect(lines.troubles.count == 1)
        #expect(lines.troubles.allSatisfy { $0.contains("embedderUnavailable: serverFailed") })
        #expect(lines.texts.allSatisfy { !$0.contains("secret") && !$0.contains("Can't") })
        try await store.close()
        #expect(lines.troubles.count == 1)
    }
}
