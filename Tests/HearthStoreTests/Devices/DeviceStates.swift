import HearthSQLite
import TestSupport

@testable import HearthModel
@testable import HearthRules
@testable import HearthStore

/// What devices must agree on, by a name for each thing.
struct DeviceState: Equatable {
    var facts: [String: String] = [:]

    /// - Parameter erased: Users whose sessions are of several lives, of which each device knows its own.
    init(_ store: MemoryStore, besidesSessionsOf erased: Set<UserID> = []) throws {
        let facts = try store.read { snapshot in
            var facts: [String: String] = [:]
            let connection = snapshot.connection
            try connection.forEach("SELECT memory_key FROM memories") { row in
                let key = row.int64(0)
                guard let record = try MemoryRecord.find(key: key, includingDeleted: true, in: snapshot) else { return }
                let name = "\(record.userID)/\(record.owner)/\(record.id)"
                let fields = record.fields
                facts[name] =
                    "\(fields.isDeleted ? "deleted " : "")\(fields.content) [\(fields.category), \(fields.tags), \(fields.importance), \(fields.confidence), \(fields.metadata.sorted { $0.key < $1.key }), \(String(describing: fields.expiresAt))] in \(record.sessionID?.rawValue ?? "-"), \(record.type), \(record.createdAt.rawValue), of \(record.parentID?.rawValue ?? "-")"
                let waits = try ConflictTable.waiting(on: record, in: connection) != nil
                var heads = try VersionTable.heads(memory: key, in: connection)
                if record.isSensitive {
                    // Each file names the versions of sensitive memories with a key of its own.
                    let labels = PlainLabels(try VersionReader(of: record, in: snapshot).all().map(\.version))
                    heads = heads.map { labels.plain($0) }
                }
                facts[name + " sensitive"] = "\(record.isSensitive)"
                facts[name + " waits"] = waits ? heads.map(\.rawValue).sorted().joined(separator: ",") : "no"
                for agent in snapshot.directory.agents {
                    let standing = try snapshot.standing(of: agent, to: record)
                    facts[name + " seen by \(agent.id)"] = "\(standing)"
                    guard standing != .none else { continue }
                    let history = try snapshot.history(of: record, as: agent)
                        .map { "\($0.number) \($0.author) \($0.isDeleted ? "deleted" : $0.content)" }
                    facts[name + " history of \(agent.id)"] = history.sorted().joined(separator: " | ")
                }
            }
            try connection.forEach(
                "SELECT u.user_id, s.session_id, s.ended_at, s.started_at FROM sessions AS s JOIN users AS u ON u.user_key = s.user_key"
            ) { row in
                guard !erased.contains(UserID(rawValue: row.string(0))) else { return }
                facts["session \(row.string(0))/\(row.string(1))"] =
                    "\(row.optionalInt64(2) ?? 0), \(row.int64(3))"
            }
            facts["policy"] = String(decoding: try snapshot.directory.rules.policy.json(), as: UTF8.self)
            for agent in snapshot.directory.agents {
                facts["agent \(agent.id)"] = "\(agent.profile)"
            }
            return facts
        }
        self.facts = facts
    }

    /// What another device says otherwise.
    func differences(from other: DeviceState) -> [String] {
        Set(facts.keys).union(other.facts.keys).sorted()
            .compactMap { name in
                let (mine, others) = (facts[name], other.facts[name])
                return mine == others ? nil : "\(name): \(mine ?? "nothing") | \(others ?? "nothing")"
            }
    }
}
