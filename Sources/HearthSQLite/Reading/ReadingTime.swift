internal import Glibc

/// For how long each thread has read since its task last gave way to others.
///
/// A read runs on the thread of its caller, and tasks share few threads. A task that reads again and again never waits
/// for anything, so it would keep its thread for ever. To give way costs as much as the shortest read, so it is not
/// done at every call, but once enough time has gone into reading.
package enum ReadingTime {
    /// How many nanoseconds a thread reads before it is time to give way: so long does another task wait for it.
    private static let limit = 1_000_000

    /// The nanoseconds are kept as the thread's value of this key, so that nothing has to be allocated.
    private static let key: pthread_key_t? = {
        var key = pthread_key_t()
        return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// Runs a read, and counts its time.
    static func counting<R>(_ body: () throws -> R) rethrows -> R {
        let start = now()
        defer { nanoseconds += now() - start }
        return try body()
    }

    /// Whether it is time for the task on this thread to give way. The time then begins anew.
    package static func isOver() -> Bool {
        guard nanoseconds >= limit else { return false }
        nanoseconds = 0
        return true
    }

    private static var nanoseconds: Int {
        get { key.map { Int(bitPattern: pthread_getspecific($0)) } ?? 0 }
        set { if let key { pthread_setspecific(key, UnsafeRawPointer(bitPattern: newValue)) } }
    }

    private static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
