import Glibc

/// Where a store is kept.
public enum StoreLocation: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The file at a path, which is made if there is none. A `~/` at its beginning is the home directory.
    case file(String)
    /// A file of its own in the temporary directory, removed on close.
    case temporary
    /// Only in memory: one connection, and nothing is durable.
    case inMemory

    /// The file at a path.
    public init(stringLiteral value: String) {
        self = .file(value)
    }
}

/// What an acknowledged write survives.
public enum Durability: String, Sendable, Codable {
    /// A power cut.
    case full
    /// The end of the process, but not a power cut: after that the last commits may be missing, but none is half there.
    case normal
}

extension StoreLocation {
    /// A path with the home directory in place of a `~` at its beginning, as a shell has it.
    ///
    /// - Throws: `.invalidArgument` for another user's home, such as `~ana/memory.db`, and where there is no home.
    public static func expandingHome(in path: String) throws(MemoryError) -> String {
        guard path.hasPrefix("~") else { return path }
        let first = path.prefix { $0 != "/" }
        guard first == "~" else {
            throw .invalidArgument(
                "\(path) begins with another user's home, \(first); write that directory out, or ./\(first) for a name that begins so."
            )
        }
        guard let home = getenv("HOME").map({ String(cString: $0) }), home.hasPrefix("/") else {
            throw .invalidArgument("\(path) begins with ~, but HOME names no directory; write the path out.")
        }
        return home + path.dropFirst()
    }
}
