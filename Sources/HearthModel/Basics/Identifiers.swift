/// A name of one kind of thing: an agent, a user, a memory.
///
/// Any non-empty string without control characters, of at most 256 UTF-8 bytes, is a valid identifier. A value can hold
/// any string. A call that takes one checks it with ``validated()`` and throws `.invalidArgument`.
public protocol Identifier: RawRepresentable<String>, ExpressibleByStringLiteral, Hashable, Comparable, Sendable,
    Codable,
    CodingKeyRepresentable, CustomStringConvertible
{
    /// What the identifier names, for messages: "agent", "memory".
    static var kind: String { get }

    /// Wraps a string without checking it.
    init(rawValue: String)
}

/// Inlinable, because what is generic here would otherwise look types up at run time in every other module.
extension Identifier {
    /// Wraps a literal.
    @inlinable
    public init(stringLiteral value: String) {
        self.init(rawValue: value)
    }

    /// The identifier itself.
    @inlinable
    public var description: String { rawValue }

    /// Whether two identifiers are the same byte for byte, as they are compared in the file.
    ///
    /// Swift takes "é" written with one scalar and with two for the same text. As identifiers they differ: otherwise
    /// one user could be taken for another in memory but not in the file.
    @inlinable
    public static func == (left: Self, right: Self) -> Bool {
        left.rawValue == right.rawValue && left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Orders identifiers by their code units, the same in every locale.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }

    /// Lets a dictionary by identifier encode as a JSON object.
    public var codingKey: any CodingKey { IdentifierCodingKey(stringValue: rawValue) }

    /// Reads the key of a JSON object.
    public init?(codingKey: some CodingKey) {
        self.init(rawValue: codingKey.stringValue)
    }

    /// Reads a plain string.
    public init(from decoder: any Decoder) throws {
        self.init(rawValue: try decoder.singleValueContainer().decode(String.self))
    }

    /// Writes a plain string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// Checks that the identifier is one a store accepts.
    ///
    /// - Throws: ``MemoryError`` of code `.invalidArgument` that names the kind and what is wrong.
    @inlinable
    public func validated() throws(MemoryError) -> Self {
        try Identifiers.validate(rawValue, kind: Self.kind)
        return self
    }
}

/// What makes a string an identifier.
@usableFromInline
package enum Identifiers {
    /// The longest identifier, in UTF-8 bytes.
    static let maximumLength = 256

    @usableFromInline
    package static func validate(_ identifier: String, kind: String) throws(MemoryError) {
        guard !identifier.isEmpty else {
            throw .invalidArgument("The \(kind) identifier is empty; give it at least one character.")
        }
        guard identifier.utf8.count <= maximumLength else {
            throw .invalidArgument(
                "The \(kind) identifier has \(identifier.utf8.count) UTF-8 bytes; at most \(maximumLength) are allowed."
            )
        }
        guard !holdsControlCharacter(identifier) else {
            throw .invalidArgument("The \(kind) identifier holds a control character; remove it.")
        }
    }
}

extension Identifiers {
    /// Whether a string holds a control character: one of Unicode's category Cc, which is fixed as U+0000 to U+001F and
    /// U+007F to U+009F. In UTF-8, U+0080 to U+009F are the byte C2 and one of 80 to 9F.
    private static func holdsControlCharacter(_ identifier: String) -> Bool {
        var previous: UInt8 = 0
        for byte in identifier.utf8 {
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
            previous = byte
        }
        return false
    }
}

private struct IdentifierCodingKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// Names an agent: "alden", "alice".
public struct AgentID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "agent" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the call that takes the identifier checks it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a user.
///
/// No memory ever crosses from one user to another.
public struct UserID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "user" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the call that takes the identifier checks it.
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

    /// Wraps a string without checking it; the call that takes the identifier checks it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// Names a memory: "mem_" and the 32 hexadecimal digits of a UUIDv7, or the identifier that an import gave it.
public struct MemoryID: Identifier {
    /// What the identifier names, for messages.
    public static var kind: String { "memory" }

    /// The identifier as text.
    public let rawValue: String

    /// Wraps a string without checking it; the call that takes the identifier checks it.
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

    /// Wraps a string without checking it; the call that takes the identifier checks it.
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

    /// Wraps a string without checking it; the call that takes the identifier checks it.
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

    /// Wraps a string without checking it; the call that takes the identifier checks it.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}
