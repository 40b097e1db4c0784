import FoundationEssentials
import HearthModel
import HearthRules
import HearthSQLite

extension AnalyticsReader {
    /// How many agents are told of at most, each with each user whose memories it searched.
    private static let mostSearchers = 20

    /// Who searches among others' memories and finds nothing, and what could be shared with it.
    func unanswered() throws -> [MemoryAnalytics.Unanswered] {
        let counts = try UnansweredTable.counts(
            on: ShareSuggestions.daysKept(at: now),
            user: user,
            atMost: Self.mostSearchers,
            in: snapshot.connection
        )
        return try counts.compactMap { count in
            guard let userID = try snapshot.user(count.user) else { return nil }
            let agent = try snapshot.directory.agent(key: count.agent)
            return MemoryAnalytics.Unanswered(
                userID: userID,
                agentID: agent.id,
                searches: count.searches,
                days: count.days,
                lastDay: Date(timeIntervalSince1970: Double(count.last) * 86_400),
                shareable: ShareSuggestions.shareable(
                    try memories(of: count.user, notSharedWith: agent),
                    with: agent.id,
                    rules: snapshot.directory.rules
                )
            )
        }
    }

    /// Live memories of a user that no share with an agent speaks of, not even a revoked one, by owner and category.
    /// Sensitive ones are left out.
    private func memories(
        of user: Int64,
        notSharedWith agent: KnownAgent
    ) throws -> [MemoryAnalytics.Unanswered.Shareable] {
        try snapshot.connection.rows(
            """
            SELECT o.agent_id, c.name, count(*)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.document_key
            JOIN agents AS o ON o.agent_key = m.owner_key JOIN categories AS c ON c.category_key = m.category_key
            WHERE d.user_key = ?1 AND d.agent_key IS NULL AND m.owner_key != ?2 AND m.state = 'live' AND m.is_sensitive = 0
                AND coalesce(m.expires_at > ?3, 1)
                AND NOT EXISTS (SELECT 1 FROM shares AS s
                    WHERE s.user_key = ?1 AND s.memory_key = m.memory_key AND s.agent_key = ?2)
            GROUP BY 1, 2
            """,
            user,
            agent.key,
            now.rawValue,
            as: { row in
                MemoryAnalytics.Unanswered.Shareable(
                    owner: AgentID(rawValue: row.string(0)),
                    category: MemoryCategory(rawValue: row.string(1)),
                    memories: row.int(2)
                )
            }
        )
    }
}
