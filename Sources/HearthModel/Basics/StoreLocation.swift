/// Where a store is kept.
public enum StoreLocation: Sendable, Hashable, ExpressibleByStringLiteral {
    /// A file, made if there is none.
    case file(String)
    /// A file of its own in the temporary directory, removed on close.
    case temporary
    /// Memory alone: one connection, nothing durable.
    case inMemory

    /// A path.
    public init(stringLiteral value: String) {
        self = .file(value)
    }
}

/// What an acknowledged write survives.
public enum Durability: String, Sendable, Codable {
    /// A power cut.
    case full
    /// The end of the process, not a power cut: the last commits may then be missing, never half there.
    case normal
}
