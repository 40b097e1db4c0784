import Crypto
import HearthModel
import HearthRules
import HearthSQLite

/// Under which identifiers imported memories are kept.
///
/// A call names a memory by its identifier alone, so an identifier is unique in the file. A host's are unique among the memories of one
/// user and agent at best: two people's notes may both be numbered from 1. Whoever comes second gets an identifier derived from user,
/// agent and the host's, and from that in turn should it be taken.
struct ImportIdentifiers {
    /// A memory that the file doesn't have.
    struct Missing {
        /// Its place in the batch.
        var index: Int
        /// The identifier to store it under.
        var id: MemoryID
        var parentID: MemoryID?
    }

    /// Whose memory it is, by keys of the file.
    private struct Owner: Equatable {
        var user: Int64
        var agent: Int64
    }

    let connection: Connection
    let directory: AgentDirectory

    /// What the batch itself has placed so far.
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

    /// Where a memory is to be stored; nil where it is there already.
    mutating func place(of item: MemoryImport) throws -> (id: MemoryID, parentID: MemoryID?)? {
        let parentID = try item.draft.parentID.map { try held($0, for: item).id ?? $0 }
        let (id, free) = try held(item.id, for: item)
        guard id == nil else { return nil }
        placed[free] = item
        return (free, parentID)
    }

    /// The identifier under which a user's and agent's memory of a host's identifier is kept, and the one it would get.
    private mutating func held(_ id: MemoryID, for item: MemoryImport) throws -> (id: MemoryID?, free: MemoryID) {
        var candidate = id
        var free: MemoryID?
        while true {
            switch try standing(of: candidate, for: item) {
            case .own: return (candidate, candidate)
            case .absent where free == nil: free = candidate
            case .absent, .others:
                // One step past a free identifier is far enough: it may have been taken when the memory was stored.
                if let free { return (nil, free) }
            }
            candidate = Self.derived(from: candidate, user: item.userID, agent: item.agentID)
        }
    }

    private enum Standing {
        case absent
        case own
        case others
    }

    private mutating func standing(of id: MemoryID, for item: MemoryImport) throws -> Standing {
        if let other = placed[id] {
            return other.userID == item.userID && other.agentID == item.agentID ? .own : .others
        }
        let owner = try connection.first(
            "SELECT user_key, owner_key FROM memories WHERE memory_id = ?1",
            id.rawValue,
            as: { Owner(user: $0.int64(0), agent: $0.int64(1)) }
        )
        guard let owner else { return .absent }
        guard let user = try user(item.userID) else { return .others }
        return owner == Owner(user: user, agent: try directory.agent(item.agentID).key) ? .own : .others
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
