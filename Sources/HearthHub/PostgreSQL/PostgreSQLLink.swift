internal import Foundation
internal import Glibc
internal import HearthModel

/// One connection to a server. It belongs to the thread of its session, and everything that waits here waits there.
///
/// libpq is used without blocking, so that a wait ends when the answer comes, when its time is up, or when somebody
/// cancels: the session writes to a pipe that every wait listens to as well.
final class PostgreSQLLink {
    /// The connection broke; whether the statement was done is not known.
    struct Lost: Error {
        var message: String
    }

    let library: LibPQ
    let settings: ConnectionSettings
    private let pipe: WakePipe
    /// Throws when the work at hand is to end: `CancellationError`, or that the hub was closed.
    private let checkStop: () throws -> Void
    private(set) var handle: LibPQ.Handle?
    /// The channels that this connection listens to.
    var channels: Set<String> = []
    /// Whether this connection has looked which schema the hub has.
    var knowsSchema = false

    init(
        library: LibPQ,
        settings: ConnectionSettings,
        pipe: WakePipe,
        checkStop: @escaping () throws -> Void
    ) {
        self.library = library
        self.settings = settings
        self.pipe = pipe
        self.checkStop = checkStop
    }

    deinit { drop() }

    /// Ends the connection, if there is one.
    func drop() {
        if let handle { library.finish(handle) }
        handle = nil
        channels = []
        knowsSchema = false
    }

    // MARK: Connecting

    /// The connection; makes one where there is none.
    func connected(within limit: Duration) throws -> LibPQ.Handle {
        if let handle {
            if library.status(handle) == LibPQ.Status.ok { return handle }
            drop()
        }
        do {
            return try connect(until: ContinuousClock.now + limit)
        } catch {
            drop()
            throw error
        }
    }

    private func connect(until deadline: ContinuousClock.Instant) throws -> LibPQ.Handle {
        let options = settings.connecting
        var keywords = options.map { strdup($0.keyword) } + [nil]
        var values = options.map { strdup($0.value) } + [nil]
        defer { for word in keywords + values { free(word) } }
        let started = keywords.withUnsafeMutableBufferPointer { keywords in
            values.withUnsafeMutableBufferPointer { values -> LibPQ.Handle? in
                guard let keywords = keywords.baseAddress, let values = values.baseAddress else { return nil }
                return keywords.withMemoryRebound(to: LibPQ.Text?.self, capacity: options.count + 1) { keywords in
                    values.withMemoryRebound(to: LibPQ.Text?.self, capacity: options.count + 1) { values in
                        library.connectStartParams(keywords, values, 0)
                    }
                }
            }
        }
        guard let started else { throw unreachable("there is no memory for a connection") }
        handle = started
        var polling = LibPQ.Polling.writing
        while polling != LibPQ.Polling.ok {
            guard polling != LibPQ.Polling.failed, library.socket(started) >= 0 else { throw unreachable(message) }
            let events = polling == LibPQ.Polling.reading ? POLLIN : POLLOUT
            guard try wait(for: Int16(events), until: deadline) else { throw unreachable("it did not answer in time") }
            polling = library.connectPoll(started)
        }
        guard library.status(started) == LibPQ.Status.ok, library.setNonBlocking(started, 1) == 0 else {
            throw unreachable(message)
        }
        // Notices would go to standard error.
        _ = library.setNoticeProcessor(started, { _, _ in }, nil)
        return started
    }

    /// What libpq says is wrong, without secrets.
    var message: String {
        guard let handle, let text = library.errorMessage(handle) else { return "the connection broke" }
        let message = settings.redacted(String(cString: text))
        return message.isEmpty ? "the connection broke" : message
    }

    func unreachable(_ reason: String) -> MemoryError {
        let said = reason.last.map { ".?!".contains($0) } ?? false ? reason : reason + "."
        let remedy = Self.remedy(for: reason).map { " " + $0 } ?? ""
        return .hubUnavailable("The hub at \(settings.name) can't be reached: \(said)\(remedy)")
    }

    /// What to do about what libpq or the server says, by words of theirs.
    private static func remedy(for reason: String) -> String? {
        remedies.first { $0.words.contains { reason.contains($0) } }?.remedy
    }

    private static let remedies: [(words: [String], remedy: String)] = [
        // Its words name a user, a database and encryption too.
        (["pg_hba.conf"], "Let the server's pg_hba.conf have a line for this machine and role."),
        (
            ["certificate", "SSL", "sslmode"],
            "Check sslmode and sslrootcert in the connection string, and that the certificate names the host."
        ),
        (
            ["password authentication failed", "no password supplied", "is not permitted to log in", "role \""],
            "Give the right role and password with --hub-file or HEARTH_HUB (an administrator's: --admin-file); if the device was removed, invite it anew."
        ),
        (
            ["database \""],
            "Check dbname; an administrator makes a hub in a database that is there with `hearth hub init`."
        ),
        (
            [
                "could not translate host name", "could not parse network address", "Connection refused", "timeout",
                "in time", "No such file",
                "unreachable",
            ],
            "Check host and port, that the server runs, and that it listens to your network."
        ),
    ]

    // MARK: Waiting

    /// Waits until the connection has something to read, or room to write.
    ///
    /// - Returns: Whether it has; false when the time was up.
    /// - Throws: What ``checkStop`` throws.
    func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws -> Bool {
        while true {
            try checkStop()
            guard let handle else { throw Lost(message: "the connection broke") }
            let rest = deadline - ContinuousClock.now
            guard rest > .zero else { return false }
            var descriptors = [
                pollfd(fd: library.socket(handle), events: events, revents: 0),
                pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&descriptors, 2, Self.milliseconds(rest))
            guard count >= 0 || errno == EINTR else { throw Lost(message: String(cString: strerror(errno))) }
            if count > 0, descriptors[1].revents != 0 {
                pipe.drain()
                continue
            }
            if count > 0, descriptors[0].revents != 0 { return true }
        }
    }

    /// A time for `poll`, rounded up, and at most a minute: then it looks again.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        guard seconds < 60 else { return 60_000 }
        return Int32(seconds) * 1_000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    /// Asks the server to give up what it does, on a thread of its own: this takes a connection, which may hang.
    func requestCancellation() {
        guard let handle, let request = library.getCancel(handle) else { return }
        let library = library
        Self.cancel(Request(handle: request), library)
    }

    /// A request to cancel belongs to whoever asked for it, and libpq lets it be used on any thread (31.7 of its manual);
    /// so it is given away, once.
    private struct Request: @unchecked Sendable {
        let handle: LibPQ.Handle
    }

    private static func cancel(_ request: Request, _ library: LibPQ) {
        Thread.detachNewThread {
            var message = [CChar](repeating: 0, count: 256)
            _ = library.cancel(request.handle, &message, 256)
            library.freeCancel(request.handle)
        }
    }
}
