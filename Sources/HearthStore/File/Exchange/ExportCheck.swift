import Crypto
import FoundationEssentials
import HearthModel

/// Judges every line of an export before anything of it is stored.
struct ExportCheck {
    /// What the whole file says.
    struct Summary: Sendable {
        /// The identity keys of users who have sensitive memories in the file.
        var identities: [UserID: [UInt8]] = [:]
        var memories = 0
    }

    private struct SessionName: Hashable {
        var user: UserID
        var id: SessionID
    }

    private let file: ExportFile
    private var summary = Summary()
    private var agents: Set<AgentID> = []
    private var users: Set<UserID> = []
    private var keys: [UserID: [UInt8]] = [:]
    private var digestKeys: [UserID: DigestKey] = [:]
    private var sessions: Set<SessionName> = []
    private var hasErasures = false
    /// The line that is looked at, for messages.
    private var line = 0

    /// Reads the whole file.
    ///
    /// - Throws: `.invalidArgument` or `.schemaTooNew` that names the first line that is wrong.
    static func check(_ file: ExportFile, progress: (Double) -> Void) throws -> Summary {
        var check = ExportCheck(file: file)
        do {
            var items = ExportItems(file)
            while let item = try items.next() {
                switch item {
                case .line(let line):
                    check.line = line.number
                    try check.note(line.value)
                case .memory(let bundle):
                    try check.note(bundle)
                }
                progress(items.fraction)
            }
        } catch let error as MemoryError where error.code == .invalidArgument && !error.message.hasPrefix("Line ") {
            throw file.damage(check.line, "is not valid: \(error.message)")
        }
        return check.summary
    }

    private init(file: ExportFile) {
        self.file = file
    }

    private mutating func note(_ value: ExportLine) throws {
        switch value {
        case .agent(let agent):
            try agent.profile.validate()
            agents.insert(agent.id)
        case .policy(let policy):
            try policy.sharing.validate()
        case .erasures(let erasures):
            try require(!hasErasures && erasures.bytes != nil, "is no secret of erasures")
            hasErasures = true
        case .erased(let mark):
            try require(hasErasures && mark.bytes != nil, "is no mark of an erasure")
        case .user(let user):
            try require(users.insert(user.id.validated()).inserted, "names a user twice")
            try time(user.createdAt)
            guard let digits = user.identityKey else { return }
            let key = Hexadecimal.bytes(Substring(digits), count: UserKeys.keyLength)
            try require(key != nil, "has an identity key that does not read")
            keys[user.id] = key
        case .session(let session):
            _ = try session.id.validated()
            try require(users.contains(session.user), "is a session of a user that no line names")
            try known(session.agent)
            try time(session.startedAt)
            try session.endedAt.map(time)
            let isNew = sessions.insert(SessionName(user: session.user, id: session.id)).inserted
            try require(isNew, "names a session twice")
        case .tombstone(let tombstone):
            _ = try tombstone.id.validated()
            try require(users.contains(tombstone.user), "is a tombstone of a user that no line names")
            try known(tombstone.owner)
            try time(tombstone.deletedAt)
        default:
            break
        }
    }

    private mutating func note(_ bundle: ExportBundle) throws {
        let memory = bundle.memory
        line = bundle.line
        _ = try memory.id.validated()
        _ = try memory.parent?.validated()
        try require(users.contains(memory.user), "is a memory of a user that no line names")
        try known(memory.owner)
        if let session = memory.session {
            let isKnown = sessions.contains(SessionName(user: memory.user, id: session))
            try require(isKnown, "is of a session that no line names")
        }
        try time(memory.createdAt)
        try time(memory.arrivedAt)
        let key = try digestKey(of: memory)
        let head = try note(bundle.versions, of: memory, key: key)
        try require(
            head.isDeleted == (memory.state == .deleted) || memory.state == .folded,
            "has a state that its head has not"
        )
        for (number, draft) in bundle.drafts {
            line = number
            try note(draft, key: key)
        }
        for (number, share) in bundle.shares {
            line = number
            try known(share.agent)
            try time(share.grantedAt)
            try require(share.sinceHead.bytes != nil, "names a version that there can't be")
        }
        try require(Set(bundle.shares.map(\.share.agent)).count == bundle.shares.count, "shares with an agent twice")
        for (number, conflict) in bundle.conflicts {
            line = number
            _ = try conflict.id.validated()
            try known(conflict.resolvedBy)
            try time(conflict.createdAt)
            let names = [conflict.base, conflict.resolvedVersion].compactMap(\.self)
            try require(names.allSatisfy { $0.bytes != nil }, "names a version that there can't be")
        }
        let waiting = bundle.conflicts.filter { $0.conflict.resolvedAt == nil }
        try require(waiting.count < 2, "is a second conflict that waits")
        summary.memories += 1
    }

    private mutating func digestKey(of memory: ExportedMemory) throws -> DigestKey? {
        guard memory.isSensitive else { return nil }
        if let key = digestKeys[memory.user] { return key }
        guard let identity = keys[memory.user] else {
            throw file.damage(line, "is a sensitive memory of a user without an identity key")
        }
        let key = UserKeys.digestKey(identity: SymmetricKey(data: identity))
        digestKeys[memory.user] = key
        summary.identities[memory.user] = identity
        return key
    }

    /// - Returns: The published head.
    private mutating func note(
        _ versions: [(line: Int, version: ExportedVersion)],
        of memory: ExportedMemory,
        key: DigestKey?
    ) throws -> ExportedVersion {
        var head: ExportedVersion?
        var seen: Set<VersionID> = []
        for (number, version) in versions {
            line = number
            try known(version.author)
            try time(version.publishedAt)
            try version.expiresAt.map(time)
            try require(version.number > 0 && version.order >= 0, "has a number that can't be")
            try require(seen.insert(version.id).inserted, "is a version that came before")
            guard let made = try version.written.version(of: memory.id, key: key), made.id == version.id else {
                throw file.damage(number, "is not what its id says: it was changed, or the identity key is another one")
            }
            if version.id == memory.head { head = version }
        }
        guard let head, head.isHead else { throw file.damage(line, "ends a memory without its published head") }
        return head
    }

    private func note(_ draft: ExportedDraft, key: DigestKey?) throws {
        try known(draft.agent)
        try time(draft.createdAt)
        guard let made = draft.draft(key: 0, memory: 0, agent: 0, user: 0, digestKey: key),
            Hexadecimal.string(made.digest) == draft.digest
        else { throw file.damage(line, "is not what its digest says: it was changed") }
    }

    private func known(_ agent: AgentID?) throws {
        guard let agent else { return }
        try require(agents.contains(agent), "names the agent \(agent), which no line describes")
    }

    private func time(_ microseconds: Int64) throws {
        try require(Timestamp.accepted.contains(microseconds), "has a time that is not in the years -9999 to 9999")
    }

    private func require(_ isRight: Bool, _ problem: String) throws {
        guard isRight else { throw file.damage(line, problem) }
    }
}

extension ExportedAgent {
    var profile: AgentProfile {
        AgentProfile(
            id: id,
            name: name,
            priority: priority,
            retention: Duration(saturatingSeconds: retention) ?? .zero,
            conflictResolution: conflictResolution,
            memoryTypes: memoryTypes,
            categories: categories,
            workingMemoryLimit: workingMemoryLimit,
            automaticSync: automaticSync
        )
    }
}

extension ExportedErasures {
    var bytes: [UInt8]? { Hexadecimal.bytes(Substring(secret), count: 32) }
}

extension ExportedMark {
    var bytes: [UInt8]? { Hexadecimal.bytes(Substring(mark), count: 16) }
}

extension WrittenVersion {
    var fields: MemoryFields {
        MemoryFields(
            content: content,
            category: category,
            tags: tags,
            importance: importance,
            confidence: confidence,
            metadata: metadata,
            expiresAt: expiresAt.map(Timestamp.init(rawValue:)),
            isDeleted: isDeleted,
            provenance: provenance
        )
    }

    /// The version; nil if its time can't be.
    ///
    /// - Throws: `.invalidArgument` for fields that no store accepts.
    func version(of memory: MemoryID, key: DigestKey?) throws -> Version? {
        guard let time = time.time else { return nil }
        try fields.validate()
        return Version(
            memoryID: memory,
            parents: parents,
            author: author,
            node: node,
            time: time,
            fields: fields,
            number: number,
            digestKey: key
        )
    }
}

extension ExportedDraft {
    /// The draft under keys of this file; nil if its time can't be, or if it changes nothing.
    func draft(key: Int64, memory: Int64, agent: Int64, user: Int64, digestKey: DigestKey?) -> Draft? {
        guard let time = time.time, base.bytes != nil, !change.isEmpty else { return nil }
        return Draft(
            key: key,
            memory: memory,
            agent: agent,
            user: user,
            base: base,
            baseNumber: baseNumber,
            time: time,
            createdAt: Timestamp(rawValue: createdAt),
            change: change,
            digestKey: digestKey
        )
    }
}
