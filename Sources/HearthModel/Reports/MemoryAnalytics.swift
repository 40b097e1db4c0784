public import FoundationEssentials

/// How memories are used: what comes and goes, who reads what, and what could be done about it.
public struct MemoryAnalytics: Hashable, Sendable, Codable {
    /// How long the periods are that memories are counted by.
    public enum Period: String, CaseIterable, Sendable, Codable {
        /// A day of UTC.
        case day
        /// A week, which begins on a Monday of UTC.
        case week
        /// A calendar month of UTC.
        case month
    }

    /// What happened in one period.
    public struct Usage: Hashable, Sendable, Codable {
        /// When the period begins.
        public var start: Date
        /// Memories that came into the file and are still in it, deleted or not.
        public var stored: Int
        /// Versions published after the first ones, deletions aside.
        public var edited: Int
        /// Deletions published.
        public var deleted: Int

        /// Counts a period.
        public init(start: Date, stored: Int = 0, edited: Int = 0, deleted: Int = 0) {
            self.start = start
            self.stored = stored
            self.edited = edited
            self.deleted = deleted
        }
    }

    /// How much one agent reads of another's memories, by the audit.
    public struct Reading: Hashable, Sendable, Codable {
        /// Who reads.
        public var reader: AgentID
        /// Whose memories.
        public var owner: AgentID
        /// How many results had a memory of the owner in them, each memory counted.
        public var reads: Int
        /// How many different memories.
        public var memories: Int

        /// Counts readings.
        public init(reader: AgentID, owner: AgentID, reads: Int, memories: Int) {
            self.reader = reader
            self.owner = owner
            self.reads = reads
            self.memories = memories
        }
    }

    /// Two agents that read the same memories of others.
    public struct CoAccess: Hashable, Sendable, Codable {
        /// The two.
        public var agents: [AgentID]
        /// How many memories both have read.
        public var memories: Int

        /// Counts common memories.
        public init(agents: [AgentID], memories: Int) {
            self.agents = agents
            self.memories = memories
        }
    }

    /// An agent's memories that were never read.
    public struct Unread: Hashable, Sendable, Codable {
        /// The owner.
        public var owner: AgentID
        /// Live memories that have been there for 30 days.
        public var memories: Int
        /// Those of them that nobody has read, found or listed.
        public var unread: Int

        /// Counts memories.
        public init(owner: AgentID, memories: Int, unread: Int) {
            self.owner = owner
            self.memories = memories
            self.unread = unread
        }
    }

    /// Which strategy would have settled conflicts as people did.
    public struct StrategyAdvice: Hashable, Sendable, Codable {
        /// How many decisions a strategy would have come to.
        public struct Agreement: Hashable, Sendable, Codable {
            /// The strategy.
            public var strategy: ConflictResolution
            /// How many decisions.
            public var decisions: Int

            /// Counts decisions.
            public init(strategy: ConflictResolution, decisions: Int) {
                self.strategy = strategy
                self.decisions = decisions
            }
        }

        /// The category of the memories.
        public var category: MemoryCategory
        /// How many conflicts a person decided.
        public var decisions: Int
        /// What each strategy would have come to, the best first.
        public var agreements: [Agreement]
        /// The best one, if it agrees with three quarters of at least four decisions.
        public var suggested: ConflictResolution?

        /// Assembles advice.
        public init(
            category: MemoryCategory,
            decisions: Int,
            agreements: [Agreement],
            suggested: ConflictResolution? = nil
        ) {
            self.category = category
            self.decisions = decisions
            self.agreements = agreements
            self.suggested = suggested
        }
    }

    /// Something worth doing.
    public struct Recommendation: Hashable, Sendable, Codable {
        /// Why.
        public var reason: String
        /// The command that does it, or shows more.
        public var command: String

        /// Recommends something.
        public init(reason: String, command: String) {
            self.reason = reason
            self.command = command
        }
    }

    /// Whose memories; nil: everybody's.
    public var userID: UserID?
    /// How long the periods are.
    public var period: Period
    /// What happened, the earliest period first, without gaps; at most 400 periods.
    public var usage: [Usage]
    /// Who reads whose memories, the most readings first.
    public var reads: [Reading]
    /// Who reads the same, the most memories first.
    public var coAccess: [CoAccess]
    /// What is never read, by owner.
    public var unread: [Unread]
    /// Who searches among others' memories and finds nothing, the most searches first; at most 20.
    public var unanswered: [Unanswered]
    /// Strategies by category, as people decided.
    public var strategies: [StrategyAdvice]
    /// What to do about it.
    public var recommendations: [Recommendation]
    /// When this was counted.
    public var generatedAt: Date

    /// Assembles analytics.
    public init(
        userID: UserID? = nil,
        period: Period,
        usage: [Usage] = [],
        reads: [Reading] = [],
        coAccess: [CoAccess] = [],
        unread: [Unread] = [],
        unanswered: [Unanswered] = [],
        strategies: [StrategyAdvice] = [],
        recommendations: [Recommendation] = [],
        generatedAt: Date
    ) {
        self.userID = userID
        self.period = period
        self.usage = usage
        self.reads = reads
        self.coAccess = coAccess
        self.unread = unread
        self.unanswered = unanswered
        self.strategies = strategies
        self.recommendations = recommendations
        self.generatedAt = generatedAt
    }

    private enum CodingKeys: String, CodingKey {
        case period, usage, reads, unread, unanswered, strategies, recommendations
        case userID = "user"
        case coAccess = "co_access"
        case generatedAt = "generated_at"
    }
}
