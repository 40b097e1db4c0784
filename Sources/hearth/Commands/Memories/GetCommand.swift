import ArgumentParser
import HearthMemory

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show a memory as an agent sees it.",
        discussion: "JSON: the memory. \(MemoryJSON.keys)"
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let memory = try await store.withStore(.existing, as: agent) { coordinator, agent in
            try await coordinator.memory(id, agentID: agent, userID: user.id)
        }
        try store.output.print(MemoryReport(memory))
    }
}

/// One memory, whole.
struct MemoryReport: Report {
    private let memory: Memory

    init(_ memory: Memory) {
        self.memory = memory
    }

    func encode(to encoder: any Encoder) throws {
        try MemoryJSON(memory).encode(to: encoder)
    }

    func render(on page: inout Page) {
        var facts: [(String, Styled)] = [
            ("id", Styled(memory.id.rawValue, .heading)),
            ("agent", "\(memory.agentID)"),
            ("user", "\(memory.userID)"),
        ]
        if let session = memory.sessionID { facts.append(("session", "\(session)")) }
        facts += [
            ("type", "\(memory.type.rawValue)"),
            ("category", "\(memory.category.rawValue)"),
        ]
        if !memory.tags.isEmpty { facts.append(("tags", "\(memory.tags.joined(separator: ", "))")) }
        facts += [
            ("importance", "\(memory.importance)"),
            ("confidence", "\(memory.confidence)"),
            ("created", "\(RFC3339.minutes(memory.createdAt))"),
            ("updated", "\(RFC3339.minutes(memory.updatedAt))"),
        ]
        if memory.isSensitive { facts.append(("sensitive", "encrypted at rest")) }
        facts.append(("from", "\(memory.provenance.line)"))
        if let expiry = memory.expiresAt { facts.append(("expires", "\(RFC3339.minutes(expiry))")) }
        if let parent = memory.parentID { facts.append(("parent", "\(parent)")) }
        for (key, value) in memory.metadata.sorted(by: { $0.key < $1.key }) { facts.append(("· \(key)", "\(value)")) }
        facts.append(("version", "\(memory.version), \(memory.syncStatus.rawValue)"))
        page.facts(facts)
        page.gap()
        page.block(memory.content)
    }
}

/// A memory as the JSON that commands print: the keys of an import's lines, and what else the store knows.
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
        try ProvenanceJSON.encode(memory.provenance, to: encoder)
    }

    /// The keys, for the help of commands that print memories.
    static let keys = """
        A memory has id, user, agent (its owner), session, text, type, category, tags, importance, confidence, metadata, sensitive, \
        parent, created_at, updated_at, expires_at, last_accessed_at, access_count, version, version_id, sync_status, \
        checksum, and origin, source and trust, which say where the text came from.
        """
}
