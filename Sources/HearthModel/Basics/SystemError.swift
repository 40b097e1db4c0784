import Glibc

/// Why the operating system did not let something be written, and what to do about it.
package enum SystemError {
    /// The end of a sentence about a path: "PATH can't be written: …".
    ///
    /// - Parameters:
    ///   - code: The value of `errno`.
    ///   - path: What was to be written.
    package static func reason(_ code: Int32, writing path: String) -> String {
        switch code {
        case ENOENT where !directory(of: path).isEmpty:
            "the directory \(directory(of: path)) does not exist; make it first, as by `mkdir -p`"
        case EFBIG:
            "the limit on the size of files that this process may write is reached (`ulimit -f`); raise it and try again"
        case ENOSPC, EDQUOT:
            "the disk or the quota is full; make room and try again"
        default:
            String(cString: strerror(code))
        }
    }

    /// What stands in front of the last part of a path.
    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}
