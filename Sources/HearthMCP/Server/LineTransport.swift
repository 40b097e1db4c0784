import Dispatch
import Foundation
import Glibc
import HearthText
import Synchronization

/// Serves a client over two descriptors: lines in, lines out, until the input ends or a signal comes.
public enum LineTransport {
    /// A memory holds 4 MiB, and what is around it takes some more.
    public static let longestLine = 8 << 20
    /// How long requests may go on once the client has closed its end.
    private static let patience = Duration.seconds(5)
    /// So many lines are read ahead of what is taken in.
    private static let linesAhead = 64

    /// How a service ended.
    public enum End: Sendable {
        /// The client closed its end.
        case inputEnded
        /// A signal asked the process to end.
        case terminated
        /// The client no longer reads.
        case readerLeft
    }

    /// Serves until the end, and then closes the server.
    ///
    /// - Parameters:
    ///   - input: Where the client's lines come from.
    ///   - output: Where the server's go. Nothing else may write there.
    ///   - makeServer: Makes the server with what takes its lines.
    /// - Returns: Why it ended.
    public static func serve(
        input: Int32,
        output: Int32,
        _ makeServer: (@escaping @Sendable ([UInt8]) -> Void) throws -> MCPServer
    ) async throws -> End {
        let bell = try Bell()
        let writer = LineWriter(descriptor: output, onFailure: bell)
        let server = try makeServer { writer.write($0) }
        bell.ringOnSignals()
        let ahead = DispatchSemaphore(value: linesAhead)
        let (lines, continuation) = AsyncStream<LineReader.Line>.makeStream()
        Thread.detachNewThread {
            // Reading blocks, so it has a thread of its own.
            var reader = LineReader(descriptor: input, bell: bell.listening, longest: longestLine)
            while let line = reader.next() {
                ahead.wait()
                continuation.yield(line)
            }
            continuation.finish()
        }
        for await line in lines {
            switch line {
            case .whole(let bytes): server.receive(bytes)
            case .tooLong(let id): server.refuseLongLine(id, limit: longestLine)
            }
            ahead.signal()
        }
        let end: End = writer.hasFailed ? .readerLeft : bell.hasRung ? .terminated : .inputEnded
        await server.close(after: end == .inputEnded ? patience : .zero)
        return end
    }
}

/// Cuts what a descriptor gives into lines.
struct LineReader {
    enum Line: Sendable {
        case whole([UInt8])
        /// It was longer than lines may be, and is dropped but for the id of its message.
        case tooLong(id: JSONValue)
    }

    private let descriptor: Int32
    /// Where it can be read that reading is to end.
    private let bell: Int32
    private let longest: Int
    private var pending: [UInt8] = []
    /// Up to here there is no line break.
    private var searched = 0
    /// What has been found of a line that is being dropped.
    private var dropped: IdentifierScanner?
    private var hasEnded = false

    private static let chunk = 1 << 16

    init(descriptor: Int32, bell: Int32, longest: Int) {
        self.descriptor = descriptor
        self.bell = bell
        self.longest = longest
    }

    /// The next line without its break; nil at the end. What stands behind the last break is a line too.
    mutating func next() -> Line? {
        while true {
            if let place = pending[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<place])
                pending.removeSubrange(...place)
                searched = 0
                if line.count > longest || dropped != nil { return drop(line) }
                return .whole(line)
            }
            if hasEnded { return last() }
            searched = pending.count
            if pending.count > longest || dropped != nil {
                dropped = dropped ?? IdentifierScanner()
                dropped?.read(pending[...])
                pending.removeAll(keepingCapacity: true)
                searched = 0
            }
            readSome()
        }
    }

    /// The line whose last bytes are given.
    private mutating func drop(_ rest: [UInt8]) -> Line {
        var scanner = dropped ?? IdentifierScanner()
        scanner.read(rest[...])
        dropped = nil
        return .tooLong(id: scanner.id)
    }

    private mutating func last() -> Line? {
        if dropped != nil {
            defer { pending = [] }
            return drop(pending)
        }
        guard !pending.isEmpty else { return nil }
        defer {
            pending = []
            searched = 0
        }
        return .whole(pending)
    }

    /// Waits for bytes or for the bell.
    private mutating func readSome() {
        var waiting = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&waiting, 2, -1) >= 0 else {
            hasEnded = errno != EINTR
            return
        }
        guard waiting[1].revents == 0 else {
            // Nothing more is taken in, not even what has come already.
            (pending, hasEnded, dropped) = ([], true, nil)
            return
        }
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let count = read(descriptor, &buffer, buffer.count)
        if count > 0 {
            pending += buffer[..<count]
        } else if count == 0 || errno != EINTR && errno != EAGAIN {
            hasEnded = true
        }
    }
}

/// Writes lines whole; once that fails, none any more.
private final class LineWriter: Sendable {
    private let descriptor: Int32
    private let bell: Bell
    private let failure = Atomic(false)

    init(descriptor: Int32, onFailure bell: Bell) {
        self.descriptor = descriptor
        self.bell = bell
    }

    var hasFailed: Bool { failure.load(ordering: .relaxed) }

    func write(_ bytes: [UInt8]) {
        guard !hasFailed else { return }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                failure.store(true, ordering: .relaxed)
                return bell.ring()
            }
        }
    }
}

/// Wakes the thread that reads: a signal, or a client that no longer reads, ends the service.
private final class Bell: Sendable {
    let listening: Int32
    private let ringing: Int32
    private let rung = Atomic(false)

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EMFILE)
        }
        (listening, ringing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        _ = signalled.compareExchange(expected: ringing, desired: -1, ordering: .relaxed)
        Glibc.close(listening)
        Glibc.close(ringing)
    }

    var hasRung: Bool {
        var waiting = pollfd(fd: listening, events: Int16(POLLIN), revents: 0)
        return poll(&waiting, 1, 0) > 0
    }

    func ring() {
        ringBell(ringing)
    }

    /// Rings when the process is asked to end. A second time it ends as usual.
    func ringOnSignals() {
        signalled.store(ringing, ordering: .relaxed)
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                ringBell(signalled.load(ordering: .relaxed))
                signal(number, SIG_DFL)
            }
        }
    }
}

/// The descriptor that a signal writes to; -1 for none.
private let signalled = Atomic<Int32>(-1)

private func ringBell(_ descriptor: Int32) {
    var byte: UInt8 = 1
    _ = Glibc.write(descriptor, &byte, 1)
}
