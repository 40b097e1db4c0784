/// Another importance for a memory, and what speaks for it.
public struct ImportanceSuggestion: Hashable, Sendable, Codable {
    /// One part of the suggested value.
    public struct Part: Hashable, Sendable, Codable {
        /// What it is about: `base`, `use`, `age`, `links` or `category`.
        public var name: String
        /// What it adds; may be negative.
        public var amount: Double
        /// Why, for a person.
        public var reason: String

        /// Names a part.
        public init(name: String, amount: Double, reason: String) {
            self.name = name
            self.amount = amount
            self.reason = reason
        }
    }

    /// The memory.
    public var memoryID: MemoryID
    /// Whose it is.
    public var userID: UserID
    /// The agent that owns it.
    public var owner: AgentID
    /// The version that was looked at.
    public var version: VersionID
    /// The importance that it has, 0…1.
    public var present: Double
    /// The importance that it should have, 0…1.
    public var suggested: Double
    /// What that is made of.
    public var parts: [Part]

    /// Assembles a suggestion.
    public init(
        memoryID: MemoryID,
        userID: UserID,
        owner: AgentID,
        version: VersionID,
        present: Double,
        suggested: Double,
        parts: [Part]
    ) {
        self.memoryID = memoryID
        self.userID = userID
        self.owner = owner
        self.version = version
        self.present = present
        self.suggested = suggested
        self.parts = parts
    }

    private enum CodingKeys: String, CodingKey {
        case owner, version, present, suggested, parts
        case memoryID = "id"
        case userID = "user"
    }
}

/// What became of suggestions that were applied.
public struct ImportanceReport: Hashable, Sendable, Codable {
    /// A memory that was left as it is.
    public struct Skip: Hashable, Sendable, Codable {
        /// The memory.
        public var memoryID: MemoryID
        /// Why.
        public var reason: String

        /// Names a memory that was left.
        public init(memoryID: MemoryID, reason: String) {
            self.memoryID = memoryID
            self.reason = reason
        }

        private enum CodingKeys: String, CodingKey {
            case reason
            case memoryID = "id"
        }
    }

    /// Memories that have another importance now.
    public var changed: [MemoryID]
    /// Memories that were left as they are.
    public var skipped: [Skip]

    /// Assembles a report.
    public init(changed: [MemoryID] = [], skipped: [Skip] = []) {
        self.changed = changed
        self.skipped = skipped
    }
}
