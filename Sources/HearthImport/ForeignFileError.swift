internal import Glibc

/// Why a file of another program can't be imported.
package struct ForeignFileError: Error, Equatable, CustomStringConvertible {
    /// What a caller can tell apart.
    package enum Reason: Sendable {
        /// It is a file of another kind than was asked for, or of none that is known.
        case wrongKind
        /// It was cut off, or is broken in another way.
        case damaged
        /// The system doesn't let it be read.
        case unreadable
        /// It is whole, and in a form that isn't read here.
        case unsupported
    }

    package var reason: Reason
    /// What is wrong and what to do, for a person.
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { message }

    /// What `errno` says of a file.
    static func unreadable(_ name: String) -> ForeignFileError {
        ForeignFileError(.unreadable, "\(name) can't be read: \(String(cString: strerror(errno))).")
    }

    static func damaged(_ name: String, _ finding: String) -> ForeignFileError {
        ForeignFileError(.damaged, "\(name) is damaged: \(finding). Nothing was stored; get the file again.")
    }
}
