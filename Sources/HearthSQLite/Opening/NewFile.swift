internal import Glibc

/// A file that is written under another name beside its place, and comes to its place whole or not at all.
///
/// Nothing is ever overwritten: if there is something at the place by then, it stays, and the file does not come there.
package struct NewFile: Sendable {
    /// Where the file is to be, with the links in its directory resolved.
    package let path: String
    /// Where it is written.
    package let temporaryPath: String
    private let directory: String

    /// Chooses the place of a file.
    ///
    /// - Parameter mayExist: Whether a file may be there now, which whoever calls takes away.
    /// - Throws: ``StoreFileError`` if its directory is missing, if there is something at the path, a symbolic link
    ///   included, or if it is not the path of a file.
    package init(at path: String, mayExist: Bool = false) throws {
        let file = try StoreFile(resolving: path)
        var status = stat()
        if lstat(file.path, &status) == 0 {
            guard mayExist else { throw StoreFileError.exists(path: file.path) }
            guard status.st_mode & S_IFMT == S_IFREG else { throw StoreFileError.notARegularFile(path: file.path) }
        } else {
            guard errno == ENOENT else { throw StoreFile.systemError(file.path) }
        }
        self.path = file.path
        directory = Self.directory(of: file.path)
        let suffix = String(UInt64.random(in: 0 ... .max), radix: 36)
        temporaryPath = try StoreFile(resolving: "\(directory)/.hearth-\(suffix).part").path
    }

    /// The directory of a resolved path.
    static func directory(of path: String) -> String {
        let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return directory.isEmpty ? "/" : String(directory)
    }

    /// Makes the empty file under its other name; only its owner can read it.
    ///
    /// - Returns: A descriptor that writes to it.
    package func create() throws -> Int32 {
        let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StoreFile.systemError(path) }
        return descriptor
    }

    /// Writes all of some bytes.
    package func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if errno != EINTR {
                throw StoreFile.systemError(path)
            }
        }
    }

    /// Brings the file to its place; on return that survives a loss of power.
    ///
    /// - Throws: ``StoreFileError/exists(path:)`` if there is something by now.
    package func place() throws {
        try Self.synchronize(temporaryPath)
        try Self.move(temporaryPath, to: path)
        try Self.synchronize(directory)
    }

    /// Leaves nothing behind.
    package func abandon() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporaryPath + suffix) }
    }

    /// Gives a file another name in its directory, if nothing has that name.
    static func move(_ source: String, to target: String) throws {
        if link(source, target) == 0 {
            unlink(source)
            return
        }
        guard errno != EEXIST else { throw StoreFileError.exists(path: target) }
        // File systems of memory cards have no links. There somebody could make such a file just now.
        guard errno == EPERM || errno == EOPNOTSUPP || errno == EMLINK else { throw StoreFile.systemError(target) }
        guard !isThere(target) else { throw StoreFileError.exists(path: target) }
        guard rename(source, target) == 0 else { throw StoreFile.systemError(target) }
    }

    /// Whether there is anything at a path.
    static func isThere(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Has a file or a directory written out.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StoreFile.systemError(path) }
        defer { close(descriptor) }
        // Some file systems have no way to write out a directory.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw StoreFile.systemError(path) }
    }
}
