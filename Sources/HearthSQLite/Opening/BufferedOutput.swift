internal import Glibc
internal import Synchronization

/// Writes a new file from its beginning to its end.
package final class BufferedOutput: Sendable {
    private struct State {
        var buffer: [UInt8] = []
        var descriptor: Int32
    }

    private static let bufferSize = 1 << 16

    private let file: NewFile
    private let state: Mutex<State>

    package init(_ file: NewFile) throws {
        self.file = file
        state = Mutex(State(descriptor: try file.create()))
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
        }
    }

    package func write(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            state.buffer += bytes
            if state.buffer.count >= Self.bufferSize { try flush(&state) }
        }
    }

    /// Writes what is still held back and closes the file.
    package func finish() throws {
        try state.withLock { state in
            try flush(&state)
            close(state.descriptor)
            state.descriptor = -1
        }
    }

    private func flush(_ state: inout State) throws {
        try state.buffer.withUnsafeBytes { try file.write($0, to: state.descriptor) }
        state.buffer.removeAll(keepingCapacity: true)
    }
}
