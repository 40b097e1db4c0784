/// One kind of work that upkeep does.
///
/// New steps may be added: compare with the static members, and have a default.
public struct MaintenanceStep: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The step's name, as reports and the command line have it.
    public let rawValue: String

    /// Wraps a name.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The step's name.
    public var description: String { rawValue }
}

extension MaintenanceStep {
    /// Leases whose time has run out are marked as released, and waiters that are gone leave their queues.
    public static let leases = Self(rawValue: "leases")
    /// Memories whose own expiry has passed are deleted.
    public static let expiry = Self(rawValue: "expiry")
    /// Memories that are older than their owner's profile allows are deleted.
    public static let retention = Self(rawValue: "retention")
    /// Working memories beyond their owner's limit are deleted.
    public static let workingMemory = Self(rawValue: "working_memory")
    /// Memories that say the same are folded into one.
    public static let duplicates = Self(rawValue: "duplicates")
    /// What was deleted long ago is removed: first texts and history, much later the tombstones.
    public static let purge = Self(rawValue: "purge")
    /// Room that nothing needs is given back.
    public static let storage = Self(rawValue: "storage")

    /// Every step of this release, in the order in which a cycle takes them.
    public static let all: [MaintenanceStep] = [
        .leases, .expiry, .retention, .workingMemory, .duplicates, .purge, .storage,
    ]

    /// Whether the step deletes memories or removes them. Such a step waits while the clock is in doubt.
    public var deletes: Bool {
        [.expiry, .retention, .workingMemory, .duplicates, .purge].contains(self)
    }
}
