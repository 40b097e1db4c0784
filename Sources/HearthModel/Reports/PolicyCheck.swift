/// What a policy would do in place of the one that stands, and what is odd about it.
public struct PolicyCheck: Hashable, Sendable, Codable {
    /// Something that is hardly meant.
    public struct Problem: Hashable, Sendable, Codable {
        /// How much it matters.
        public enum Severity: String, Sendable, Codable {
            /// It can't do what it says.
            case error
            /// It may be meant.
            case warning
        }

        /// How much it matters.
        public var severity: Severity
        /// Where: the list and the rule's name, or the owner.
        public var place: String
        /// What is odd.
        public var message: String

        /// Names a problem.
        public init(severity: Severity, place: String, message: String) {
            self.severity = severity
            self.place = place
            self.message = message
        }
    }

    /// What would change for one agent: numbers of memories of others.
    public struct Change: Hashable, Sendable, Codable {
        /// The agent.
        public var agent: AgentID
        /// Memories that it does not see now, and would see.
        public var gains: Int
        /// Memories that it sees now, and would not see.
        public var loses: Int
        /// Memories that it would be allowed to edit, and is not now; those it would first see are among them.
        public var mayPropose: Int

        /// Names a change.
        public init(agent: AgentID, gains: Int = 0, loses: Int = 0, mayPropose: Int = 0) {
            self.agent = agent
            self.gains = gains
            self.loses = loses
            self.mayPropose = mayPropose
        }

        private enum CodingKeys: String, CodingKey {
            case agent, gains, loses
            case mayPropose = "may_propose"
        }
    }

    /// What is odd, errors first.
    public var problems: [Problem]
    /// What would change, by agent; agents for whom nothing changes are left out.
    public var changes: [Change]

    /// Assembles a check.
    public init(problems: [Problem] = [], changes: [Change] = []) {
        self.problems = problems
        self.changes = changes
    }

    /// Whether there is no error.
    public var isValid: Bool { !problems.contains { $0.severity == .error } }
}
