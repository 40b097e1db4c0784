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

            Give the key of sensitive memories: only with it do their texts leave the marks by which an import knows them. Without the key \
            they are erased all the same, and the command says that their texts may come back under other ids.

            If another process reads, or something fails, bytes may stay in the file or its write-ahead log: the command says why and ends \
            with 1. The rest goes when the store is next opened, at the next erasure, or with --rest.

            JSON: memories (how many were erased), unmarked (how many of them left no marks of their texts), complete (whether no byte of \
            them is left in the file), problem (why not), id or user.
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
            return EraseReport(done)
        }
        let actor = agent.idOrSystem
        if let memory {
            // Only a person is asked, so what is asked may take a look at the file.
            var isKeyless = false
            if !yes, try store.keys.source() == nil { isKeyless = try await !coordinator.userKeys().isEmpty }
            try confirm(
                isKeyless
                    ? """
                    Erase memory \(memory) for good? No key is given: if it is sensitive, an import of its text will not be known for \
                    what it is.
                    """ : "Erase memory \(memory) for good?"
            )
            let done = try await coordinator.eraseMemory(memory, agentID: actor, userID: user.id)
            return EraseReport(done, id: memory)
        }
        guard let id = user.given else { throw ValidationError(UserOptions.question) }
        try confirm("Erase everything of user \(id) for good?")
        let done = try await coordinator.eraseUser(id, agentID: actor)
        return EraseReport(done, user: id)
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
    let memories: Int
    let unmarked: Int
    let complete: Bool
    let problem: String?
    let id: MemoryID?
    let user: UserID?

    init(_ done: ErasureReport, id: MemoryID? = nil, user: UserID? = nil) {
        (memories, unmarked) = (done.memories, done.unmarkedMemories)
        (complete, problem) = (done.isComplete, done.problem)
        (self.id, self.user) = (id, user)
    }

    func render(on page: inout Page) {
        if let id { page.line("\(id) is erased.") }
        let count = memories == 1 ? "1 memory" : "\(memories) memories"
        if let user { page.line("Everything of \(user) is erased: \(count).") }
        if unmarked > 0 {
            page.line(
                Styled(
                    """
                    It could not be read, so nothing marks its texts: an import of one under another id would store it, in plain. Erase \
                    sensitive memories with their key (--key-file, --key-command or --passphrase) to have them marked.
                    """,
                    .caution
                )
            )
        }
        guard !complete else {
            if id == nil, user == nil { page.line("Nothing is left of what was erased.") }
            return
        }
        page.line(Styled("Bytes of it may be left in the file or its write-ahead log.", .caution))
        if let problem { page.line(Styled(problem)) }
    }
}
