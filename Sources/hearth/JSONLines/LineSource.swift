import Glibc

/// The lines of a file or of standard input, in a form that can be read twice.
///
/// An import checks every line in the first reading and stores them in the second one. A file is read where it is; what
/// can be read only once, such as a pipe, is copied to a private temporary file first.
final class LineSource {
    /// What messages call it.
    let name: String
    /// The descriptor to read at any offset.
    let descriptor: Int32
    /// Bytes to read.
    ///
    /// What is appended to the file later has not been checked and isn't read.
    let count: Int
    /// Owns the descriptor if the input was copied.
    private let spool: TemporaryFile?

    /// Whether the input was copied, or comes from an open file that has no name here.
    var isCopy: Bool { spool != nil || isStandardInput }
    private let isStandardInput: Bool

    /// Opens a file, or standard input for "-".
    init(path: String, progress: ProgressLine) throws {
        name = path == "-" ? "standard input" : path
        isStandardInput = path == "-"
        let input = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw Self.failure(name) }
        if let size = Self.sizeOfFile(input) {
            (descriptor, count, spool) = (input, size, nil)
        } else {
            defer { close(input) }
            let copy = try Self.copy(of: input, name: name, progress: progress)
            (descriptor, count, spool) = (copy.descriptor, copy.count, copy)
        }
    }

    deinit {
        if spool == nil { close(descriptor) }
    }

    /// The size of a file that stands at its beginning; nil for anything that can't be read again.
    private static func sizeOfFile(_ descriptor: Int32) -> Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, lseek(descriptor, 0, SEEK_CUR) == 0
        else { return nil }
        return Int(status.st_size)
    }

    /// How much is read or copied at once.
    static let chunk = 1 << 16

    private static func copy(of input: Int32, name: String, progress: ProgressLine) throws -> TemporaryFile {
        let file = try TemporaryFile()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            let count = read(input, buffer.baseAddress, buffer.count)
            if count == 0 { return file }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(name)
            }
            try file.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            progress.show("Reading \(name): \(file.count >> 20) MiB")
        }
    }

    static func failure(_ name: String) -> CommandFailure {
        CommandFailure("\(name) can't be read: \(String(cString: strerror(errno))).")
    }
}
