import FoundationEssentials
import HearthModel
import HearthRules
import HearthSQLite

extension AgentDirectory {
    /// Reads the agents and the policy.
    static func read(_ connection: Connection, sequence: Int64) throws -> AgentDirectory {
        let agents = try connection.rows(
            """
            SELECT agent_key, agent_id, name, priority, retention, conflict_resolution, memory_types, categories,
                working_memory_limit, automatic_sync, status
            FROM agents
            """,
            as: AgentTable.agent
        )
        _ = try Dictionary(uniqueRows: agents.map { ($0.id, ()) }, what: "Two agents")
        _ = try Dictionary(uniqueRows: agents.map { ($0.key, ()) }, what: "Two agents")
        return AgentDirectory(sequence: sequence, policy: try AgentTable.policy(connection), agents: agents)
    }
}

/// The rows of `agents` and `policies`.
enum AgentTable {
    private static let sharing = "sharing"

    /// The key of an agent that the file must have.
    static func key(of agent: AgentID, in connection: Connection) throws -> Int64 {
        let key = try connection.first(
            "SELECT agent_key FROM agents WHERE agent_id = ?1",
            agent.rawValue,
            as: { $0.int64(0) }
        )
        guard let key else { throw MemoryError.corrupt("Agent \(agent) is missing.") }
        return key
    }

    static func agent(_ row: Row) throws -> KnownAgent {
        let id = AgentID(rawValue: row.string(1))
        guard let priority = AgentPriority(rawValue: row.int(3)),
            let resolution = StoredResolution(text: row.string(5)),
            let status = AgentStatus(rawValue: row.string(10)),
            let retention = Duration(saturatingSeconds: row.double(4))
        else { throw MemoryError.corrupt("The profile of agent \(id) does not read.") }
        return KnownAgent(
            key: row.int64(0),
            profile: AgentProfile(
                id: id,
                name: row.string(2),
                priority: priority,
                retention: retention,
                conflictResolution: resolution.strategy,
                memoryTypes: try FieldText.array(from: row.string(6)).compactMap(MemoryType.init(rawValue:)),
                categories: try FieldText.array(from: row.string(7)).map(MemoryCategory.init(rawValue:)),
                workingMemoryLimit: row.int(8),
                automaticSync: row.bool(9)
            ),
            status: status
        )
    }

    /// Writes a profile. It replaces the one with the same identifier, if there is one.
    static func write(_ profile: AgentProfile, to connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO agents (agent_id, name, priority, retention, conflict_resolution, memory_types, categories,
                working_memory_limit, automatic_sync, status)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'inactive')
            ON CONFLICT (agent_id) DO UPDATE SET name = excluded.name, priority = excluded.priority,
                retention = excluded.retention, conflict_resolution = excluded.conflict_resolution,
                memory_types = excluded.memory_types, categories = excluded.categories,
                working_memory_limit = excluded.working_memory_limit, automatic_sync = excluded.automatic_sync
            """,
            profile.id.rawValue,
            profile.name,
            profile.priority.rawValue,
            profile.retention.inSeconds,
            StoredResolution(strategy: profile.ownConflictResolution).text,
            FieldText.array(profile.memoryTypes.map(\.rawValue)),
            FieldText.array(profile.categories.map(\.rawValue)),
            profile.workingMemoryLimit,
            profile.automaticSync
        )
    }

    static func setStatus(_ status: AgentStatus, of agent: Int64, in connection: Connection) throws {
        try connection.run("UPDATE agents SET status = ?2 WHERE agent_key = ?1", agent, status.rawValue)
    }

    static func policy(_ connection: Connection) throws -> SharingPolicy {
        let json = try connection.first("SELECT json FROM policies WHERE name = ?1", sharing) { $0.string(0) }
        guard let json else { throw MemoryError.corrupt("The sharing policy is missing.") }
        do {
            return try SharingPolicy(json: Data(json.utf8))
        } catch {
            throw MemoryError.corrupt("The sharing policy does not read.")
        }
    }

    static func write(_ policy: SharingPolicy, to connection: Connection) throws {
        try connection.run(
            "INSERT INTO policies (name, json) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET json = excluded.json",
            sharing,
            String(decoding: try policy.json(), as: UTF8.self)
        )
    }
}

/// How a profile's strategy for conflicts stands in its row.
private struct StoredResolution {
    /// Nil leaves it to the configuration.
    var strategy: ConflictResolution?

    private static let ofConfiguration = "configuration"

    init(strategy: ConflictResolution?) {
        self.strategy = strategy
    }

    /// Nil for a text that says nothing.
    init?(text: String) {
        strategy = ConflictResolution(rawValue: text)
        guard strategy != nil || text == Self.ofConfiguration else { return nil }
    }

    var text: String { strategy?.rawValue ?? Self.ofConfiguration }
}

extension Duration {
    /// The duration in seconds.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
