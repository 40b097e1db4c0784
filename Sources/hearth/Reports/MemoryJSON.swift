import FoundationEssentials
import HearthMemory

/// A memory as commands print it: the keys of an import's lines, and what the store knows besides.
struct MemoryJSON: Encodable {
    private let memory: Memory

    init(_ memory: Memory) {
        self.memory = memory
    }

    private enum CodingKeys: String, CodingKey {
        case id, user, agent, session, text, type, category, tags, importance, confidence, metadata, sensitive, version,
            checksum
        case parent
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case expiresAt = "expires_at"
        case lastAccessedAt = "last_accessed_at"
        case accessCount = "access_count"
        case versionID = "version_id"
        case syncStatus = "sync_status"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(memory.id, forKey: .id)
        try container.encode(memory.userID, forKey: .user)
        try container.encode(memory.agentID, forKey: .agent)
        try container.encodeIfPresent(memory.sessionID, forKey: .session)
        try container.encode(memory.content, forKey: .text)
        try container.encode(memory.type, forKey: .type)
        try container.encode(memory.category, forKey: .category)
        try container.encode(memory.tags, forKey: .tags)
        try container.encode(memory.importance, forKey: .importance)
        try container.encode(memory.confidence, forKey: .confidence)
        try container.encode(memory.metadata, forKey: .metadata)
        try container.encode(memory.isSensitive, forKey: .sensitive)
        try container.encodeIfPresent(memory.parentID, forKey: .parent)
        try container.encode(memory.createdAt, forKey: .createdAt)
        try container.encode(memory.updatedAt, forKey: .updatedAt)
        try container.encodeIfPresent(memory.expiresAt, forKey: .expiresAt)
        try container.encodeIfPresent(memory.lastAccessedAt, forKey: .lastAccessedAt)
        try container.encode(memory.accessCount, forKey: .accessCount)
        try container.encode(memory.version, forKey: .version)
        try container.encode(memory.versionID, forKey: .versionID)
        try container.encode(memory.syncStatus, forKey: .syncStatus)
        try container.encode(memory.checksum, forKey: .checksum)
    }

    /// The keys, for the help of commands that print memories.
    static let keys = """
        A memory has id, user, agent (its owner), session, text, type, category, tags, importance, confidence, metadata, sensitive, \
        parent, created_at, updated_at, expires_at, last_accessed_at, access_count, version, version_id, sync_status and checksum.
        """
}
