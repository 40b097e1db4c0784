/// Names an agent: "alden", "alice".
public struct AgentID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "agent" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a user.
///
/// Nothing ever crosses from one user to another.
public struct UserID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "user" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a session of one user; the same identifier under another user is another session.
public struct SessionID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "session" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a memory: "mem_" and the 32 hexadecimal digits of a UUIDv7, or what an import gave it.
public struct MemoryID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "memory" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names an immutable version of a memory: "ver_" and the 64 hexadecimal digits of the SHA-256 of what it holds.
public struct VersionID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "version" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a conflict between heads of one memory.
public struct ConflictID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "conflict" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names one recorded operation, such as a sync.
public struct OperationID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "operation" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the store checks it where it enters.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}
