import ArgumentParser
import HearthMemory

struct EditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change a memory: a draft until the next sync, or at once with --publish.",
        discussion: """
            A draft is read by the agent that made it and by nobody else; `hearth sync` publishes it, `hearth discard` drops it. Editing again \
            amends it. --sensitive and --plain take hold at once. Alone they reach a deleted memory too. What was plain is removed from \
            the file as by an erasure; if something keeps it there, that is said.

            JSON: changed (false: the memory says that already, and nothing was written), published (whether by this command), problem (why \
            plain text of a memory that is sensitive now may be left in the file) and memory, as the agent sees it afterwards. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Argument(
        help: ArgumentHelp(
            "The new text, or - to read it from standard input, of which a last line break is left off; without it the text stays."
        )
    )
    var text: String?

    @Option(
        help: ArgumentHelp("Take the new text from a file, of which a last line break is left off.", valueName: "path"),
        completion: .file()
    )
    var file: String?

    @OptionGroup var fields: ChangeOptions

    @Option(help: ArgumentHelp("Refuse unless the published version has this number.", valueName: "number"))
    var ifVersion: Int?

    @OptionGroup var publication: PublishOptions

    func validate() throws {
        guard text == nil || file == nil else { throw ValidationError("Give the text or --file, not both.") }
        guard text != nil || file != nil || !fields.isEmpty else {
            throw ValidationError("Say what to change: the text, --file, or an option such as --tag or --importance.")
        }
    }

    func run() async throws {
        let change = try fields.change(content: try content())
        let user = publication.user.id
        let isOfSensitivity = text == nil && file == nil && fields.isOfSensitivityAlone
        let report = try await publication.run(id, mayBeDeleted: isOfSensitivity) {
            [id, ifVersion, seals = fields.sensitive] coordinator, agent, lock in
            let before = try await coordinator.memoryIfFound(id, agentID: agent, userID: user)
            let after = try await coordinator.updateMemory(
                id,
                agentID: agent,
                change: change,
                lock: lock,
                ifVersion: ifVersion,
                userID: user
            )
            let isSealed = after.isSensitive && (seals || before?.isSensitive == false)
            return EditReport(
                before: before,
                after: after,
                isPublished: lock != nil || isOfSensitivity,
                problem: isSealed ? try await coordinator.erasureStatus().problem : nil
            )
        }
        try publication.store.output.print(report)
        if let wanted = fields.provenance.trust, wanted > report.trust {
            Console.error.warn(
                "Its trust stays \(report.trust): an edit can lower trust and never raises it. Store the text anew to trust it more."
            )
        }
    }

    private func content() throws -> String? {
        if let file { return try TextInput.content(ofFile: file) }
        return try text.map(TextInput.content(ofArgument:))
    }
}

/// What an edit changed, and whether that is published.
private struct EditReport: Report, Sendable {
    private let memory: Memory
    private let changed: Bool
    private let published: Bool
    /// Why plain text of it may be left in the file.
    private let problem: String?

    /// How far the memory is trusted now.
    var trust: Double { memory.provenance.trust }

    init(before: Memory?, after: Memory, isPublished: Bool, problem: String?) {
        memory = after
        self.problem = problem
        changed = before.map { !after.saysTheSame(as: $0) } ?? true
        published = changed && isPublished
    }

    private enum CodingKeys: String, CodingKey { case changed, published, problem, memory }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(changed, forKey: .changed)
        try container.encode(published, forKey: .published)
        try container.encodeIfPresent(problem, forKey: .problem)
        try container.encode(MemoryJSON(memory), forKey: .memory)
    }

    func render(on page: inout Page) {
        if !changed {
            page.line("\(memory.id) says that already; nothing was changed.")
        } else if published {
            page.line(Styled("Published as version \(memory.version).", .good))
        } else if memory.syncStatus == .synced {
            page.line("The draft is gone: it came to what is published.")
        } else {
            page.line("Drafted. Nobody else sees it until `hearth sync` publishes it.")
        }
        if let problem {
            page.line(
                Styled("Plain text of it may be left in the file or its write-ahead log. \(problem)", .caution)
            )
        }
        if memory.syncStatus == .conflict {
            page.line(Styled("It is in conflict with other edits; see `hearth conflicts list`.", .caution))
        }
    }
}

extension Memory {
    /// Whether two views of a memory say the same: if nobody else was at work, the edit between them changed nothing.
    fileprivate func saysTheSame(as other: Memory) -> Bool {
        versionID == other.versionID && content == other.content && category == other.category && tags == other.tags
            && metadata == other.metadata && importance == other.importance && confidence == other.confidence
            && expiresAt == other.expiresAt && provenance == other.provenance
    }
}
