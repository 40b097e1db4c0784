internal import Glibc

/// State behind a mutex, with a condition to wait for.
///
/// `Synchronization.Mutex` has no condition, and the writer and the readers are threads that wait for each other.
///
/// Sendable without the compiler's proof because the state is touched only under the mutex.
package final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    package init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // Deadlines don't move when somebody sets the clock.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Calls a closure with the state, while no other thread has it.
    package func withLock<R>(_ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the state and wakes everybody who waits for a change.
    package func change<R>(_ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer {
            pthread_mutex_unlock(mutex)
            pthread_cond_broadcast(condition)
        }
        return try body(&state)
    }

    /// Wakes everybody who waits for a change, after one that was made with ``withLock(_:)``.
    package func wakeAll() {
        pthread_cond_broadcast(condition)
    }

    /// Waits until a closure has an answer, asking it again after every change.
    package func wait<R>(for answer: (inout State) throws -> R?) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = try answer(&state) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Waits until a closure has an answer, but not beyond a time.
    ///
    /// - Returns: The answer, or `nil` when the time was up first.
    package func wait<R>(atMost limit: Duration, for answer: (inout State) throws -> R?) rethrows -> R? {
        // A year is as good as for ever, and can be added to any time.
        let limit = min(limit, .seconds(31_536_000))
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let end = deadline.tv_nsec + Int(limit.components.attoseconds / 1_000_000_000)
        deadline.tv_sec += Int(limit.components.seconds) + end / 1_000_000_000
        deadline.tv_nsec = end % 1_000_000_000

        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = try answer(&state) { return result }
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return try answer(&state) }
        }
    }
}

/// Starts a thread that runs a closure.
///
/// Code that waits for locks, disks or other threads, or computes for long, must not run on the threads that all tasks
/// share.
func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Body(body))
    let code = pthread_create(
        &thread,
        nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        },
        context.toOpaque()
    )
    guard code == 0 else {
        context.release()
        throw StoreFileError.system(path: "a thread", errno: code, message: String(cString: strerror(code)))
    }
    pthread_detach(thread)
}

/// Runs what may block, such as work on files, on a thread of its own.
package func onThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try startThread { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}
