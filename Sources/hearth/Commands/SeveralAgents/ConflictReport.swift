import FoundationEssentials
import HearthMemory
import HearthText

/// A conflict as the JSON that commands print.
struct ConflictJSON: Encodable {
    private let conflict: SyncConflict

    init(_ conflict: SyncConflict) {
        self.conflict = conflict
    }

    private enum CodingKeys: String, CodingKey {
        case id, memory, user, owner, kind, agents, strategy, base, versions
        case createdAt = "created_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(conflict.id, forKey: .id)
        try container.encode(conflict.memoryID, forKey: .memory)
        try container.encodeIfPresent(conflict.userID, forKey: .user)
        try container.encodeIfPresent(conflict.ownerID, forKey: .owner)
        try container.encode(conflict.kind, forKey: .kind)
        try container.encode(conflict.agents, forKey: .agents)
        try container.encode(conflict.strategy, forKey: .strategy)
        try container.encodeIfPresent(conflict.base.map(VersionJSON.init), forKey: .base)
        try container.encode(conflict.versions.map(VersionJSON.init), forKey: .versions)
        try container.encode(conflict.createdAt, forKey: .createdAt)
    }

    /// The keys, for the help of commands that print conflicts.
    static let keys = """
        A conflict has id, memory, user, owner, kind (content, metadata, deletion), agents, strategy (under which it arose), base (the version that all were \
        made from), versions (one for each side, the published one first) and created_at. \(VersionJSON.keys)
        """
}

/// The conflicts that wait for a decision.
struct ConflictListReport: Report {
    private let conflicts: [SyncConflict]

    init(_ conflicts: [SyncConflict]) {
        self.conflicts = conflicts
    }

    private enum CodingKeys: String, CodingKey { case conflicts }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(conflicts.map(ConflictJSON.init), forKey: .conflicts)
    }

    func render(on page: inout Page) {
        var table = Table(
            .leading("CONFLICT"),
            .leading("MEMORY"),
            .leading("KIND"),
            .trailing("VERSIONS"),
            .leading("SINCE"),
            .flexible("AGENTS")
        )
        for conflict in conflicts {
            table.row(
                "\(conflict.id)",
                "\(conflict.memoryID)",
                "\(conflict.kind.rawValue)",
                "\(conflict.versions.count)",
                Styled(RFC3339.minutes(conflict.createdAt), .faint),
                Styled(conflict.agents.listed)
            )
        }
        page.table(table, none: "No conflicts wait.")
    }
}

/// One conflict: what each side made of the version that all began with.
struct ConflictReport: Report {
    private let conflict: SyncConflict

    init(_ conflict: SyncConflict) {
        self.conflict = conflict
    }

    func encode(to encoder: any Encoder) throws {
        try ConflictJSON(conflict).encode(to: encoder)
    }

    /// How many columns the text of a memory is indented, so that nobody takes it for what the command says.
    private static let indent = 2

    func render(on page: inout Page) {
        page.facts([
            ("conflict", Styled(conflict.id.rawValue, .heading)),
            ("memory", "\(conflict.memoryID)"),
            ("about", "\(conflict.kind.rawValue)"),
            ("since", "\(RFC3339.minutes(conflict.createdAt)), under \(conflict.strategy.rawValue)"),
        ])
        if let base = conflict.base {
            page.gap()
            page.line(Styled("Before", .heading), Self.origin(of: base))
            page.block([Styled(base.content)], indent: Self.indent)
        }
        for (index, version) in conflict.versions.enumerated() {
            page.gap()
            page.line(
                Styled(index == 0 ? "Published" : "Waiting", .heading),
                version.isDeleted ? Styled(" deletion", .bad) : "",
                Self.origin(of: version)
            )
            render(version, on: &page)
        }
        page.gap()
        page.line(
            "Settle it: hearth conflicts resolve \(conflict.id) --keep VERSION, --content TEXT, --delete or --strategy S"
        )
    }

    private func render(_ version: MemoryVersion, on page: inout Page) {
        guard let base = conflict.base else {
            return page.block([Styled(version.content)], indent: Self.indent)
        }
        let changes = FieldChanges(from: base, to: version)
        for field in changes.fields {
            page.line(
                Styled(String(repeating: " ", count: Self.indent)),
                Styled("\(field.name): ", .faint),
                Styled(field.before, .removed),
                " ",
                Styled(field.after, .added)
            )
        }
        if version.isDeleted {
            page.block([Styled(base.content, .removed)], indent: Self.indent)
        } else {
            page.block(WordDiff(from: base.content, to: version.content).spans, indent: Self.indent)
        }
    }

    private static func origin(of version: MemoryVersion) -> Styled {
        Styled(
            "  \(version.id.brief), number \(version.number), by \(version.author), \(RFC3339.minutes(version.createdAt))",
            .faint
        )
    }
}

/// What an edit changed besides the text.
private struct FieldChanges {
    struct Field {
        var name: String
        var before: String
        var after: String
    }

    /// The fields that differ, in the order in which a memory is shown.
    let fields: [Field]

    init(from base: MemoryVersion, to version: MemoryVersion) {
        let pairs = [
            Field(name: "category", before: base.category.rawValue, after: version.category.rawValue),
            Field(name: "tags", before: Self.listed(base.tags), after: Self.listed(version.tags)),
            Field(name: "importance", before: "\(base.importance)", after: "\(version.importance)"),
            Field(name: "confidence", before: "\(base.confidence)", after: "\(version.confidence)"),
            Field(name: "expires", before: Self.time(base.expiresAt), after: Self.time(version.expiresAt)),
        ]
        let keys = Set(base.metadata.keys).union(version.metadata.keys).sorted()
        let values = keys.map { key in
            Field(name: "· \(key)", before: base.metadata[key] ?? "none", after: version.metadata[key] ?? "none")
        }
        fields = (pairs + values).filter { $0.before != $0.after }
    }

    private static func listed(_ tags: [String]) -> String {
        tags.isEmpty ? "none" : tags.sorted().joined(separator: ", ")
    }

    private static func time(_ date: Date?) -> String {
        date.map(RFC3339.string) ?? "never"
    }
}
