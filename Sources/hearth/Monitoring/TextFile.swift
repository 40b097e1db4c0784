import Glibc

/// A file that others read at any moment, replaced as a whole.
enum TextFile {
    /// Writes a file beside its place and moves it there, so that a reader sees the old one or the new one.
    ///
    /// Anyone may read it: the collector that does runs as another user.
    static func replace(_ path: String, with text: String) throws {
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

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) can't be written: \(String(cString: strerror(errno))).")
    }
}
