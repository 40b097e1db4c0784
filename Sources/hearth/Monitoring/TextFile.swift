import Glibc
import HearthMemory

/// A file that others read at any moment, replaced as a whole.
enum TextFile {
    /// The most of a file that is looked at to tell what it is, in bytes.
    private static let beginning = 256

    /// Writes a file beside its place and moves it there, so that a reader sees the old one or the new one.
    ///
    /// Anyone may read it: the collector that does runs as another user.
    ///
    /// - Parameter isOwn: Whether what is there may be replaced, by how it begins.
    /// - Throws: `CommandFailure` if what is there is something else.
    static func replace(_ path: String, with text: String, where isOwn: (String) -> Bool) throws {
        if NewTextFile.isThere(path) {
            guard let present = try beginning(of: path), isOwn(present) else { throw NewTextFile.taken(path) }
        }
        let temporary = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        do {
            try Console(descriptor: descriptor, environment: [:]).write(text)
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure(path) }
            close(descriptor)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
    }

    /// How a file begins; nil if it is no regular file.
    static func beginning(of path: String) throws -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ELOOP || errno == ENXIO else { throw failure(path) }
            return nil
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes = [UInt8](repeating: 0, count: beginning)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw failure(path) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) can't be written: \(SystemError.reason(errno, writing: path)).")
    }
}
