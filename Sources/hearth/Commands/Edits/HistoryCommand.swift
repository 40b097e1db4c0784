import ArgumentParser
import HearthMemory

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the versions of a memory, oldest first.",
        discussion: """
            The owner sees all of them, also of a deleted memory; another agent those published since it could see the memory, and its own. Each \
            is checked against its id, which is a digest of all that it holds.

            JSON: id, versions. \(VersionJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        let versions = try await acting.withStore { coordinator, agent in
            try await coordinator.history(of: id, agentID: agent, userID: acting.user.id)
        }
        try acting.print(HistoryReport(id: id, versions: versions))
    }
}

/// A version of a memory as the JSON that commands print.
struct VersionJSON: Encodable {
    private let version: MemoryVersion

    init(_ version: MemoryVersion) {
        self.version = version
    }

    private enum CodingKeys: String, CodingKey {
        case id, number, parents, author, text, category, tags, importance, confidence, metadata, deleted, checksum
        case createdAt = "created_at"
        case expiresAt = "expires_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version.id, forKey: .id)
        try container.encode(version.number, forKey: .number)
        try container.encode(version.parents, forKey: .parents)
        try container.encode(version.author, forKey: .author)
        try container.encode(version.createdAt, forKey: .createdAt)
        try container.encode(version.content, forKey: .text)
        try container.encode(version.category, forKey: .category)
        try container.encode(version.tags, forKey: .tags)
        try container.encode(version.importance, forKey: .importance)
        try container.encode(version.confidence, forKey: .confidence)
        try container.encode(version.metadata, forKey: .metadata)
        try container.encodeIfPresent(version.expiresAt, forKey: .expiresAt)
        try container.encode(version.isDeleted, forKey: .deleted)
        try container.encode(version.checksum, forKey: .checksum)
        try ProvenanceJSON.encode(version.provenance, to: encoder)
    }

    /// The keys, for the help of commands that print versions.
    static let keys = """
        A version has id, number, parents (the ids of the versions it was made from), author, created_at, text, category, tags, importance, \
        confidence, metadata, expires_at, deleted, checksum, and origin, source and trust, which say where the text came from.
        """
}

/// All versions of a memory that an agent may see, oldest first.
private struct HistoryReport: Report {
    private let id: MemoryID
    private let versions: [MemoryVersion]

    init(id: MemoryID, versions: [MemoryVersion]) {
        self.id = id
        self.versions = versions
    }

    private enum CodingKeys: String, CodingKey { case id, versions }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(versions.map(VersionJSON.init), forKey: .versions)
    }

    func render(on page: inout Page) {
        page.table(Table(history: versions), none: "No versions.")
    }
}

extension Table {
    /// Versions, one in each row.
    init(history versions: [MemoryVersion]) {
        self.init(
            .trailing("NO."),
            .leading("VERSION"),
            .leading("MADE"),
            .leading("AUTHOR"),
            .leading("WHAT"),
            .leading("FROM"),
            .flexible("TEXT")
        )
        for version in versions {
            row(
                "\(version.number)",
                "\(version.id.brief)",
                Styled(RFC3339.minutes(version.createdAt), .faint),
                "\(version.author)",
                "\(version.deed)",
                "\(version.provenance.line)",
                version.isDeleted ? Styled("deleted", .bad) : Styled(version.content)
            )
        }
    }
}

extension MemoryVersion {
    /// How it came about, in a word.
    fileprivate var deed: String {
        switch parents.count {
        case 0: "store"
        case 1: isDeleted ? "delete" : "edit"
        default: "join"
        }
    }
}
