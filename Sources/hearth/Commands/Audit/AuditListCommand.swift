import ArgumentParser
import FoundationEssentials
import HearthMemory

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what was done, the last first.",
        discussion: """
            With --json each row is one line: position, at, action, agent (who acted), user and memories (whose and which), detail (an object) \
            and hash. Instead of the name of whoever or whatever is erased there is "(erased)".
            """
    )

    @Option(help: ArgumentHelp("Only what this agent did.", valueName: "agent"))
    var agent: AgentID?

    @Option(help: ArgumentHelp("Only rows about this user's memories.", valueName: "user"))
    var user: UserID?

    @Option(help: ArgumentHelp("Only rows that name this memory.", valueName: "id"))
    var memory: MemoryID?

    @Option(help: "Only this action; may be given several times.")
    var action: [AuditAction] = []

    @Option(help: ArgumentHelp("Only rows written then or later: RFC 3339, or a date alone.", valueName: "time"))
    var since: Moment?

    @Option(
        help: ArgumentHelp("Only rows written before then; of a date alone that day counts too.", valueName: "time")
    )
    var until: Moment?

    @Option(help: "How many rows at most.")
    var limit = 50

    @Flag(help: "The first row first, as the chain goes.")
    var oldestFirst = false

    @OptionGroup var store: StoreOptions

    /// How many rows are read and shown at once, however many are wanted.
    private static let pageSize = 500

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be more than 0.") }
        guard let since, let until, since.asStart >= until.asEnd else { return }
        throw ValidationError("--since is not before --until, so nothing can be found; exchange them.")
    }

    func run() async throws {
        let filter = AuditFilter(
            agentID: agent,
            userID: user,
            memoryID: memory,
            actions: Set(action),
            since: since?.asStart,
            until: until?.asEnd
        )
        try await store.withStore(.existing) { coordinator in
            var left = limit
            var position: Int?
            repeat {
                let page = try await coordinator.auditEntries(
                    matching: filter,
                    order: oldestFirst ? .oldestFirst : .newestFirst,
                    after: position,
                    limit: min(left, Self.pageSize)
                )
                try show(page.rows.map(AuditRowReport.init), isFirst: position == nil)
                left -= page.rows.count
                position = page.next
            } while position != nil && left > 0
        }
    }

    private func show(_ rows: [AuditRowReport], isFirst: Bool) throws {
        guard isFirst || !rows.isEmpty else { return }
        if store.output.json {
            for row in rows { try Console.output.write(bytes: JSONText.encodeLine(row)) }
        } else {
            var page = Page(.output)
            page.table(Table(auditRows: rows), none: "Nothing was audited.")
            try Console.output.write(page.text)
        }
    }
}

/// A row of the audit with names for people.
private struct AuditRowReport: Encodable {
    let row: AuditRow

    private enum CodingKeys: String, CodingKey { case position, at, action, agent, user, memories, detail, hash }

    private static let erased = "(erased)"

    var agent: String { row.agentID?.rawValue ?? Self.erased }
    var user: String? { row.userKey.map { _ in row.userID?.rawValue ?? Self.erased } }
    var memories: [String] { row.memoryIDs.map { $0?.rawValue ?? Self.erased } }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(row.position, forKey: .position)
        try container.encode(row.at, forKey: .at)
        try container.encode(row.action.rawValue, forKey: .action)
        try container.encode(agent, forKey: .agent)
        try container.encodeIfPresent(user, forKey: .user)
        try container.encode(memories, forKey: .memories)
        try container.encode(row.detail, forKey: .detail)
        try container.encode(row.hash, forKey: .hash)
    }

    /// The first memory, and how many more there are.
    var shownMemories: String {
        guard let first = memories.first else { return "" }
        return memories.count == 1 ? first : "\(first) and \(memories.count - 1) more"
    }

    var shownDetail: String {
        row.detail.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
    }
}

extension Table {
    /// Rows of the audit.
    fileprivate init(auditRows rows: [AuditRowReport]) {
        self.init(
            .trailing("ROW"),
            .leading("WHEN"),
            .leading("AGENT"),
            .leading("ACTION"),
            .leading("USER"),
            .leading("MEMORIES"),
            .flexible("DETAIL")
        )
        for report in rows {
            row(
                "\(report.row.position)",
                Styled(RFC3339.minutes(report.row.at), .faint),
                "\(report.agent)",
                Styled(report.row.action.rawValue, report.row.action == .refuse ? .caution : .plain),
                "\(report.user ?? "")",
                "\(report.shownMemories)",
                Styled(report.shownDetail)
            )
        }
    }
}
