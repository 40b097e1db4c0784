import Crypto
import HearthModel
import HearthRules
import HearthSQLite

/// Finds the identifiers under which imported memories are kept.
///
/// A call names a memory by its identifier alone, so an identifier is unique in the file. A host's identifiers are
/// unique among the memories of one user and agent at best: the notes of two people may both be numbered from 1. The
/// second memory gets an identifier that is derived from the user, the agent and the host's identifier. If that is
/// taken too, the next one is derived from it.
struct ImportIdentifiers {
    /// A memory that the file does not have yet.
    struct Missing {
        /// Its place in the batch.
        var index: Int
        /// The identifier to store it under.
        var id: MemoryID
        var parentID: MemoryID?
    }

    /// The user and the agent of a memory, as keys of the file.
    private struct Owner: Equatable {
        var user: Int64
        var agent: Int64
    }

    let connection: Connection
    let directory: AgentDirectory

    /// The memories of this batch that have a place so far.
    private var placed: [MemoryID: MemoryImport] = [:]
    private var users: [UserID: Int64] = [:]

    init(connection: Connection, directory: AgentDirectory) {
        self.connection = connection
        self.directory = directory
    }

    /// The memories of a batch that are to be stored, in order.
    mutating func missing(_ batch: [MemoryImport]) throws -> [Missing] {
        try batch.indices.compactMap { index in
            try place(of: batch[index]).map { Missing(index: index, id: $0.id, parentID: $0.parentID) }
        }
    }

    /// The identifiers to store a memory under; nil if it is there already.
    mutating func place(of item: MemoryImport) throws -> (id: MemoryID, parentID: MemoryID?)? {
        let parentID = try item.draft.parentID.map { try identifiers(for: $0, of: item).kept ?? $0 }
        let (kept, free) = try identifiers(for: item.id, of: item)
        guard kept == nil else { return nil }
        placed[free] = item
        return (free, parentID)
    }

    /// The identifier under which a memory is kept, nil if it is not there, and the one that it would get.
    private mutating func identifiers(
        for id: MemoryID,
        of item: MemoryImport
    ) throws -> (kept: MemoryID?, free: MemoryID) {
        var candidate = id
        var free: MemoryID?
        while true {
            switch try occupant(of: candidate, for: item) {
            case .sameOwner: return (candidate, candidate)
            case .nobody where free == nil: free = candidate
            case .nobody, .otherOwner:
                // One step past a free identifier is far enough: that identifier may have been taken when the memory
                // was stored.
                if let free { return (nil, free) }
            }
            candidate = Self.derived(from: candidate, user: item.userID, agent: item.agentID)
        }
    }

    private enum Occupant {
        case nobody
        case sameOwner
        case otherOwner
    }

    private mutating func occupant(of id: MemoryID, for item: MemoryImport) throws -> Occupant {
        if let other = placed[id] {
            return other.userID == item.userID && other.agentID == item.agentID ? .sameOwner : .otherOwner
        }
        let owner = try connection.first(
            "SELECT user_key, owner_key FROM memories WHERE identifier = ?1",
            id.stored,
            as: { Owner(user: $0.int64(0), agent: $0.int64(1)) }
        )
        guard let owner else { return .nobody }
        guard let user = try user(item.userID) else { return .otherOwner }
        return owner == Owner(user: user, agent: try directory.agent(item.agentID).key) ? .sameOwner : .otherOwner
    }

    private mutating func user(_ id: UserID) throws -> Int64? {
        if let key = users[id] { return key }
        let key = try UserTable.find(id, in: connection)
        users[id] = key
        return key
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
