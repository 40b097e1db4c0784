import Glibc
import Synchronization

/// Signals that mostly end a process, kept from doing so while something is to be put right first. There is one at a time.
///
/// What this process ignores, or looks out for in another way than by a handler, is left so.
struct PostponedSignals {
    private static let numbers = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]

    private let end: Int32
    private let former: [(number: Int32, action: sigaction)]

    /// - Throws: `CommandFailure` if the process has too many files open.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CommandFailure("The terminal can't be waited for: \(String(cString: strerror(errno))).")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        end = ends[0]
        postponed.store(ends[1], ordering: .sequentiallyConsistent)
        former = Self.numbers.compactMap { number in
            var former = sigaction()
            guard sigaction(number, nil, &former) == 0, !Self.isIgnored(former) else { return nil }
            signal(number, note)
            return (number, former)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        // SIG_IGN is a macro of a cast that has no name in Swift that compares.
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Waits until there is something to read.
    ///
    /// - Returns: False if a signal came instead.
    func waitToRead(from descriptor: Int32) -> Bool {
        var polled = [descriptor, end].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&polled, nfds_t(polled.count), -1) < 0, errno == EINTR {}
        return polled[1].revents == 0
    }

    /// Notes a signal as if it had come.
    func postpone(_ number: Int32) {
        note(number)
    }

    /// Lets signals do again what they did before, and sends those that came.
    ///
    /// What ends the process has ended it before this returns.
    func deliver() {
        for (number, action) in former {
            var action = action
            sigaction(number, &action, nil)
        }
        close(postponed.exchange(-1, ordering: .sequentiallyConsistent))
        var number: UInt8 = 0
        while read(end, &number, 1) == 1 { Self.send(Int32(number)) }
        close(end)
    }

    /// Sends a signal to this very thread, so that it acts at once.
    ///
    /// The threads of a pool hold signals back. What is sent to the process waits for another thread then, and this one would go
    /// on meanwhile.
    private static func send(_ number: Int32) {
        var sent = sigset_t()
        var former = sigset_t()
        sigemptyset(&sent)
        sigaddset(&sent, number)
        pthread_sigmask(SIG_UNBLOCK, &sent, &former)
        raise(number)
        pthread_sigmask(SIG_SETMASK, &former, nil)
    }
}

/// Where the handler says which signal came.
private let postponed = Atomic<Int32>(-1)

private func note(_ number: Int32) {
    let code = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(postponed.load(ordering: .sequentiallyConsistent), &byte, 1)
    errno = code
}
