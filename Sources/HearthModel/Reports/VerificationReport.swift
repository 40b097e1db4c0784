/// What a verification has found; a sound store has no findings.
public struct VerificationReport: Hashable, Sendable, Codable {
    /// One thing that is not as it should be.
    public struct Finding: Hashable, Sendable, Codable {
        /// Where: `file`, `key`, `index`, `memory`, `version`, `draft`, `conflict`, `document`, `vector` or `audit`.
        public var component: String
        /// What is wrong; it names the memory, document or row.
        public var message: String

        /// Names a finding.
        public init(component: String, message: String) {
            self.component = component
            self.message = message
        }
    }

    /// What was found: at most 1,000 findings.
    public var findings: [Finding]
    /// Memories looked at.
    public var memories: Int
    /// Versions looked at.
    public var versions: Int
    /// Drafts looked at.
    public var drafts: Int
    /// Sensitive memories that could not be checked, because there was no key for them; of a thousand and more, the first.
    public var sealed: [MemoryID]
    /// Documents whose words were compared with the index.
    public var documents: Int
    /// Audit rows looked at.
    public var auditRows: Int
    /// The end of the audit chain, to be kept outside the file and given to a later verification.
    public var anchor: String

    /// Whether nothing was found.
    public var isSound: Bool { findings.isEmpty }

    /// Begins a report.
    public init(
        findings: [Finding] = [],
        memories: Int = 0,
        versions: Int = 0,
        drafts: Int = 0,
        documents: Int = 0,
        auditRows: Int = 0,
        anchor: String = "",
        sealed: [MemoryID] = []
    ) {
        self.findings = findings
        self.memories = memories
        self.versions = versions
        self.drafts = drafts
        self.documents = documents
        self.auditRows = auditRows
        self.anchor = anchor
        self.sealed = sealed
    }

    /// After so many findings, another says nothing new.
    static let maximumFindings = 1_000

    /// Notes a sensitive memory that could not be checked.
    package mutating func addSealed(_ memory: MemoryID) {
        guard sealed.count < Self.maximumFindings else { return }
        sealed.append(memory)
    }

    package mutating func add(_ component: String, _ message: String) {
        guard findings.count < Self.maximumFindings else { return }
        findings.append(Finding(component: component, message: message))
    }
}
