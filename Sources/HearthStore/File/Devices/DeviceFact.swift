import Crypto
import FoundationEssentials
import HearthModel

/// What one record between devices says. The article on devices describes the format for people; what is here is the
/// same for programs.
///
/// Keys are sorted, and a key without a value is left out, so that the same fact has the same bytes everywhere.
enum DeviceFact {
    case agent(AgentFact)
    case policy(PolicyFact)
    case session(SessionFact)
    case version(VersionFact)
    case share(ShareFact)
    case tombstone(TombstoneFact)
    case erasure(ErasureFact)
    case sensitivity(SensitivityFact)

    /// The format of the payloads.
    static let schema = 1

    /// The value of the key `fact`.
    enum Kind: String, Codable {
        case agent, policy, session, version, share, tombstone, erasure, sensitivity
    }

    var kind: Kind {
        switch self {
        case .agent: .agent
        case .policy: .policy
        case .session: .session
        case .version: .version
        case .share: .share
        case .tombstone: .tombstone
        case .erasure: .erasure
        case .sensitivity: .sensitivity
        }
    }
}

/// The memory that a fact is about. An identifier names a memory of one user and one owner.
struct FactMemory: Codable, Hashable {
    var user: UserID
    var owner: AgentID
    var id: MemoryID
}

/// An agent's profile. The latest one holds.
struct AgentFact: Codable {
    var profile: ExportedAgent
    var time: ExportedTime
}

/// The policy of sharing and how conflicts are settled where nobody says. The latest one holds.
struct PolicyFact: Codable {
    var sharing: SharingPolicy
    var resolution: ConflictResolution
    var time: ExportedTime
}

/// A session. The latest one holds.
struct SessionFact: Codable {
    var session: ExportedSession
    var time: ExportedTime
}

/// A version of a memory.
struct VersionFact: Codable {
    /// What the first version of a memory says of it beside its fields.
    struct Origin: Codable {
        var session: SessionID?
        var type: MemoryType
        var createdAt: Int64
        var parent: MemoryID?

        private enum CodingKeys: String, CodingKey {
            case session, type, parent
            case createdAt = "created_at"
        }
    }

    var memory: FactMemory
    /// Nil if the version has parents.
    var origin: Origin?
    /// The version under its plain id, of a sensitive memory too.
    var version: WrittenVersion
    /// Set if the memory is sensitive where the record was made: 32 hexadecimal digits that nobody can guess. Without them the
    /// record's id would tell who guesses the text that the guess is right.
    var salt: String?
}

/// A share of a memory with an agent, or its revocation. ``ShareRank`` says which one holds.
struct ShareFact: Codable {
    var memory: FactMemory
    var agent: AgentID
    /// The propagation rule that made it; nil: made by call.
    var rule: String?
    var permission: SharePermission
    var isRevoked: Bool
    /// The head when the agent first could see the memory by it.
    var sinceHead: VersionID
    var grantedAt: Int64
    var time: ExportedTime
    /// As that of a version.
    var salt: String?

    private enum CodingKeys: String, CodingKey {
        case memory, agent, rule, permission, time, salt
        case isRevoked = "is_revoked"
        case sinceHead = "since_head"
        case grantedAt = "granted_at"
    }

    var share: Share {
        Share(
            origin: rule.map(Share.Origin.propagation) ?? .explicit,
            permission: permission,
            isRevoked: isRevoked
        )
    }
}

/// A memory that was deleted and then removed. Nothing brings it back.
struct TombstoneFact: Codable {
    var memory: FactMemory
    var deletedAt: Int64

    private enum CodingKeys: String, CodingKey {
        case memory
        case deletedAt = "deleted_at"
    }
}

/// A memory that was erased, or all of a user until a time. Nothing brings them back.
struct ErasureFact: Codable {
    var user: UserID
    var owner: AgentID?
    /// Nil: all memories of the user whose first version is not later than the time.
    var id: MemoryID?
    var time: ExportedTime
    /// Of a user whose erasure was dated far ahead: that date, instead of which `time` counts.
    var insteadOf: ExportedTime?

    private enum CodingKeys: String, CodingKey {
        case user, owner, id, time
        case insteadOf = "instead_of"
    }
}

extension ErasureFact {
    /// That an erasure of a user, which was dated far ahead, goes until a time only.
    init(user: UserID, dated date: HybridTime, until end: HybridTime) {
        self.init(user: user, time: ExportedTime(end), insteadOf: ExportedTime(date))
    }
}

/// That a memory has become sensitive, or plain again. The latest one holds.
struct SensitivityFact: Codable {
    var memory: FactMemory
    var isSensitive: Bool
    var time: ExportedTime

    private enum CodingKeys: String, CodingKey {
        case memory, time
        case isSensitive = "is_sensitive"
    }
}

extension DeviceFact {
    /// The memory that a fact tells something of; nil if it is of none, or says that the memory is gone.
    var memory: FactMemory? {
        switch self {
        case .version(let fact): fact.memory
        case .share(let fact): fact.memory
        case .sensitivity(let fact): fact.memory
        case .agent, .policy, .session, .tombstone, .erasure: nil
        }
    }

    /// The times that it names beside the hybrid time of the edit, in microseconds since 1970.
    var times: [Int64] {
        switch self {
        case .version(let fact): [fact.origin?.createdAt, fact.version.expiresAt].compactMap(\.self)
        case .share(let fact): [fact.grantedAt]
        case .session(let fact): [fact.session.startedAt, fact.session.endedAt].compactMap(\.self)
        case .tombstone(let fact): [fact.deletedAt]
        case .agent, .policy, .erasure, .sensitivity: []
        }
    }

    /// Whether the record's id tells who guesses what a memory says that the guess is right.
    var isGuessable: Bool {
        switch self {
        case .version(let fact): fact.salt == nil
        case .share(let fact): fact.salt == nil
        case .sensitivity, .agent, .policy, .session, .tombstone, .erasure: false
        }
    }

    /// The category that a version says in plain; nil of other facts.
    var category: MemoryCategory? {
        guard case .version(let fact) = self, isGuessable else { return nil }
        return fact.version.category
    }

    /// The user whose memories a fact is about, and whether it needs keys of this file.
    var sealing: (user: UserID, isNeeded: Bool)? {
        switch self {
        case .version(let fact): (fact.memory.user, !isGuessable)
        case .share(let fact): (fact.memory.user, !isGuessable)
        case .sensitivity(let fact): (fact.memory.user, fact.isSensitive)
        case .tombstone(let fact): (fact.memory.user, false)
        case .erasure(let fact): (fact.user, false)
        case .agent, .policy, .session: nil
        }
    }
}

extension DeviceFact: Codable {
    private enum CodingKeys: String, CodingKey { case fact }

    init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: CodingKeys.self).decode(Kind.self, forKey: .fact) {
        case .agent: self = .agent(try AgentFact(from: decoder))
        case .policy: self = .policy(try PolicyFact(from: decoder))
        case .session: self = .session(try SessionFact(from: decoder))
        case .version: self = .version(try VersionFact(from: decoder))
        case .share: self = .share(try ShareFact(from: decoder))
        case .tombstone: self = .tombstone(try TombstoneFact(from: decoder))
        case .erasure: self = .erasure(try ErasureFact(from: decoder))
        case .sensitivity: self = .sensitivity(try SensitivityFact(from: decoder))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .fact)
        switch self {
        case .agent(let fact): try fact.encode(to: encoder)
        case .policy(let fact): try fact.encode(to: encoder)
        case .session(let fact): try fact.encode(to: encoder)
        case .version(let fact): try fact.encode(to: encoder)
        case .share(let fact): try fact.encode(to: encoder)
        case .tombstone(let fact): try fact.encode(to: encoder)
        case .erasure(let fact): try fact.encode(to: encoder)
        case .sensitivity(let fact): try fact.encode(to: encoder)
        }
    }
}

extension DeviceFact {
    /// The record of the fact.
    func record(erasing erased: [[UInt8]] = []) throws -> ExchangeRecord {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let payload = [UInt8](try encoder.encode(self))
        return ExchangeRecord(id: Self.id(of: payload), schema: Self.schema, payload: payload, erases: erased)
    }

    /// The id of a record with a payload.
    static func id(of payload: [UInt8]) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.append("hearth.fact.1")
        encoder.append(contentsOf: payload)
        return encoder.digest(key: nil)
    }

    /// What a payload says.
    ///
    /// - Throws: `DecodingError` if it is of a form that this release does not know.
    init(payload: [UInt8]) throws {
        self = try JSONDecoder().decode(DeviceFact.self, from: Data(payload))
    }
}
