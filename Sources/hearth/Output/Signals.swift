import Glibc
import Synchronization

/// What this process does about signals.
enum Signals {
    /// Lets a write to a pipe that nobody reads, or beyond the limit on the size of files, fail instead of killing the
    /// process, so that the store is still closed and the reason is said.
    static func letWritesFail() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    /// From here on the first Ctrl-C is only noted; a second one ends the process as usual.
    static func noteInterrupts() {
        wasInterrupted.store(false, ordering: .relaxed)
        signal(SIGINT) { _ in
            wasInterrupted.store(true, ordering: .relaxed)
            signal(SIGINT, SIG_DFL)
        }
    }

    /// Whether Ctrl-C was pressed since ``noteInterrupts()``.
    static var interrupted: Bool { wasInterrupted.load(ordering: .relaxed) }
}

private let wasInterrupted = Atomic(false)
