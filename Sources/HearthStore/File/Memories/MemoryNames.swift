import HearthModel
import HearthRules
import HearthSQLite

/// How the identifiers of memories are spelled in the file.
///
/// An identifier that a host gives at an import names a memory of one user and one owner: the notes of two people may
/// both be numbered from 1. The file keeps each spelling once. So a memory whose identifier another one has already is
/// spelled with the keys of its user and owner behind the identifier. No host sees that, and nobody can tell which of
/// the two came first.
enum MemoryNames {
    /// Stands between an identifier and the keys. No valid identifier has a control character.
    private static let separator = "\u{1F}"
    /// What follows on the separator in the order of spellings.
    private static let end = "\u{20}"

    /// How a memory is spelled whose identifier is taken.
    static func namesake(_ id: MemoryID, user: Int64, owner: Int64) -> String {
        "\(id.rawValue)\(separator)\(user).\(owner)"
    }

    /// Whether the plain spelling of an identifier is taken.
    static func isTaken(_ id: MemoryID, in connection: Connection) throws -> Bool {
        try plain(id, in: connection) != nil
    }

    static let plainQuery: StaticString = """
        SELECT memory_key FROM memories
        WHERE identifier_start = iif(typeof(?1) = 'blob', substr(?1, 1, 8), ?1) AND identifier = ?1
        """

    /// The memory that is spelled as its identifier.
    static func plain(_ id: MemoryID, in connection: Connection) throws -> Int64? {
        try connection.first(plainQuery, id.stored, as: { $0.int64(0) })
    }

    /// The other memories of that identifier, in the order in which they were stored.
    static func namesakes(of id: MemoryID, in connection: Connection) throws -> [Int64] {
        // There are hardly ever any. A statement that sorts would first make room for it.
        try connection.rows(
            "SELECT memory_key FROM memories WHERE identifier_start > ?1 AND identifier_start < ?2",
            id.rawValue + separator,
            id.rawValue + end,
            as: { $0.int64(0) }
        )
        .sorted()
    }

    /// The other memories of a memory's user with its identifier.
    static func others(than record: MemoryRecord, in connection: Connection) throws -> [Int64] {
        try connection.rows(
            """
            SELECT memory_key FROM memories
            WHERE (identifier_start = iif(typeof(?1) = 'blob', substr(?1, 1, 8), ?1) AND identifier = ?1
                    OR identifier_start > ?2 AND identifier_start < ?3)
                AND user_key = ?4 AND memory_key != ?5
            """,
            record.id.stored,
            record.id.rawValue + separator,
            record.id.rawValue + end,
            record.userKey,
            record.key,
            as: { $0.int64(0) }
        )
    }

    /// The memory of that identifier that a user and an owner have.
    static func key(of id: MemoryID, user: Int64, owner: Int64, in connection: Connection) throws -> Int64? {
        try connection.first(
            """
            SELECT memory_key FROM memories
            WHERE identifier_start IN (iif(typeof(?1) = 'blob', substr(?1, 1, 8), ?1), ?2) AND identifier IN (?1, ?2)
                AND user_key = ?3 AND owner_key = ?4
            """,
            id.stored,
            namesake(id, user: user, owner: owner),
            user,
            owner,
            as: { $0.int64(0) }
        )
    }
}

extension MemoryID {
    /// The identifier of a memory, as the file spells it.
    init(spelled text: String) {
        let utf8 = text.utf8
        self.init(rawValue: utf8.firstIndex(of: 0x1F).map { String(text[..<$0]) } ?? text)
    }
}

/// What decides which memory an agent means by an identifier.
protocol NamedMemory {
    var key: Int64 { get }
    var userKey: Int64 { get }
    var ownerKey: Int64 { get }
}

extension MemoryRecord: NamedMemory {}

/// Which memory an agent means by an identifier that several may have.
struct MemoryReference {
    var id: MemoryID
    var viewer: KnownAgent
    /// Whose memory it is; nil if the call does not say.
    var user: UserID?
    /// The key of the agent that owns it; nil if the identifier does not say.
    private(set) var owner: Int64?

    init(id: MemoryID, viewer: KnownAgent, user: UserID? = nil) {
        (self.id, self.viewer, self.user) = (id, viewer, user)
    }

    /// Stands between an owner and an identifier where both are said.
    private static let ownerMark: Unicode.Scalar = ":"

    /// What names a memory and its owner.
    static func name(of record: MemoryRecord) -> MemoryID {
        MemoryID(rawValue: "\(record.owner)\(ownerMark)\(record.id)")
    }

    /// The identifier of a memory whose name says its owner too; nil where it doesn't.
    static func plainID(of memory: Memory) -> MemoryID? {
        let owner = "\(memory.agentID)\(ownerMark)"
        guard memory.id.rawValue.hasPrefix(owner) else { return nil }
        return MemoryID(rawValue: String(memory.id.rawValue.dropFirst(owner.count)))
    }

    /// The memory that the agent means: the one of just that identifier, or else the one whose owner the identifier says
    /// too. `alden:1` is Alden's memory `1`, unless the agent has, had or sees a memory that is called `alden:1`.
    ///
    /// - Parameters:
    ///   - find: Finds what a reference means.
    ///   - isMeant: Whether the agent may mean it. If it may mean nothing, what was found first is returned, to be refused.
    ///   - hasDeleted: Whether the agent has deleted a memory of just that identifier, which it goes on to mean.
    func inAnyReading<Found>(
        in connection: Connection,
        find: (MemoryReference) throws -> Found?,
        isMeant: (Found) throws -> Bool,
        hasDeleted: () throws -> Bool
    ) throws -> Found? {
        let literal = try find(self)
        guard id.rawValue.utf8.contains(UInt8(ascii: Self.ownerMark)) else { return literal }
        if let literal, try isMeant(literal) { return literal }
        if try hasDeleted() { return nil }
        var hidden = literal
        for reading in try readings(in: connection) {
            guard let found = try find(reading) else { continue }
            if try isMeant(found) { return found }
            hidden = hidden ?? found
        }
        return hidden
    }

    /// What the identifier says if an owner is part of it. Names of agents may have the mark too, so there may be several.
    private func readings(in connection: Connection) throws -> [MemoryReference] {
        let scalars = id.rawValue.unicodeScalars
        return try scalars.indices.filter { scalars[$0] == Self.ownerMark }
            .compactMap { mark in
                let owner = try connection.first(
                    "SELECT agent_key FROM agents WHERE agent_id = ?1",
                    String(scalars[..<mark]),
                    as: { $0.int64(0) }
                )
                let name = String(scalars[scalars.index(after: mark)...])
                guard let owner, !name.isEmpty else { return nil }
                var reading = self
                (reading.id, reading.owner) = (MemoryID(rawValue: name), owner)
                return reading
            }
    }

    /// Finds the memory.
    ///
    /// An agent means its own memory, or the one that it sees, or else the one of which it has a draft or the lease still. Of
    /// other memories that it does not see it learns nothing: they make no difference, and if there is nothing else, one
    /// of them is returned to be refused.
    ///
    /// - Parameters:
    ///   - plain: The memory that is spelled as the identifier.
    ///   - find: Reads a memory by its key; nil if it does not count.
    ///   - isMeant: Whether the agent may mean a memory that is not its own.
    /// - Throws: `.invalidArgument` if the agent may mean several.
    func find<Found: NamedMemory>(
        plain: Found?,
        in connection: Connection,
        find: (Int64) throws -> Found?,
        isMeant: (Found) throws -> Bool
    ) throws -> Found? {
        let user = try user.map { try UserTable.find($0, in: connection) ?? 0 }
        if let plain, plain.ownerKey == owner ?? viewer.key, plain.userKey == user { return plain }
        let namesakes = try MemoryNames.namesakes(of: id, in: connection)
        guard !namesakes.isEmpty else { return owner == nil || plain?.ownerKey == owner ? plain : nil }
        let all = try ([plain].compactMap(\.self) + namesakes.compactMap(find))
            .filter { owner == nil || $0.ownerKey == owner }
        let ofUser = all.filter { user == nil || $0.userKey == user }
        let meant = try ofUser.filter { try $0.ownerKey == viewer.key || isMeant($0) }
        if Set(meant.map(\.userKey)).count > 1 {
            let users = try Set(meant.map(\.userKey))
                .compactMap { try UserTable.name(of: $0, in: connection)?.rawValue }
            throw MemoryError.invalidArgument(
                """
                Several users have a memory \(id): \(users.sorted().joined(separator: ", ")). Say whose is meant: give the \
                user (--user).
                """
            )
        }
        if let own = meant.first(where: { $0.ownerKey == viewer.key }) { return own }
        guard meant.count < 2 else {
            let owners = try meant.compactMap { try Self.name(of: $0.ownerKey, in: connection) }.sorted()
            throw MemoryError.invalidArgument(
                """
                Several agents have shared a memory \(id): \(owners.joined(separator: ", ")). Say whose is meant, as in \
                \(owners.first ?? "")\(Self.ownerMark)\(id).
                """
            )
        }
        return try meant.first ?? ofUser.first { try isHeld($0.key, in: connection) } ?? ofUser.first ?? all.first
    }

    /// Whether the agent has a draft of a memory, or its lease.
    func isHeld(_ memory: Int64, in connection: Connection) throws -> Bool {
        try connection.first(
            """
            SELECT 1 FROM drafts WHERE memory_key = ?1 AND agent_key = ?2
            UNION ALL SELECT 1 FROM leases WHERE memory_key = ?1 AND holder_key = ?2 AND NOT is_released
            """,
            memory,
            viewer.key,
            as: { _ in true }
        ) ?? false
    }

    private static func name(of agent: Int64, in connection: Connection) throws -> String? {
        try connection.first("SELECT agent_id FROM agents WHERE agent_key = ?1", agent, as: { $0.string(0) })
    }
}

extension Snapshot {
    /// The memory that an agent means by an identifier, whether or not the agent may see it.
    ///
    /// A sensitive memory may be locked: whoever may see it is to call ``MemoryRecord/requireOpen()``. So a memory that an
    /// agent may not see never asks for a key.
    ///
    /// - Parameters:
    ///   - user: Whose memory it is; nil if the call does not say. If that user has none, another's is returned, for the
    ///     audit.
    ///   - includingDeleted: Whether to find a memory whose published head is a deletion.
    ///   - isMaintenance: Whether the agent may mean memories that it does not see.
    ///   - opening: Whether a memory is read as far as it can be.
    /// - Throws: `.invalidArgument` if the agent may mean several.
    func record(
        of id: MemoryID,
        for viewer: KnownAgent,
        user: UserID? = nil,
        includingDeleted: Bool = false,
        isMaintenance: Bool = false,
        opening: MemoryRecord.Opening = .ifPossible
    ) throws -> MemoryRecord? {
        let now = clock.now()
        func isMeant(_ record: MemoryRecord) throws -> Bool {
            if isMaintenance || record.ownerKey == viewer.key { return true }
            return try !record.fields.isDeleted && !record.isExpired(at: now)
                && standing(of: viewer, to: record) != .none
        }
        return try MemoryReference(id: id, viewer: viewer, user: user)
            .inAnyReading(
                in: connection,
                find: { reference in
                    try record(
                        of: reference,
                        includingDeleted: includingDeleted,
                        isMaintenance: isMaintenance,
                        opening: opening,
                        isMeant: isMeant
                    )
                },
                isMeant: { record in
                    guard user == nil || record.userID == user else { return false }
                    return try isMeant(record)
                        || MemoryReference(id: id, viewer: viewer).isHeld(record.key, in: connection)
                },
                hasDeleted: {
                    if isMaintenance { return false }
                    return try hasDeleted(
                        id,
                        of: viewer,
                        user: user.map { try UserTable.find($0, in: connection) ?? 0 }
                    )
                }
            )
    }

    private func record(
        of reference: MemoryReference,
        includingDeleted: Bool,
        isMaintenance: Bool,
        opening: MemoryRecord.Opening,
        isMeant: (MemoryRecord) throws -> Bool
    ) throws -> MemoryRecord? {
        let (viewer, user) = (reference.viewer, reference.user)
        let plain = try MemoryRecord.find(
            reference.id,
            includingDeleted: includingDeleted,
            opening: opening,
            in: self
        )
        // Mostly the call says whose memory it is, and the agent reads its own.
        if let plain, reference.owner == nil, plain.ownerKey == viewer.key, plain.userID == user { return plain }
        let found = try reference.find(
            plain: plain,
            in: connection,
            find: {
                try MemoryRecord.find(key: $0, includingDeleted: includingDeleted, opening: opening, in: self)
            },
            isMeant: isMeant
        )
        guard let found, found.ownerKey != viewer.key, reference.owner == nil, !isMaintenance else { return found }
        let userKey = user == nil ? nil : found.userKey
        return try hasDeleted(reference.id, of: viewer, user: userKey, besides: found.key) ? nil : found
    }

    /// Whether an agent has deleted its own memory of an identifier. It goes on to mean that one: what it does next must not
    /// fall on another agent's memory.
    ///
    /// - Parameters:
    ///   - user: Whose memory it is; nil for any user's.
    ///   - found: A memory that is known to be none of the agent's.
    private func hasDeleted(
        _ id: MemoryID,
        of viewer: KnownAgent,
        user: Int64?,
        besides found: Int64? = nil
    ) throws -> Bool {
        let keys =
            try MemoryNames.namesakes(of: id, in: connection)
            + [MemoryNames.plain(id, in: connection)].compactMap(\.self)
        return try keys.contains { key in
            if key == found { return false }
            let memory = try MemoryRecord.find(key: key, includingDeleted: true, opening: .never, in: self)
            guard let memory, memory.ownerKey == viewer.key, memory.fields.isDeleted else { return false }
            return user == nil || memory.userKey == user
        }
    }
}
