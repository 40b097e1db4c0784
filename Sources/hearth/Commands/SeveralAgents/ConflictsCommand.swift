import ArgumentParser
import HearthMemory

struct ConflictsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts",
        abstract: "Show and settle edits that wait for a decision.",
        subcommands: [ListCommand.self, ShowCommand.self, ResolveCommand.self]
    )

    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the conflicts that wait, oldest first.",
            discussion: """
                JSON: conflicts. \(ConflictJSON.keys)
                """
        )

        @Option(
            help: ArgumentHelp(
                "Only the user's that this agent may decide on. Default: everybody's.",
                valueName: "agent"
            )
        )
        var agent: AgentID?

        @OptionGroup var user: Required<UserOptions>
        @OptionGroup var store: StoreOptions

        func run() async throws {
            let conflicts = try await store.withStore(.existing, as: agent.map { [$0] } ?? []) { coordinator in
                guard let agent else { return try await coordinator.syncService.pendingConflicts }
                let user = try await coordinator.user(user)
                return try await coordinator.syncService.pendingConflicts(agentID: agent, userID: user)
            }
            try store.output.print(ConflictListReport(conflicts))
        }
    }

    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show what each side of a conflict changed, word by word.",
            discussion: """
                Every version is compared with the one that all were made from. On a terminal with colour removed words are struck out and added \
                ones green; elsewhere they stand in [-these-] and {+these+} marks.

                JSON: the conflict. \(ConflictJSON.keys)
                """
        )

        @Argument(help: "The conflict.")
        var id: ConflictID

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let conflict = try await store.withStore(.existing) { try await $0.waitingConflict(id) }
            try store.output.print(ConflictReport(conflict))
        }
    }

    struct ResolveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resolve",
            abstract: "Settle a conflict, by a decision or a strategy.",
            discussion: """
                As the memory's owner or a critical agent; without --agent as system. Without a decision or a strategy the owner's strategy settles \
                it. Whatever wins, every version stays in the history.

                JSON: conflict, memory, strategy (manual_review where a person decided), version (what is published now) and resolved_at.
                """
        )

        @Argument(help: "The conflict.")
        var id: ConflictID

        @Option(help: "Let this strategy settle it.")
        var strategy: ConflictResolution?

        @Option(
            help: ArgumentHelp(
                "Keep this version: its id, the beginning of it, or its number where only one has it.",
                valueName: "version"
            )
        )
        var keep: VersionReference?

        @Option(
            help: ArgumentHelp("Let it say this instead; - reads standard input.", valueName: "text")
        )
        var content: String?

        @Flag(help: "Delete the memory.")
        var delete = false

        @OptionGroup var agent: AgentOptions
        @OptionGroup var store: StoreOptions

        func validate() throws {
            let given = [strategy != nil, keep != nil, content != nil, delete].count { $0 }
            guard given <= 1 else {
                throw ValidationError(
                    "Give one of --strategy, --keep, --content and --delete; they exclude each other."
                )
            }
        }

        func run() async throws {
            let agent = agent.idOrSystem
            let content = try content.map(TextInput.content(ofArgument:))
            let resolved = try await store.withStore(.existing, as: [agent]) { coordinator in
                try await coordinator.syncService.resolveConflict(
                    conflictID: id,
                    resolutionStrategy: strategy,
                    decision: try await decision(content: content, in: coordinator),
                    agentID: agent
                )
            }
            try store.output.print(ResolutionReport(resolved))
        }

        private func decision(
            content: String?,
            in coordinator: MultiAgentMemoryCoordinator
        ) async throws -> ManualDecision? {
            if let content { return .content(content) }
            if delete { return .delete }
            guard let keep else { return nil }
            if let version = keep.id { return .keep(version) }
            let conflict = try await coordinator.syncService.pendingConflicts.first { $0.id == id }
            // If the conflict does not wait, the library says whether it ever did; the version makes no difference.
            guard let conflict else { return .keep(VersionID(rawValue: keep.text)) }
            return .keep(try keep.pick(from: conflict.versions, listedBy: "`hearth conflicts show \(id)`"))
        }
    }
}

extension MultiAgentMemoryCoordinator {
    /// A conflict that waits, by its id.
    fileprivate func waitingConflict(_ id: ConflictID) async throws -> SyncConflict {
        guard let conflict = try await syncService.pendingConflicts.first(where: { $0.id == id }) else {
            throw CommandFailure("No conflict \(id) waits; `hearth conflicts list` lists those that do.")
        }
        return conflict
    }
}

/// How a conflict was settled.
private struct ResolutionReport: Report {
    private let resolved: ResolvedConflict

    init(_ resolved: ResolvedConflict) {
        self.resolved = resolved
    }

    private enum CodingKeys: String, CodingKey {
        case conflict, memory, strategy, version
        case resolvedAt = "resolved_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(resolved.conflictID, forKey: .conflict)
        try container.encode(resolved.memoryID, forKey: .memory)
        try container.encode(resolved.strategy, forKey: .strategy)
        try container.encode(resolved.version, forKey: .version)
        try container.encode(resolved.resolvedAt, forKey: .resolvedAt)
    }

    func render(on page: inout Page) {
        let how = resolved.strategy == .manualReview ? "decided" : "settled by \(resolved.strategy.rawValue)"
        page.line(Styled("\(resolved.conflictID) is \(how).", .good))
        page.line("\(resolved.memoryID) is now at \(resolved.version.brief).")
    }
}
