import FoundationEssentials
import HearthModel

/// One line of an export. The article on exports describes the format for people; what is here is the same for programs.
///
/// Keys are sorted, and a key without a value is left out. Versions, drafts, shares and conflicts belong to the memory
/// whose line came last.
enum ExportLine {
    case header(ExportHeader)
    case agent(ExportedAgent)
    case policy(ExportedPolicy)
    case erasures(ExportedErasures)
    case erased(ExportedMark)
    case user(ExportedUser)
    case session(ExportedSession)
    case tombstone(ExportedTombstone)
    case memory(ExportedMemory)
    case version(ExportedVersion)
    case draft(ExportedDraft)
    case share(ExportedShare)
    case conflict(ExportedConflict)
    case end(ExportEnd)

    /// The value of the key `kind`.
    enum Kind: String, Codable {
        case header, agent, policy, erasures, erased, user, session, tombstone, memory, version, draft, share, conflict,
            end
    }
}

extension ExportLine: Codable {
    private enum CodingKeys: String, CodingKey { case kind }

    init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .kind) {
        case .header: self = .header(try ExportHeader(from: decoder))
        case .agent: self = .agent(try ExportedAgent(from: decoder))
        case .policy: self = .policy(try ExportedPolicy(from: decoder))
        case .erasures: self = .erasures(try ExportedErasures(from: decoder))
        case .erased: self = .erased(try ExportedMark(from: decoder))
        case .user: self = .user(try ExportedUser(from: decoder))
        case .session: self = .session(try ExportedSession(from: decoder))
        case .tombstone: self = .tombstone(try ExportedTombstone(from: decoder))
        case .memory: self = .memory(try ExportedMemory(from: decoder))
        case .version: self = .version(try ExportedVersion(from: decoder))
        case .draft: self = .draft(try ExportedDraft(from: decoder))
        case .share: self = .share(try ExportedShare(from: decoder))
        case .conflict: self = .conflict(try ExportedConflict(from: decoder))
        case .end: self = .end(try ExportEnd(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        switch self {
        case .header(let line): try line.encode(to: encoder)
        case .agent(let line): try line.encode(to: encoder)
        case .policy(let line): try line.encode(to: encoder)
        case .erasures(let line): try line.encode(to: encoder)
        case .erased(let line): try line.encode(to: encoder)
        case .user(let line): try line.encode(to: encoder)
        case .session(let line): try line.encode(to: encoder)
        case .tombstone(let line): try line.encode(to: encoder)
        case .memory(let line): try line.encode(to: encoder)
        case .version(let line): try line.encode(to: encoder)
        case .draft(let line): try line.encode(to: encoder)
        case .share(let line): try line.encode(to: encoder)
        case .conflict(let line): try line.encode(to: encoder)
        case .end(let line): try line.encode(to: encoder)
        }
    }

    var kind: Kind {
        switch self {
        case .header: .header
        case .agent: .agent
        case .policy: .policy
        case .erasures: .erasures
        case .erased: .erased
        case .user: .user
        case .session: .session
        case .tombstone: .tombstone
        case .memory: .memory
        case .version: .version
        case .draft: .draft
        case .share: .share
        case .conflict: .conflict
        case .end: .end
        }
    }
}

/// The first line.
struct ExportHeader: Codable {
    static let name = "hearth-export"
    static let latest = 1

    var format = Self.name
    var version = Self.latest
    /// Whose memories these are; nil: everybody's.
    var onlyUser: UserID?
    /// Whether sensitive memories are among them, in plain.
    var hasSensitive: Bool

    private enum CodingKeys: String, CodingKey {
        case format, version
        case onlyUser = "only_user"
        case hasSensitive = "has_sensitive"
    }
}

/// An agent's profile.
struct ExportedAgent: Codable {
    var id: AgentID
    var name: String
    var priority: AgentPriority
    /// Seconds.
    var retention: Double
    var conflictResolution: ConflictResolution?
    var memoryTypes: [MemoryType]
    var categories: [MemoryCategory]
    var workingMemoryLimit: Int
    var automaticSync: Bool
    var status: AgentStatus

    private enum CodingKeys: String, CodingKey {
        case id, name, priority, retention, categories, status
        case conflictResolution = "conflict_resolution"
        case memoryTypes = "memory_types"
        case workingMemoryLimit = "working_memory_limit"
        case automaticSync = "automatic_sync"
    }

    init(_ profile: AgentProfile, status: AgentStatus) {
        id = profile.id
        name = profile.name
        priority = profile.priority
        retention = profile.retention.inSeconds
        conflictResolution = profile.ownConflictResolution
        memoryTypes = profile.memoryTypes
        categories = profile.categories
        workingMemoryLimit = profile.workingMemoryLimit
        automaticSync = profile.automaticSync
        self.status = status
    }
}

/// The policy of sharing.
struct ExportedPolicy: Codable {
    var sharing: SharingPolicy
}

/// What the marks of erased memories are made with.
struct ExportedErasures: Codable {
    /// 64 hexadecimal digits.
    var secret: String
}

/// The mark of an erased memory or text.
struct ExportedMark: Codable {
    /// 32 hexadecimal digits.
    var mark: String
}

/// A user.
struct ExportedUser: Codable {
    var id: UserID
    var createdAt: Int64
    /// What ids of versions of the user's sensitive memories are made with: 64 hexadecimal digits.
    var identityKey: String?

    private enum CodingKeys: String, CodingKey {
        case id
        case createdAt = "created_at"
        case identityKey = "identity_key"
    }
}

/// A session of a user.
struct ExportedSession: Codable {
    var user: UserID
    var id: SessionID
    var agent: AgentID?
    var name: String?
    var startedAt: Int64
    var endedAt: Int64?

    private enum CodingKeys: String, CodingKey {
        case user, id, agent, name
        case startedAt = "started_at"
        case endedAt = "ended_at"
    }
}

/// A memory that was deleted and then removed, and that no import brings back.
struct ExportedTombstone: Codable {
    var user: UserID
    var owner: AgentID
    var id: MemoryID
    var deletedAt: Int64

    private enum CodingKeys: String, CodingKey {
        case user, owner, id
        case deletedAt = "deleted_at"
    }
}

/// The last line.
struct ExportEnd: Codable {
    /// Memories, those that are deleted included.
    var memories: Int
    var versions: Int
    /// Sensitive memories that are not among them.
    var sensitiveLeftOut: Int
    /// SHA-256 of all lines before this one, with their line breaks.
    var sha256: String

    private enum CodingKeys: String, CodingKey {
        case memories, versions, sha256
        case sensitiveLeftOut = "sensitive_left_out"
    }
}
