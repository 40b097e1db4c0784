/// Who may see what, as data: rules that open categories, rules that send memories on, and categories that are never
/// shared.
///
/// A policy lives in the file; a host can replace or extend it. `AccessRules` applies it.
public struct SharingPolicy: Hashable, Sendable {
    /// Categories, and the agents that see memories of them.
    public struct Rule: Hashable, Sendable {
        /// The rule's name, distinct among the rules of its list.
        public var name: String
        /// The categories it applies to.
        public var categories: Set<MemoryCategory>
        /// The agents that it lets see memories of them.
        public var agents: Set<AgentID>
        /// What those agents may do.
        public var permission: SharePermission

        /// Describes a rule.
        public init(
            name: String,
            categories: Set<MemoryCategory>,
            agents: Set<AgentID>,
            permission: SharePermission = .read
        ) {
            self.name = name
            self.categories = categories
            self.agents = agents
            self.permission = permission
        }
    }

    /// Each lets its agents see every memory of its categories, whoever owns it, for as long as the rule stands.
    public var globalRules: [Rule]
    /// For each owner, the categories that are never shared.
    public var restrictedCategories: [AgentID: Set<MemoryCategory>]
    /// Each shares a memory of its categories with its agents when it is stored or when an edit of it is published.
    public var propagationRules: [Rule]
    /// Categories whose memories are sealed as if they were stored as sensitive, where there is a key provider.
    public var sealedCategories: Set<MemoryCategory>

    /// Describes a policy; without arguments, one under which memories are shared only by call.
    public init(
        globalRules: [Rule] = [],
        restrictedCategories: [AgentID: Set<MemoryCategory>] = [:],
        propagationRules: [Rule] = [],
        sealedCategories: Set<MemoryCategory> = Self.usuallySealed
    ) {
        self.globalRules = globalRules
        self.restrictedCategories = restrictedCategories
        self.propagationRules = propagationRules
        self.sealedCategories = sealedCategories
    }

    /// What is sealed unless the policy says otherwise: the restricted categories of a security agent.
    public static let usuallySealed: Set<MemoryCategory> = [.securityCredentials, .incidentDetails]
}

extension SharingPolicy {
    /// The policy of Hearthlink's four agents.
    public static let hearthlink = SharingPolicy(
        globalRules: [
            Rule(
                name: "user_preferences",
                categories: [.preference, .userPreferences],
                agents: ["alden", "alice", "mimic"]
            ),
            Rule(
                name: "system_knowledge",
                categories: [.knowledge, .systemKnowledge],
                agents: ["alden", "alice", "sentry"]
            ),
            Rule(name: "security_alerts", categories: [.alert, .securityAlerts], agents: ["alden", "sentry"]),
            Rule(
                name: "behavioral_patterns",
                categories: [.pattern, .behavioral, .behavioralPatterns],
                agents: ["alice", "mimic"]
            ),
        ],
        restrictedCategories: [
            "alden": [.personalConversations, .privateTasks],
            "alice": [.analysisInternals, .cognitiveModels],
            "sentry": [.securityCredentials, .incidentDetails],
            "mimic": [.personaTemplates, .styleAdaptations],
        ],
        propagationRules: [
            Rule(
                name: "user_preference_changes",
                categories: [.preference, .userPreferences],
                agents: ["alden", "mimic"]
            ),
            Rule(
                name: "security_incidents",
                categories: [.security, .incident, .alert, .securityAlerts],
                agents: ["alden", "sentry"]
            ),
            Rule(
                name: "behavioral_insights",
                categories: [.pattern, .behavioral, .analysis, .behavioralPatterns],
                agents: ["alden", "alice"]
            ),
        ]
    )
}
