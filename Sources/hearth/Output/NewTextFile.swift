import Glibc
import HearthMemory
import Synchronization

/// A new file that is written beside its place, and comes to its place whole or not at all. What is there already stays.
final class NewTextFile: Sendable {
    private struct State {
        var lines = 0
        var buffer: [UInt8] = []
        var isOpen = true
    }

    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let state = Mutex(State())

    private static let bufferSize = 1 << 16

    /// - Throws: `CommandFailure` if there is something at the path, or no such directory.
    init(path: String) throws {
        guard !Self.isThere(path) else { throw Self.taken(path) }
        self.path = path
        temporary = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    /// How many lines were written.
    var lines: Int { state.withLock(\.lines) }

    func write(_ line: String) throws {
        try state.withLock { state in
            state.buffer += line.utf8
            state.lines += 1
            if state.buffer.count >= Self.bufferSize { try flush(&state) }
        }
    }

    /// Puts the file in its place, durably.
    ///
    /// - Throws: `CommandFailure` if there is something by now.
    func finish() throws {
        try state.withLock { state in
            try flush(&state)
            guard fsync(descriptor) == 0 else { throw Self.failure(path) }
            try Self.move(temporary, to: path)
            close(descriptor)
            state.isOpen = false
        }
    }

    /// Leaves nothing behind.
    func abandon() {
        state.withLock { state in
            guard state.isOpen else { return }
            close(descriptor)
            unlink(temporary)
            state.isOpen = false
        }
    }

    private func flush(_ state: inout State) throws {
        var written = 0
        while written < state.buffer.count {
            let count = state.buffer[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw Self.failure(path)
            }
        }
        state.buffer.removeAll(keepingCapacity: true)
    }

    /// A link is never made in the place of something. File systems of memory cards have none: there it is looked before.
    private static func move(_ source: String, to path: String) throws {
        if link(source, path) == 0 {
            unlink(source)
            return
        }
        guard errno != EEXIST else { throw taken(path) }
        guard [EPERM, EOPNOTSUPP, EMLINK].contains(errno) else { throw failure(path) }
        guard !isThere(path) else { throw taken(path) }
        guard rename(source, path) == 0 else { throw failure(path) }
    }

    /// Whether there is anything at a path, also a link that leads nowhere.
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func taken(_ path: String) -> CommandFailure {
        CommandFailure(
            "There is something at \(path) already, and nothing is overwritten. Choose another path, or move it away."
        )
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) can't be written: \(SystemError.reason(errno, writing: path)).")
    }
}
