internal import Glibc

/// Starts a thread that runs a closure.
///
/// What waits for locks, disks or other threads, or computes for long, must not do so on the threads that all tasks share.
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
