internal import Foundation
internal import Glibc
internal import HearthModel
internal import Synchronization

/// A connection with a thread of its own: calls wait there, and no thread of the pool that tasks share ever does.
///
/// Calls run one after another. A call that is cancelled ends at once: one that waits for its turn is taken out, one that
/// runs gives up its wait, and the server is asked to stop. A connection that broke is made anew, and the call is tried
/// once more, so every call must be one that may run twice.
final class PostgreSQLSession: Sendable {
    /// How long one answer may take.
    let limit: Duration
    private let shared: Shared

    init(library: LibPQ, settings: ConnectionSettings, limit: Duration) {
        self.limit = limit
        shared = Shared(library: library, settings: settings)
    }

    deinit { shared.close() }

    /// Runs a closure with the connection, on the session's thread.
    func run<R: Sendable>(_ body: @escaping @Sendable (PostgreSQLLink) throws -> R) async throws -> R {
        let number = shared.number()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job = Job(number: number) { link, error in
                    continuation.resume(
                        with: Result {
                            if let error { throw error }
                            guard let link else { throw CancellationError() }
                            return try Self.twice(body, link)
                        }
                    )
                }
                shared.enqueue(job)
                if Task.isCancelled { shared.cancel(number) }
            }
        } onCancel: {
            shared.cancel(number)
        }
    }

    /// Ends the connection; calls that wait end with `.closed`.
    func close() { shared.close() }

    private static func twice<R>(_ body: (PostgreSQLLink) throws -> R, _ link: PostgreSQLLink) throws -> R {
        do {
            return try body(link)
        } catch is PostgreSQLLink.Lost {
            link.drop()
            do {
                return try body(link)
            } catch let error as PostgreSQLLink.Lost {
                throw MemoryError.hubUnavailable(
                    "The connection to the hub at \(link.settings.name) broke: \(error.message)"
                )
            } catch is PostgreSQLRows.Unexpected {
                throw unexpected(link)
            }
        } catch is PostgreSQLRows.Unexpected {
            throw unexpected(link)
        }
    }

    private static func unexpected(_ link: PostgreSQLLink) -> MemoryError {
        .hubUnavailable("The hub at \(link.settings.name) answers in another way than a hub does.")
    }
}

extension PostgreSQLSession {
    /// A call: it is given the connection, or the reason why it does not run.
    private struct Job: Sendable {
        var number: Int
        var run: @Sendable (PostgreSQLLink?, (any Error)?) -> Void
    }

    /// What the callers and the thread share; the thread ends with ``close()``.
    private final class Shared: Sendable {
        private struct State {
            var jobs: [Job] = []
            var running: Int?
            var isCancelled = false
            var isClosed = false
            var isStarted = false
            var next = 0
        }

        private let library: LibPQ
        private let settings: ConnectionSettings
        private let pipe = WakePipe()
        private let state = Mutex(State())

        init(library: LibPQ, settings: ConnectionSettings) {
            self.library = library
            self.settings = settings
        }

        func number() -> Int {
            state.withLock { state in
                state.next += 1
                return state.next
            }
        }

        func enqueue(_ job: Job) {
            let (isClosed, starts) = state.withLock { state in
                if state.isClosed { return (true, false) }
                state.jobs.append(job)
                defer { state.isStarted = true }
                return (false, !state.isStarted)
            }
            if isClosed { return job.run(nil, Self.closed) }
            if starts { Thread.detachNewThread { self.work() } }
            pipe.wake()
        }

        func cancel(_ number: Int) {
            let waiting = state.withLock { state -> Job? in
                if let index = state.jobs.firstIndex(where: { $0.number == number }) {
                    return state.jobs.remove(at: index)
                }
                if state.running == number { state.isCancelled = true }
                return nil
            }
            waiting?.run(nil, CancellationError())
            pipe.wake()
        }

        func close() {
            let waiting = state.withLock { state in
                state.isClosed = true
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in waiting { job.run(nil, Self.closed) }
            pipe.wake()
        }

        private static let closed = MemoryError(code: .closed, message: "The connection to the hub was closed.")

        private func checkStop() throws {
            let (isCancelled, isClosed) = state.withLock { ($0.isCancelled, $0.isClosed) }
            if isCancelled { throw CancellationError() }
            if isClosed { throw Self.closed }
        }

        /// The thread's own loop.
        private func work() {
            let link = PostgreSQLLink(
                library: library,
                settings: settings,
                pipe: pipe,
                checkStop: checkStop
            )
            while true {
                let (job, isClosed) = state.withLock { state -> (Job?, Bool) in
                    guard !state.isClosed, !state.jobs.isEmpty else { return (nil, state.isClosed) }
                    let job = state.jobs.removeFirst()
                    state.running = job.number
                    state.isCancelled = false
                    return (job, false)
                }
                if let job {
                    job.run(link, nil)
                    state.withLock { $0.running = nil }
                } else if isClosed {
                    return link.drop()
                } else {
                    var descriptor = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
                    _ = poll(&descriptor, 1, -1)
                    pipe.drain()
                }
            }
        }
    }
}
