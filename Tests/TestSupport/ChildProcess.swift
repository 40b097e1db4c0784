public import Foundation
import Synchronization

/// A program run as a process of its own.
///
/// Foundation's `Process` copies 256 bytes of each name in `/proc/self/fd`, however short (swift-corelibs-foundation,
/// pull request 5472). With more than a thousand files open, as tests that run side by side have, that may read past
/// the end of the heap and crash.
public final class ChildProcess: Sendable {
    /// How a process ended.
    public struct End: Sendable {
        /// What it exited with; the signal where one ended it.
        public var status: Int32
        /// Whether a signal ended it.
        public var wasKilled: Bool
    }

    /// Its number.
    public let id: Int32
    private let end = Mutex<End?>(nil)
    private let ended: AsyncStream<Void>

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: Its path.
    ///   - arguments: What follows its name.
    ///   - environment: The environment; nil: that of this process.
    ///   - directory: Where it begins; nil: where this process is.
    ///   - input: The descriptors that become its standard input, output and errors.
    public init(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        directory: String? = nil,
        input: Int32,
        output: Int32,
        errors: Int32
    ) throws {
        id = try Self.spawn(
            // It becomes the program, in the directory.
            directory.map { ["/usr/bin/env", "-C", $0, executable] } ?? [executable],
            arguments,
            environment ?? ProcessInfo.processInfo.environment,
            [input, output, errors]
        )
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        self.ended = ended
        // Waiting takes a thread; the pool's are for tasks.
        Thread.detachNewThread {
            let end = Self.wait(for: self.id)
            self.end.withLock { $0 = end }
            continuation.finish()
        }
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { end.withLock { $0 == nil } }

    /// Waits for the end; to be called once.
    public func outcome() async -> End {
        for await _ in ended {}
        return end.withLock { $0 } ?? End(status: -1, wasKilled: false)
    }

    /// Runs a program that is looked for in PATH, blocking, and gives back what it wrote.
    ///
    /// - Parameters:
    ///   - arguments: Its name and what follows it.
    ///   - descriptor: Whether to collect what it writes to standard output (1) or to errors (2).
    public static func run(_ arguments: [String], collecting descriptor: Int32) throws -> (end: End, written: Data) {
        let pipe = Pipe()
        let writing = pipe.fileHandleForWriting
        var streams: [Int32] = [0, 1, 2]
        streams[Int(descriptor)] = writing.fileDescriptor
        let id = try spawn(["/usr/bin/env"], arguments, ProcessInfo.processInfo.environment, streams)
        try writing.close()
        let written = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return (wait(for: id), written)
    }

    private static func spawn(
        _ program: [String],
        _ arguments: [String],
        _ environment: [String: String],
        _ streams: [Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, stream) in streams.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, stream, Int32(target))
        }
        // A pipe of a test that runs beside this one, and that a child had too, would never come to its end.
        let code = Self.closeFrom(&actions, Int32(streams.count))
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }

        // A child begins as a shell would start it, whatever this process does with signals.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var words = (program + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + settings { free(word) } }
        var id: pid_t = 0
        let started = posix_spawn(&id, program[0], &actions, &attributes, &words, &settings)
        guard started == 0 else { throw POSIXError(POSIXErrorCode(rawValue: started) ?? .EINVAL) }
        return id
    }

    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// `posix_spawn_file_actions_addclosefrom_np`, which glibc has since 2.34 and its module does not show.
    private static let closeFrom: CloseFrom = {
        let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        guard let symbol else { preconditionFailure("The C library is older than glibc 2.34.") }
        return unsafeBitCast(symbol, to: CloseFrom.self)
    }()

    private static func wait(for id: pid_t) -> End {
        var status: Int32 = 0
        while waitpid(id, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? End(status: status >> 8 & 0xFF, wasKilled: false) : End(status: signal, wasKilled: true)
    }
}
