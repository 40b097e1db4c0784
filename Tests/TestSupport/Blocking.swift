internal import Foundation
internal import Synchronization

/// Runs what blocks on a thread of its own, while the caller's task waits without one.
///
/// A test that blocks the thread it runs on, to read a pipe or to hold a database open, takes one from the pool that
/// every task shares. The pool has as many threads as the machine has cores, and so have Dispatch's queues: with each
/// of them blocked, nobody is left to run the task that they wait for.
public func blocking<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// A door that lets so many in at a time, first come first served.
///
/// Swift Testing starts every test at once. What takes a core of its own, as a child process does, would then run
/// everything else out of its time limits.
public final class Turnstile: Sendable {
    /// The door for child processes: one for each core, of which there are at least two.
    public static let children = Turnstile(places: max(2, ProcessInfo.processInfo.activeProcessorCount))

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    /// A door to a room of so many places.
    public init(places: Int) {
        state = Mutex(State(free: places))
    }

    /// Calls a closure once there is a place, and keeps the place until it has returned.
    ///
    /// The closure runs on threads outside the pool that tasks share: an exit test blocks the thread it runs on for as
    /// long as its child lives, and a child that waits for the test would wait forever once no thread is left for it.
    /// The closure must not go through the same door.
    public func pass<R, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> R
    ) async throws(Failure) -> R {
        await enter()
        defer { leave() }
        return try await withTaskExecutorPreference(ThreadExecutor.shared, operation: body)
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() as CheckedContinuation<Void, Never>? }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

/// Runs every job on a thread of its own, so that one that blocks holds up no other.
private final class ThreadExecutor: TaskExecutor {
    static let shared = ThreadExecutor()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
