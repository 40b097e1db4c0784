/// What an audit row is about.
///
/// New actions may be added: compare with the static members, and have a default.
public struct AuditAction: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The action's name, as the file and exports have it.
    public let rawValue: String

    /// Wraps a name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The action's name.
    public var description: String { rawValue }
}

extension AuditAction {
    /// Memories of other agents were returned.
    public static let read = Self(rawValue: "read")
    /// A memory was shared by call.
    public static let share = Self(rawValue: "share")
    /// A rule shared a memory.
    public static let propagate = Self(rawValue: "propagate")
    /// A share was taken back.
    public static let revoke = Self(rawValue: "revoke")
    /// An agent asked for something that it may not see or do.
    public static let refuse = Self(rawValue: "refuse")
    /// Profiles, the policy or the status of an agent were changed.
    public static let administer = Self(rawValue: "administer")
    /// A lease was taken from its holder.
    public static let forceRelease = Self(rawValue: "force_release")
    /// A conflict was settled.
    public static let resolve = Self(rawValue: "resolve")
    /// An old version was published again.
    public static let rollback = Self(rawValue: "rollback")
    /// A memory that was deleted or had expired was brought back.
    public static let restore = Self(rawValue: "restore")
    /// Memories, or all of a user, were erased.
    public static let erase = Self(rawValue: "erase")
    /// A key was made, changed, or dropped.
    public static let key = Self(rawValue: "key")
    /// Memories were written out of the file.
    public static let export = Self(rawValue: "export")
    /// The file was backed up.
    public static let backup = Self(rawValue: "backup")
    /// Old rows of the audit were removed behind an anchor.
    public static let prune = Self(rawValue: "prune")
    /// Upkeep deleted, folded or removed memories.
    public static let maintain = Self(rawValue: "maintain")
    /// What another device said was taken over, or the file joined or left a space of devices.
    public static let exchange = Self(rawValue: "exchange")

    /// Every action that this release writes.
    public static let all: [AuditAction] = [
        .read, .share, .propagate, .revoke, .refuse, .administer, .forceRelease, .resolve, .rollback, .restore,
        .erase, .key, .export, .backup, .prune, .maintain, .exchange,
    ]
}
