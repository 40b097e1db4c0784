/// Where a store is kept.
public enum StoreLocation: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The file at a path, which is made if there is none.
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
