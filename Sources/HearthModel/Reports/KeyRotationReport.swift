/// What a rotation of keys has done.
public struct KeyRotationReport: Hashable, Sendable, Codable {
    /// How many users have keys.
    public var users: Int
    /// How many keys are wrapped by the provider's current key now, and were wrapped by an older one before.
    public var keysRewrapped: Int
    /// How many memories are sealed with a new data key now.
    public var memoriesResealed: Int
    /// Whether no byte that was sealed with an old key is left in the file and its write-ahead log.
    public var isComplete: Bool
    /// Why such bytes may be left, and what to do; nil if there is no such reason.
    public var problem: String?
    /// What does not open and was left as it is; the key that it is sealed with is kept for it. The component is `key`,
    /// `memory`, `version` or `draft`.
    public var findings: [VerificationReport.Finding]

    /// Assembles a report.
    public init(
        users: Int = 0,
        keysRewrapped: Int = 0,
        memoriesResealed: Int = 0,
        isComplete: Bool = true,
        problem: String? = nil,
        findings: [VerificationReport.Finding] = []
    ) {
        self.users = users
        self.keysRewrapped = keysRewrapped
        self.memoriesResealed = memoriesResealed
        self.isComplete = isComplete
        self.problem = problem
        self.findings = findings
    }
}
