import HearthEmbedding
import Synchronization

/// Lets one task at a time make the vectors that are missing.
///
/// After a failure the task rests before it tries again, longer after each further one, whatever is stored meanwhile.
final class EmbeddingQueue: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        /// Whether a text was left without its vector since the task last looked.
        var hasMore = false
        var isClosed = false
        /// How often it failed since it last worked.
        var failures = 0
    }

    /// From half a second to ten minutes: soon after a hiccup, and no burden on a server that stays away.
    static let rest = RetryPolicy(attempts: .max, baseDelay: .seconds(1), maximumDelay: .seconds(600))

    private let state = Mutex(State())
    private let log: StoreLog
    private let patience: Duration
    private let sleep: @Sendable (Duration) async throws -> Void

    /// Creates a queue that has nothing to do.
    ///
    /// - Parameters:
    ///   - log: Where failures are noted.
    ///   - patience: How long closing waits for an embedder that takes no notice of its cancellation.
    ///   - sleep: Suspends the task between a failure and the next attempt.
    init(
        log: StoreLog,
        patience: Duration = .seconds(2),
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.log = log
        self.patience = patience
        self.sleep = sleep
    }

    /// How often the work failed since it last succeeded.
    var failures: Int { state.withLock { $0.failures } }

    /// Starts the work. If it is under way, it runs once more afterwards.
    func wake(_ work: @escaping @Sendable () async throws -> Void) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.hasMore = true
            guard state.task == nil else { return }
            state.task = Task { [weak self] in await self?.run(work) }
        }
    }

    /// Stops the work that is under way, and starts none any more.
    ///
    /// An embedder that goes on although it is cancelled is left to itself after a while: what it makes finds the store
    /// closed.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        guard let task else { return }
        task.cancel()
        let (end, continuation) = AsyncStream.makeStream(of: Void.self)
        let watch = Task {
            await task.value
            continuation.finish()
        }
        let limit = Task { [patience] in
            try await Task.sleep(for: patience)
            continuation.finish()
        }
        for await _ in end {}
        watch.cancel()
        limit.cancel()
    }

    private func run(_ work: @Sendable () async throws -> Void) async {
        var failures = 0
        while takeMore() {
            do {
                try await work()
                failures = 0
                state.withLock { $0.failures = 0 }
            } catch {
                guard !Task.isCancelled else { continue }
                failures += 1
                state.withLock { [failures] state in
                    state.hasMore = true
                    state.failures = failures
                }
                log.warn(error, "Vectors could not be made; attempt \(failures + 1) is made later.")
                let jitter = Double.random(in: 0.5...1)
                do {
                    try await sleep(Self.rest.delay(afterAttempt: failures, retryAfter: nil, jitter: jitter) ?? .zero)
                } catch {
                    // Cancelled: there is nothing more to do.
                    continue
                }
            }
        }
    }

    /// Whether there is more to do; if not, the task ends.
    private func takeMore() -> Bool {
        state.withLock { state in
            if state.isClosed || Task.isCancelled { state.hasMore = false }
            if !state.hasMore { state.task = nil }
            defer { state.hasMore = false }
            return state.hasMore
        }
    }
}
