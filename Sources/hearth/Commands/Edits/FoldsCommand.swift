import ArgumentParser
import HearthMemory

struct FoldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "folds",
        abstract: "List memories that upkeep folded into others that say the same, or undo that.",
        subcommands: [FoldsListCommand.self, FoldsUndoCommand.self]
    )
}

struct FoldsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the agent's folded memories, those folded last first.",
        discussion: """
            A folded memory is kept as a deleted one is, until it is purged. `hearth folds undo ID` brings it back.

            JSON: folds, each with id, user, text, representative (the memory that stands for it), representative_text (left out if that \
            one was deleted since) and folded_at.
            """
    )

    @Option(help: ArgumentHelp("How many at most, 1 to 1,000.", valueName: "count"))
    var limit = 100

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        let folds = try await acting.withStore { coordinator, agent in
            try await coordinator.foldedMemories(agentID: agent, userID: acting.user.id, limit: limit)
        }
        try acting.print(FoldsReport(folds: folds))
    }
}

struct FoldsUndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Bring a folded memory back; it is not folded again.",
        discussion: """
            The memory that stood for it stays as it is, with the tags that it took over.

            JSON: the memory. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The folded memory.")
    var id: MemoryID

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        let memory = try await acting.withStore { coordinator, agent in
            let folds = try await coordinator.foldedMemories(agentID: agent, userID: acting.user.id, limit: 1_000)
            guard folds.contains(where: { $0.id == id }) else {
                throw CommandFailure("\(id) is no folded memory of this agent. List them with `hearth folds list`.")
            }
            return try await coordinator.restoreMemory(id, agentID: agent, userID: acting.user.id)
        }
        try acting.print(MemoryReport(memory))
    }
}

/// Folded memories for people and programs.
private struct FoldsReport: Report {
    let folds: [FoldedMemory]

    func render(on page: inout Page) {
        var table = Table(.leading("FOLDED"), .leading("ID"), .flexible("CONTENT"), .leading("INTO"))
        for fold in folds {
            table.row(
                "\(RFC3339.string(fold.foldedAt))",
                "\(fold.id)",
                Styled(fold.content),
                Styled(fold.representativeID.rawValue, fold.representativeContent == nil ? .caution : .plain)
            )
        }
        page.table(table, none: "Nothing is folded.")
    }
}
