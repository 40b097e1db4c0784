import HearthModel
import HearthRules
import HearthSQLite

/// Makes records of what is noted in the outbox.
final class OutgoingReader {
    private let snapshot: Snapshot
    private let space: DeviceSpaceTable.Row
    /// The sensitive memory that was read last: mostly its versions follow each other.
    private var lastLabels: (memory: Int64, labels: PlainLabels)?

    /// - Returns: Nil if the file exchanges with no other device.
    init?(in snapshot: Snapshot) throws {
        guard let space = try DeviceSpaceTable.find(snapshot.connection) else { return nil }
        (self.snapshot, self.space) = (snapshot, space)
    }

    private var connection: Connection { snapshot.connection }

    func records(after position: Int64, atMost count: Int) throws -> OutgoingRecords {
        var outgoing = OutgoingRecords()
        outgoing.last = position
        var sent: Set<[UInt8]> = []
        for entry in try DeviceOutbox.entries(after: position, atMost: count, in: connection) {
            outgoing.last = entry.number
            guard let part = entry.part else { continue }
            if [.memory, .version, .share].contains(part), try isSensitive(entry.key), try !canOpen(entry.key) {
                outgoing.keptBack += 1
                continue
            }
            do {
                let item = try item(entry)
                outgoing.entries.append(entry.number)
                guard let item, try !DeviceFacts.contains(item.record.id, in: connection) else { continue }
                if sent.insert(item.record.id).inserted { outgoing.items.append(item) }
            } catch let error as MemoryError where error.isDamage {
                // A memory that does not read is not sent. The others are.
                outgoing.keptBack += 1
            }
        }
        return outgoing
    }

    private func isSensitive(_ memory: Int64) throws -> Bool {
        try FoundMemory.isSensitive(memory, in: connection) ?? false
    }

    /// Whether the keys of a memory's user are in memory.
    private func canOpen(_ memory: Int64) throws -> Bool {
        let user = try connection.first(
            "SELECT user_key FROM memories WHERE memory_key = ?1",
            memory,
            as: { $0.int64(0) }
        )
        return user.map { snapshot.keyring.loaded($0) != nil } ?? false
    }

    /// The record of an entry; nil if what it is about is gone.
    func item(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        switch entry.part {
        case nil: nil
        case .memory: try version(nil, of: entry.key)
        case .version: try version(VersionID(bytes: entry.version), of: entry.key)
        case .share: try share(entry)
        case .session: try session(entry)
        case .agent: try agent(entry)
        case .policy: try policy(entry)
        case .tombstone: try tombstone(entry)
        case .erasure: try erasure(entry)
        case .sensitivity: try sensitivity(entry)
        }
    }

    private func sensitivity(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        guard let found = try FoundMemory.find(entry.key, in: connection), let time = entry.time else { return nil }
        let fact = SensitivityFact(
            memory: found.memory,
            isSensitive: try isSensitive(entry.key),
            time: ExportedTime(time)
        )
        return try .init(.sensitivity(fact), of: entry.key, register: (.sensitivity(of: entry.key), time))
    }

    /// The versions of a sensitive memory as other devices name them.
    ///
    /// - Throws: ``KeysNeeded`` if its user's keys are not in memory.
    private func labels(of memory: Int64, _ found: FoundMemory, _ keys: UserKeys) throws -> PlainLabels {
        if let lastLabels, lastLabels.memory == memory { return lastLabels.labels }
        let seal = MemorySeal(id: found.memory.id, keys: keys)
        let reader = VersionReader(of: memory, id: found.memory.id, sealedBy: seal, in: snapshot)
        let labels = PlainLabels(try reader.all().map(\.version))
        lastLabels = (memory, labels)
        return labels
    }

    /// What a record about a sensitive memory has so that nobody can guess its id. It is the same whenever this file makes
    /// the record.
    private static func salt(_ parts: [UInt8]..., keys: UserKeys) -> String {
        var encoder = CanonicalEncoder()
        encoder.append("hearth.salt.1")
        for part in parts { encoder.append(contentsOf: part) }
        return Hexadecimal.string(Array(encoder.digest(key: keys.digestKey).prefix(16)))
    }

    /// A version; without an id the first one.
    ///
    /// A memory's own entry is in front of those of its shares, and an entry for each version comes behind them once there are
    /// several. So the first version is sent by the memory's entry in any case: a share that comes without it would wait.
    private func version(_ id: VersionID?, of memory: Int64) throws -> OutgoingRecords.Item? {
        guard let found = try FoundMemory.find(memory, in: connection) else { return nil }
        guard let version = try written(id, of: memory, found) else { return nil }
        return try .init(.version(version), of: memory)
    }

    private func written(_ id: VersionID?, of memory: Int64, _ found: FoundMemory) throws -> VersionFact? {
        guard try isSensitive(memory) else {
            let reader = VersionReader(of: memory, id: found.memory.id, sealedBy: nil, in: snapshot)
            let version = try id.map { try reader.version($0) } ?? Self.first(of: reader.all().map(\.version))
            return version.map { VersionFact($0, of: found) }
        }
        let keys = try snapshot.keys(ofUser: found.user)
        let labels = try labels(of: memory, found, keys)
        guard let version = id.map({ labels[labels.plain($0)] }) ?? Self.first(of: labels.versions) else { return nil }
        var fact = VersionFact(version, of: found)
        fact.salt = Self.salt(version.id.bytes ?? [], keys: keys)
        return fact
    }

    private static func first(of versions: some Collection<Version>) -> Version? {
        versions.first(where: \.parents.isEmpty)
    }

    private func share(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        guard let found = try FoundMemory.find(entry.key, in: connection) else { return nil }
        let agent = try snapshot.directory.agent(key: entry.agent).id
        let fact = try connection.first(
            """
            SELECT rule, permission, is_revoked, since_head, granted_at FROM shares
            WHERE user_key = ?1 AND memory_key = ?2 AND agent_key = ?3
            """,
            found.user,
            entry.key,
            entry.agent,
            as: { row in
                let share = try ShareTable.share(row, at: 0)
                let grantedAt = row.int64(4)
                // A share of before the file joined has the time at which it was made.
                let time = entry.time ?? HybridTime(rawValue: max(0, grantedAt / 1_000) << 16)
                return ShareFact(
                    memory: found.memory,
                    agent: agent,
                    rule: row.optionalString(0),
                    permission: share.permission,
                    isRevoked: share.isRevoked,
                    sinceHead: VersionID(bytes: row.bytes(3)),
                    grantedAt: grantedAt,
                    time: ExportedTime(time)
                )
            }
        )
        guard var fact, let time = fact.time.time else { return nil }
        if try isSensitive(entry.key) {
            let keys = try snapshot.keys(ofUser: found.user)
            fact.sinceHead = try labels(of: entry.key, found, keys).plain(fact.sinceHead)
            fact.salt = Self.salt(fact.sinceHead.bytes ?? [], Array(agent.rawValue.utf8), keys: keys)
        }
        return try .init(.share(fact), of: entry.key, register: (.share(of: entry.key, with: entry.agent), time))
    }

    private func session(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        let session = try connection.first(
            """
            SELECT u.user_id, s.session_id, a.agent_id, s.name, s.started_at, s.ended_at
            FROM sessions AS s JOIN users AS u ON u.user_key = s.user_key LEFT JOIN agents AS a ON a.agent_key = s.agent_key
            WHERE s.session_key = ?1
            """,
            entry.key,
            as: ExportedSession.init
        )
        guard let session else { return nil }
        let time = entry.time ?? .zero
        let fact = SessionFact(session: session, time: ExportedTime(time))
        return .init(record: try DeviceFact.session(fact).record(), register: (.session(entry.key), time))
    }

    private func agent(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        let agent = try snapshot.directory.agent(key: entry.key)
        let time = entry.time ?? .zero
        // Whether an agent is in service is known to each device alone.
        let profile = ExportedAgent(agent.profile, status: .inactive)
        let fact = AgentFact(profile: profile, time: ExportedTime(time))
        return .init(record: try DeviceFact.agent(fact).record(), register: (.agent(agent.id), time))
    }

    private func policy(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        let time = entry.time ?? .zero
        let sharing = snapshot.directory.rules.policy
        let fact = PolicyFact(sharing: sharing, resolution: space.resolution, time: ExportedTime(time))
        return .init(record: try DeviceFact.policy(fact).record(), register: (.policy, time))
    }

    private func tombstone(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        guard let user = try UserTable.name(of: entry.key, in: connection), let noted = NotedTombstone(entry.text)
        else {
            return nil
        }
        let owner = try snapshot.directory.agent(key: noted.owner).id
        let fact = TombstoneFact(
            memory: FactMemory(user: user, owner: owner, id: noted.id),
            deletedAt: noted.deletedAt
        )
        return .init(record: try DeviceFact.tombstone(fact).record())
    }

    private func erasure(_ entry: DeviceOutbox.Entry) throws -> OutgoingRecords.Item? {
        guard let noted = NotedErasure(json: entry.text) else {
            throw MemoryError.corrupt("An erasure that other devices have to learn does not read.")
        }
        let erased = noted.facts.compactMap { Hexadecimal.bytes(Substring($0), count: 32) }
        return .init(record: try DeviceFact.erasure(noted.erasure).record(erasing: erased))
    }
}

extension OutgoingRecords.Item {
    /// A fact about a memory.
    fileprivate init(_ fact: DeviceFact, of memory: Int64, register: (name: String, time: HybridTime)? = nil) throws {
        self.init(record: try fact.record(), memory: memory, isGuessable: fact.isGuessable, register: register)
    }
}

extension VersionFact {
    init(_ version: Version, of found: FoundMemory) {
        self.init(
            memory: found.memory,
            origin: version.parents.isEmpty ? found.origin : nil,
            version: WrittenVersion(version)
        )
    }
}

/// A memory as facts name it.
struct FoundMemory {
    var memory: FactMemory
    var user: Int64
    var origin: VersionFact.Origin

    /// Whether a memory is sensitive, without reading the rest of it; nil if there is none.
    static func isSensitive(_ key: Int64, in connection: Connection) throws -> Bool? {
        try connection.first("SELECT is_sensitive FROM memories WHERE memory_key = ?1", key, as: { $0.bool(0) })
    }

    /// How facts name a memory, whatever else of it does not read; nil if there is none.
    static func name(of key: Int64, in connection: Connection) throws -> FactMemory? {
        try connection.first(
            """
            SELECT m.identifier, u.user_id, o.agent_id FROM memories AS m JOIN users AS u ON u.user_key = m.user_key
            JOIN agents AS o ON o.agent_key = m.owner_key WHERE m.memory_key = ?1
            """,
            key,
            as: { row in
                FactMemory(
                    user: UserID(rawValue: row.string(1)),
                    owner: AgentID(rawValue: row.string(2)),
                    id: row.memoryID(0)
                )
            }
        )
    }

    static func find(_ key: Int64, in connection: Connection) throws -> FoundMemory? {
        try connection.first(
            """
            SELECT m.identifier, u.user_id, o.agent_id, m.user_key, s.session_id, m.type, m.parent_id,
                coalesce(m.created_at, m.arrived_at, d.created_at)
            FROM memories AS m JOIN users AS u ON u.user_key = m.user_key JOIN agents AS o ON o.agent_key = m.owner_key
            JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            LEFT JOIN sessions AS s ON s.session_key = m.session_key
            WHERE m.memory_key = ?1
            """,
            key,
            as: { row in
                let id = row.memoryID(0)
                guard let place = UInt8(exactly: row.int64(5)), let type = MemoryType(place: place) else {
                    throw MemoryError.corrupt("The type of memory \(id) does not read.")
                }
                return FoundMemory(
                    memory: FactMemory(
                        user: UserID(rawValue: row.string(1)),
                        owner: AgentID(rawValue: row.string(2)),
                        id: id
                    ),
                    user: row.int64(3),
                    origin: VersionFact.Origin(
                        session: row.optionalString(4).map(SessionID.init(rawValue:)),
                        type: type,
                        createdAt: row.int64(7),
                        parent: row.optionalString(6).map(MemoryID.init(rawValue:))
                    )
                )
            }
        )
    }
}

/// The names of what the latest change replaces.
extension String {
    static let policy = "policy"
    static let heard = "heard"
    static func agent(_ id: AgentID) -> String { "agent \(id.rawValue)" }
    static func session(_ key: Int64) -> String { "session \(key)" }
    static func share(of memory: Int64, with agent: Int64) -> String { "share \(memory) \(agent)" }
    static func sensitivity(of memory: Int64) -> String { "sensitivity \(memory)" }
}
