internal import Glibc

/// A file that is read at any offset, and never written.
package final class ImportFile {
    /// What messages call it.
    package let name: String
    /// Where it lies; nil for what was copied from a pipe.
    package let path: String?
    /// How many bytes it had when it was opened; what is appended later isn't read.
    package let count: Int
    private let descriptor: Int32

    /// Opens a regular file.
    package init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ForeignFileError.unreadable(path) }
        (name, self.path, self.descriptor) = (path, path, descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ForeignFileError.unreadable(path) }
        count = Int(status.st_size)
    }

    /// Reads through a descriptor of the caller's, which it may close.
    package init(descriptor: Int32, count: Int, name: String) throws {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw ForeignFileError.unreadable(name) }
        (self.name, path, self.count, self.descriptor) = (name, nil, count, copy)
    }

    deinit {
        close(descriptor)
    }

    /// Up to `count` bytes; fewer only at the end.
    package func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        let wanted = max(0, min(count, self.count - offset))
        return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
            while initialized < wanted {
                let got = pread(
                    descriptor,
                    UnsafeMutableRawPointer(buffer.baseAddress!) + initialized,
                    wanted - initialized,
                    off_t(offset + initialized)
                )
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw ForeignFileError.unreadable(name) }
                guard got > 0 else { return }
                initialized += got
            }
        }
    }
}

/// What an import can be of.
package enum ImportInput {
    case file(ImportFile)
    case directory(String)

    /// Looks at what is there.
    package init(path: String) throws {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ForeignFileError.unreadable(path) }
        if status.st_mode & S_IFMT == S_IFDIR {
            self = .directory(path)
        } else {
            self = .file(try ImportFile(path: path))
        }
    }

    package var name: String {
        switch self {
        case .file(let file): file.name
        case .directory(let path): path
        }
    }
}
