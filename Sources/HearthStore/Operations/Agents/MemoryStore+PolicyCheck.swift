package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Judges a policy against the agents and memories of the store, and says what it would change for whom. It changes
    /// nothing.
    ///
    /// - Throws: `.invalidArgument` for a policy that no store accepts.
    package func check(_ policy: SharingPolicy) async throws -> PolicyCheck {
        try policy.validate()
        return try await readUntilCancelled { snapshot in
            let review = PolicyReview(
                policy,
                inPlaceOf: snapshot.directory.rules.policy,
                priorities: snapshot.directory.rules.priorities,
                holdings: try Self.holdings(in: snapshot.connection)
            )
            return review.outcome
        }
    }

    private static func holdings(in connection: Connection) throws -> [PolicyReview.Holding] {
        struct Place: Hashable {
            var owner: String
            var category: String
        }
        var shares: [Place: [PolicyReview.ShareCount]] = [:]
        try connection.forEach(
            """
            SELECT o.agent_id, c.name, a.agent_id, count(*), s.rule, s.permission, s.is_revoked
            FROM shares AS s JOIN memories AS m ON m.memory_key = s.memory_key JOIN categories AS c ON c.category_key = m.category_key
            JOIN agents AS o ON o.agent_key = m.owner_key JOIN agents AS a ON a.agent_key = s.agent_key
            WHERE m.state = 'live' GROUP BY 1, 2, 3, 5, 6, 7
            """
        ) { row in
            shares[Place(owner: row.string(0), category: row.string(1)), default: []]
                .append(
                    PolicyReview.ShareCount(
                        agent: AgentID(rawValue: row.string(2)),
                        share: try ShareTable.share(row, at: 4),
                        memories: row.int(3)
                    )
                )
        }
        return try connection.rows(
            """
            SELECT o.agent_id, c.name, count(*) FROM memories AS m JOIN categories AS c ON c.category_key = m.category_key
            JOIN agents AS o ON o.agent_key = m.owner_key WHERE m.state = 'live' GROUP BY 1, 2
            """,
            as: { row in
                PolicyReview.Holding(
                    owner: AgentID(rawValue: row.string(0)),
                    category: MemoryCategory(rawValue: row.string(1)),
                    memories: row.int(2),
                    shares: shares[Place(owner: row.string(0), category: row.string(1))] ?? []
                )
            }
        )
    }
}
