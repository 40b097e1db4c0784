public import FoundationEssentials

extension MemoryAnalytics {
    /// How often an agent has searched among others' memories of a user and found nothing, in the last 90 days, and what
    /// could be shared with it.
    ///
    /// What it searched for is not kept anywhere. This is for administrators: it speaks of memories that the agent may not
    /// see.
    public struct Unanswered: Hashable, Sendable, Codable {
        /// Live memories of one owner and category that the agent does not see and that may be shared with it.
        public struct Shareable: Hashable, Sendable, Codable {
            /// Whose they are.
            public var owner: AgentID
            /// Their category.
            public var category: MemoryCategory
            /// How many there are; sensitive ones are not counted, and neither are those that were taken away from the
            /// agent.
            public var memories: Int

            /// Counts memories.
            public init(owner: AgentID, category: MemoryCategory, memories: Int) {
                self.owner = owner
                self.category = category
                self.memories = memories
            }
        }

        /// Whose memories were searched.
        public var userID: UserID
        /// Who searched.
        public var agentID: AgentID
        /// How many searches found nothing.
        public var searches: Int
        /// On how many days of UTC.
        public var days: Int
        /// When the last one of these days began.
        public var lastDay: Date
        /// What could be shared, the most memories first.
        public var shareable: [Shareable]

        /// Counts searches.
        public init(
            userID: UserID,
            agentID: AgentID,
            searches: Int,
            days: Int,
            lastDay: Date,
            shareable: [Shareable] = []
        ) {
            self.userID = userID
            self.agentID = agentID
            self.searches = searches
            self.days = days
            self.lastDay = lastDay
            self.shareable = shareable
        }

        private enum CodingKeys: String, CodingKey {
            case searches, days, shareable
            case userID = "user"
            case agentID = "agent"
            case lastDay = "last_day"
        }
    }
}
