import FoundationEssentials
import Glibc

/// A file of this process alone: it has no name, and it is gone once its descriptor is closed.
final class TemporaryFile {
    let descriptor: Int32
    /// Bytes written so far.
    private(set) var count = 0
    private let directory: String

    init() throws {
        directory = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(directory)/hearth-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure(in: directory) }
        unlink(template)
    }

    deinit {
        close(descriptor)
    }

    /// Writes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(count))
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.failure(in: directory)
            }
            count += written
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
    }

    /// Reads values that were written as their bytes.
    func read<Element: BitwiseCopyable>(_ count: Int, at offset: Int) throws -> [Element] {
        let wanted = count * MemoryLayout<Element>.stride
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            var done = 0
            while done < wanted {
                let bytes = UnsafeMutableRawPointer(buffer.baseAddress!) + done
                let got = pread(descriptor, bytes, wanted - done, off_t(offset + done))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    throw CommandFailure("A temporary file can't be read back: \(String(cString: strerror(errno))).")
                }
                done += got
            }
            initialized = count
        }
    }

    private static func failure(in directory: String) -> CommandFailure {
        if errno == EFBIG {
            return CommandFailure(
                "A temporary file in \(directory) reached the limit on the size of files (`ulimit -f`). Raise it and try again."
            )
        }
        return CommandFailure(
            "A temporary file can't be written in \(directory): \(String(cString: strerror(errno))). TMPDIR names another directory."
        )
    }
}
