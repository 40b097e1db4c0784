import Glibc
package import HearthModel

/// A file that nobody but its owner may read, because it holds a key or what leads to one.
package struct PrivateFile: Sendable {
    package let path: String
    /// What the file is, for messages: "key file".
    package let kind: String

    package init(path: String, kind: String) {
        self.path = path
        self.kind = kind
    }

    /// The bytes of the file; nil if there is none.
    ///
    /// What is looked at is what was opened, so that nothing can be put in its place in between.
    ///
    /// - Parameter limit: How many bytes it may have at most.
    package func bytes(upTo limit: Int) throws(MemoryError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            if code == ELOOP { throw refusal("is a symbolic link. Give the file that it leads to.") }
            throw failure("can't be opened", code)
        }
        defer { close(descriptor) }
        let size = try checkedSize(descriptor)
        guard size <= limit else { throw refusal("has \(size) bytes, more than any such file has.") }
        return try read(descriptor, upTo: size)
    }

    /// Refuses whatever somebody else may read, write or has put there.
    private func checkedSize(_ descriptor: Int32) throws(MemoryError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("can't be examined", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal("is not a file with bytes in it.") }
        guard status.st_uid == geteuid() else {
            throw refusal(
                "belongs to another user (\(status.st_uid)), who can read and change it. If it is yours, run: sudo chown \(geteuid()) \(word)"
            )
        }
        guard status.st_mode & 0o077 == 0 else {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw refusal("can be reached by others (mode 0\(mode)). Run: chmod 600 \(word)")
        }
        return status.st_size
    }

    private func read(_ descriptor: Int32, upTo limit: Int) throws(MemoryError) -> [UInt8] {
        // One more than there may be shows a file that grows.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else {
                let code = errno
                bytes.wipe()
                throw failure("can't be read", code)
            }
            if got == 0 { break }
            count += got
        }
        defer { bytes.wipe() }
        guard count <= limit else { throw refusal("grows while it is read.") }
        return Array(bytes[..<count])
    }

    /// Makes the file, whole or not at all; what is there stays as it is.
    ///
    /// - Returns: Whether it was made; false: there is something of that name.
    package func create(_ bytes: [UInt8]) throws(MemoryError) -> Bool {
        let name = try writeAside(bytes)
        defer { unlink(name) }
        guard link(name, path) == 0 else {
            if errno == EEXIST { return false }
            throw failure("can't be made", errno)
        }
        syncDirectory()
        return true
    }

    /// Puts other bytes in the place of the file, all or none of them; a file is made where there is none.
    package func replace(with bytes: [UInt8]) throws(MemoryError) {
        let name = try writeAside(bytes)
        guard rename(name, path) == 0 else {
            let code = errno
            unlink(name)
            throw failure("can't be replaced", code)
        }
        syncDirectory()
    }

    /// Writes the bytes to a file of another name in the same directory, durably.
    private func writeAside(_ bytes: [UInt8]) throws(MemoryError) -> String {
        let name = "\(path).\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("can't be made", errno) }
        defer { close(descriptor) }
        do {
            try write(bytes, to: descriptor)
        } catch {
            unlink(name)
            throw error
        }
        return name
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(MemoryError) {
        var count = 0
        while count < bytes.count {
            let written = bytes[count...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("can't be written", errno) }
            count += written
        }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else { throw failure("can't be written", errno) }
    }

    /// Makes the name durable, where the file system does that.
    private func syncDirectory() {
        let end = path.lastIndex(of: "/")
        let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The path as a shell takes it.
    package var word: String { ShellWords.quoted(path) }

    package func refusal(_ reason: String) -> MemoryError {
        .keyUnavailable("The \(kind) \(path) \(reason)")
    }

    private func failure(_ what: String, _ code: Int32) -> MemoryError {
        .keyUnavailable("The \(kind) \(path) \(what): \(SystemError.reason(code, writing: path)).")
    }
}
