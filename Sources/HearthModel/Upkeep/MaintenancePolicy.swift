/// How upkeep works; everything has a default.
public struct MaintenancePolicy: Hashable, Sendable, Codable {
    /// Which memories that say the same are folded into one.
    public enum Folding: String, CaseIterable, Sendable, Codable {
        /// None.
        case none
        /// Those whose text is the same in canonical form.
        case exact
        /// Those too whose meaning and words are nearly the same.
        case near
    }

    /// From this importance on a memory is kept past its owner's days; 0…1. Nil: importance keeps nothing. 0.8.
    ///
    /// An expiry of its own and the working-memory limit hold for it all the same.
    public var keptImportance: Double? = 0.8
    /// How long a deleted memory can be restored; then its texts and its history are removed. 30 days.
    public var deletedMemoriesKept: Duration = .days(30)
    /// How long it is known that a memory was deleted, so that no import brings it back; at least
    /// ``deletedMemoriesKept``. 365 days.
    public var tombstonesKept: Duration = .days(365)
    /// How long records of syncs and acknowledged notifications are kept. 30 days.
    public var recordsKept: Duration = .days(30)
    /// Which duplicates are folded. Near ones by default.
    public var folding: Folding = .near
    /// How near the meanings of near duplicates are at least: the cosine of their vectors, 0…1. 0.95.
    public var duplicateCosine: Double = 0.95
    /// How many of the words of near duplicates are in both, as a share of the words in either, 0…1. 0.8.
    public var duplicateOverlap: Double = 0.8
    /// By how much the wall clock and the clock that never jumps may disagree about the time since the last cycle.
    /// 10 minutes.
    public var clockTolerance: Duration = .seconds(600)
    /// How many memories one transaction changes at most; at least 1. It ends sooner if it takes more than some 2 ms, as
    /// other writers wait for it. 32.
    public var rowsPerTransaction: Int = 32
    /// After how long a cycle leaves the rest to the next one. Every step does at least one transaction. 5 s.
    public var timePerCycle: Duration = .seconds(5)

    /// The defaults.
    public init() {}
}

extension MaintenancePolicy {
    /// Checks that upkeep can work by the policy.
    ///
    /// - Throws: `.invalidConfiguration` that names the field and what it may be.
    public func validate() throws(MemoryError) {
        let keptImportance = keptImportance ?? 1
        try Self.require((0...1).contains(keptImportance), "keptImportance must be from 0 to 1, or nil")
        try Self.require((0...1).contains(duplicateCosine), "duplicateCosine must be from 0 to 1")
        try Self.require((0...1).contains(duplicateOverlap), "duplicateOverlap must be from 0 to 1")
        try Self.require(deletedMemoriesKept >= .zero, "deletedMemoriesKept must not be negative")
        try Self.require(tombstonesKept >= deletedMemoriesKept, "tombstonesKept must be at least deletedMemoriesKept")
        try Self.require(recordsKept >= .days(1), "recordsKept must be at least a day")
        try Self.require(clockTolerance >= .seconds(1), "clockTolerance must be at least a second")
        try Self.require((1...10_000).contains(rowsPerTransaction), "rowsPerTransaction must be from 1 to 10000")
        try Self.require(timePerCycle >= .zero, "timePerCycle must not be negative")
    }

    private static func require(_ holds: Bool, _ sentence: String) throws(MemoryError) {
        guard !holds else { return }
        throw MemoryError(code: .invalidConfiguration, message: "maintenance.\(sentence).")
    }
}
