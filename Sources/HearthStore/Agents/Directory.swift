internal import HearthSQLite
internal import Synchronization

/// The agents and the policy of a file at one point: everything that decides access besides the shares.
struct Directory: Sendable {
    /// One agent.
    struct Entry: Sendable {
        var key: Int64
        var profile: AgentProfile
        var status: AgentStatus

        var id: AgentID { profile.id }
    }

    /// The sequence at which agents or policy last changed.
    let sequence: Int64
    let rules: AccessRules
    private let byID: [AgentID: Entry]
    private let byKey: [Int64: Entry]

    init(sequence: Int64, policy: SharingPolicy, entries: [Entry]) {
        self.sequence = sequence
        byID = Dictionary(uniqueKeysWithValues: entries.map { ($0.id, $0) })
        byKey = Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0) })
        rules = AccessRules(policy: policy, priorities: byID.mapValues(\.profile.priority))
    }

    /// Every agent, `system` among them, by identifier.
    var entries: [Entry] { byID.values.sorted { $0.id < $1.id } }

    /// - Throws: `.unknownAgent`.
    func entry(_ id: AgentID) throws(MemoryError) -> Entry {
        guard let entry = byID[id] else {
            throw MemoryError(
                code: .unknownAgent,
                message: "No agent \(id) is known; register it with a profile first."
            )
        }
        return entry
    }

    func contains(_ id: AgentID) -> Bool { byID[id] != nil }

    /// - Throws: `.storeCorrupt`, as keys come from the file itself.
    func entry(key: Int64) throws(MemoryError) -> Entry {
        guard let entry = byKey[key] else { throw .corrupt("Agent number \(key) is missing.") }
        return entry
    }
}

/// The last committed directory that a reader has seen.
final class DirectoryCache: Sendable {
    private let cached = Mutex<Directory?>(nil)

    /// The directory of exactly that sequence, if it is the one held.
    func directory(at sequence: Int64) -> Directory? {
        cached.withLock { $0?.sequence == sequence ? $0 : nil }
    }

    /// The directory a reader's snapshot has. Only committed states come here: a writer's own never do.
    func directory(_ connection: Connection, state: StoreState) throws -> Directory {
        if let directory = directory(at: state.policyChanged) { return directory }
        let directory = try Directory.read(connection, sequence: state.policyChanged)
        cached.withLock { held in
            if held == nil || held!.sequence < directory.sequence { held = directory }
        }
        return directory
    }
}
