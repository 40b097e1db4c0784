import Crypto
import HearthModel
import HearthRules
import HearthSQLite

/// Finds out which memories of an import are there already, and how the others are to be spelled.
///
/// An identifier of a host's names a memory of one user and one agent. Whether another user or agent has a memory of
/// the same identifier makes no difference that anybody sees: see ``MemoryNames``.
struct ImportIdentifiers {
    /// A memory that the file does not have yet.
    struct Missing {
        /// Its place in the batch.
        var index: Int
        var place: Place
    }

    /// Where a memory is to be stored.
    struct Place {
        /// Whether another memory is spelled like its identifier.
        var hasNamesake: Bool
        var parentID: MemoryID?
    }

    /// What an identifier names a memory among.
    private struct Name: Hashable {
        var id: MemoryID
        var user: UserID
        var agent: AgentID
    }

    /// A memory that was there already.
    struct Present {
        var id: MemoryID
        /// Its key; nil if it is an earlier one of the same batch.
        var key: Int64?
    }

    let connection: Connection
    let directory: AgentDirectory

    /// The memories of the batch that are kept under another identifier than the given one, by their place in it.
    private(set) var renamed: [Int: MemoryID] = [:]
    /// The memories that were there already, in order.
    private(set) var present: [Present] = []

    /// The memories of this batch that have a place so far, and the plain spellings that they take.
    private var placed: Set<Name> = []
    private var spellings: Set<MemoryID> = []
    private var users: [UserID: Int64] = [:]

    init(connection: Connection, directory: AgentDirectory) {
        self.connection = connection
        self.directory = directory
    }

    /// The memories of a batch that are to be stored, in order.
    mutating func missing(_ batch: [MemoryImport]) throws -> [Missing] {
        try batch.indices.compactMap { index in
            try place(of: batch[index], at: index).map { Missing(index: index, place: $0) }
        }
    }

    /// Where to store a memory; nil if it is there already.
    ///
    /// - Parameters:
    ///   - item: The memory.
    ///   - index: Its place in the batch.
    mutating func place(of item: MemoryImport, at index: Int) throws -> Place? {
        let parentID = try item.draft.parentID.map { try kept($0, of: item)?.id ?? $0 }
        if let kept = try kept(item.id, of: item) {
            if kept.id != item.id { renamed[index] = kept.id }
            present.append(kept)
            return nil
        }
        placed.insert(Name(id: item.id, user: item.userID, agent: item.agentID))
        let isTaken = try !spellings.insert(item.id).inserted || MemoryNames.isTaken(item.id, in: connection)
        return Place(hasNamesake: isTaken, parentID: parentID)
    }

    /// The identifier under which the memory is kept that a user and an agent have given one; nil if they have none.
    private mutating func kept(_ id: MemoryID, of item: MemoryImport) throws -> Present? {
        if placed.contains(Name(id: id, user: item.userID, agent: item.agentID)) { return Present(id: id) }
        guard let user = try user(item.userID) else { return nil }
        let owner = try directory.agent(item.agentID).key
        if let key = try MemoryNames.key(of: id, user: user, owner: owner, in: connection) {
            return Present(id: id, key: key)
        }
        // An earlier version derived another identifier, and another one from that, if somebody else had the given one.
        var derived = id
        for _ in 0..<Self.longestDerivation {
            derived = Self.derived(from: derived, user: item.userID, agent: item.agentID)
            if let key = try MemoryNames.key(of: derived, user: user, owner: owner, in: connection) {
                return Present(id: derived, key: key)
            }
            guard try MemoryNames.isTaken(derived, in: connection) else { break }
        }
        return nil
    }

    /// After so many derivations an earlier version found a free identifier, unless somebody wanted it not to.
    private static let longestDerivation = 4

    private mutating func user(_ id: UserID) throws -> Int64? {
        if let key = users[id] { return key }
        let key = try UserTable.find(id, in: connection)
        users[id] = key
        return key
    }

    /// "mem_" and the first half of an HMAC-SHA-256 of an identifier under the identity key of its user.
    static func keyed(_ id: MemoryID, by keys: UserKeys) -> MemoryID {
        var encoder = CanonicalEncoder()
        encoder.append("hearth.import-id.1")
        encoder.append(id.rawValue)
        let digest = encoder.bytes.withUnsafeBytes { keys.digestKey.digest(of: $0) }
        return MemoryID(rawValue: "mem_" + Hexadecimal.string(Array(digest.prefix(16))))
    }

    /// "mem_" and the first half of a SHA-256 over user, agent and identifier, each with its length before it.
    static func derived(from id: MemoryID, user: UserID, agent: AgentID) -> MemoryID {
        var hash = SHA256()
        for part in [user.rawValue, agent.rawValue, id.rawValue] {
            let bytes = Array(part.utf8)
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: bytes)
        }
        return MemoryID(rawValue: "mem_" + Hexadecimal.string(Array(hash.finalize().prefix(16))))
    }
}
