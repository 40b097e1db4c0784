import ArgumentParser
import Glibc
import HearthMemory

struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Erase a memory, or all of a user, for good.",
        discussion: """
            Nothing brings it back: no restore, no rollback, no import. Its bytes are removed from the file and from its write-ahead log. \
            Backups keep what they have. Duplicates that upkeep has folded into a memory go with it. With a user the keys of sensitive \
            memories go too, so that their texts are not known any more if they come under other ids. Only the owner and critical agents erase a memory; only critical agents and the system agent erase \
            a user. On a terminal it asks first, and without one it wants --yes.

            If another process reads, bytes may stay in the write-ahead log: the command says so and ends with 1. The rest goes when the \
            store is next opened, at the next erasure, or with --rest.

            JSON: memories (how many were erased), complete (whether no byte of them is left in the file), id or user.
            """
    )

    @Option(help: ArgumentHelp("The memory to erase.", valueName: "id"))
    var memory: MemoryID?

    @Flag(help: "Erase nothing more; remove the bytes that earlier erasures have left.")
    var rest = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var agent: AgentOptions
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard rest || memory != nil || user.given != nil else {
            throw ValidationError("Say what to erase: --memory ID, or --user USER for everything of a user.")
        }
        guard !rest || memory == nil else { throw ValidationError("Give --memory or --rest, not both.") }
    }

    func run() async throws {
        let agents = agent.id.map { [$0] } ?? []
        let report = try await store.withStore(.existing, as: agents) { coordinator in
            try await erase(by: coordinator)
        }
        try store.output.print(report)
        guard report.complete else { throw ExitCode.failure }
    }

    private func erase(by coordinator: MultiAgentMemoryCoordinator) async throws -> EraseReport {
        if rest {
            let done = try await coordinator.finishErasures()
            return EraseReport(memories: 0, complete: done.isComplete)
        }
        let actor = agent.idOrSystem
        if let memory {
            try confirm("Erase memory \(memory) for good?")
            let done = try await coordinator.eraseMemory(memory, agentID: actor, userID: user.id)
            return EraseReport(memories: done.memories, complete: done.isComplete, id: memory)
        }
        guard let id = user.given else { throw ValidationError(UserOptions.question) }
        try confirm("Erase everything of user \(id) for good?")
        let done = try await coordinator.eraseUser(id, agentID: actor)
        return EraseReport(memories: done.memories, complete: done.isComplete, user: id)
    }

    private func confirm(_ question: String) throws {
        guard !yes else { return }
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
            throw CommandFailure("Nothing was erased: there is nobody to ask. Say --yes if it is meant.")
        }
        Console.error.ask("\(question) Type yes: ")
        guard readLine() == "yes" else { throw CommandFailure("Nothing was erased.") }
    }
}

/// What was erased.
private struct EraseReport: Report {
    var memories: Int
    var complete: Bool
    var id: MemoryID?
    var user: UserID?

    func render(on page: inout Page) {
        if let id { page.line("\(id) is erased.") }
        let count = memories == 1 ? "1 memory" : "\(memories) memories"
        if let user { page.line("Everything of \(user) is erased: \(count).") }
        guard !complete else {
            if id == nil, user == nil { page.line("Nothing is left of what was erased.") }
            return
        }
        page.line(
            Styled("Another process reads, so bytes of it may be left in the write-ahead log.", .caution)
        )
        page.line("End that process and run: hearth erase --rest")
    }
}
