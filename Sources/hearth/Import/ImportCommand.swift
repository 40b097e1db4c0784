import ArgumentParser
import HearthMemory

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store the memories of a JSON Lines file.",
        discussion: """
            Every line is an object: text and user are required; id, agent, session, created_at (RFC 3339 with zone), type, category, \
            tags (an array) and importance (0 to 1) are not. A line without an id gets one derived from all that it says, so two lines \
            that say the same are one memory. An id is one of a user and an agent: what they hold under it already is left as it is. \
            Where somebody else's memory has the id, the line's memory gets one derived from user, agent and id, the same every time.

            The whole input is checked before anything is stored; a bad line stops the import unless --skip-bad is given. Memories are \
            stored in batches of \(ImportRun.longestBatch): an import that was stopped is completed by running it again.

            JSON: read, stored, present (there already), skipped (bad lines passed over), complete (false: refused or interrupted), \
            problems (the first hundred bad lines, each with line and reason).
            """
    )

    @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"), completion: .file())
    var path: String

    @OptionGroup var agent: AgentOptions

    @Flag(help: "Store the good lines and report the bad ones.")
    var skipBad = false

    @OptionGroup var store: StoreOptions

    /// How many bad lines are named if nothing is stored. With --skip-bad all are named, because they are lost
    /// otherwise.
    private static let namedProblems = 20

    func run() async throws {
        let agents = agent.id.map { [$0] } ?? []
        let outcome = try await store.withStore(.create, as: agents) { coordinator in
            try await load(into: coordinator)
        }
        try store.output.print(outcome)
        guard outcome.complete else { throw ExitCode.failure }
    }

    private func load(into coordinator: MultiAgentMemoryCoordinator) async throws -> ImportReport {
        let owners = ImportOwners(unnamed: agent.id, known: Set(try await coordinator.agents().map(\.id)))
        let progress = ProgressLine()
        defer { progress.clear() }
        let source = try LineSource(path: path, progress: progress)
        var named = 0
        var check = try ImportCheck(source, owners: owners, progress: progress) { problem in
            named += 1
            guard skipBad || named <= Self.namedProblems else { return }
            progress.clear()
            Console.error.warn("line \(problem.line): \(problem.reason)")
        }
        progress.clear()
        warnOfUnknownKeys(check)

        var outcome = ImportReport(read: check.linesRead, problems: check.problems)
        guard check.problemCount == 0 || skipBad else {
            let unnamed = max(0, check.problemCount - Self.namedProblems)
            Console.error.complain(
                "\(check.problemCount) of \(check.linesRead) lines are bad\(unnamed > 0 ? ", \(unnamed) of them not named here" : ""). "
                    + "Nothing was stored; mend them, or store the others with --skip-bad."
            )
            return outcome
        }
        for agent in check.agents.sorted() { try await coordinator.registerUnlessOutOfService(agent) }
        Signals.noteInterrupts()
        var run = ImportRun(coordinator)
        try await run.store(source, check: &check, owners: owners, progress: progress)
        progress.clear()
        (outcome.stored, outcome.present, outcome.complete) = (run.stored, run.present, run.isComplete)
        outcome.skipped = check.problemCount
        if !run.isComplete { Console.error.complain("Interrupted. Run the import again to store the rest.") }
        return outcome
    }

    private func warnOfUnknownKeys(_ check: ImportCheck) {
        for (key, line) in check.unknownKeys.sorted(by: { $0.key < $1.key }) {
            Console.error.warn("the key \"\(key)\" means nothing and is left out; line \(line) has it first.")
        }
    }
}

/// What an import did.
private struct ImportReport: Report {
    /// Lines that aren't empty.
    var read: Int
    /// Memories stored by this run.
    var stored = 0
    /// Memories that were in the store already; they were left as they are.
    var present = 0
    /// Bad lines that --skip-bad passed over.
    var skipped = 0
    /// Whether every good line is in the store now.
    var complete = false
    /// The first hundred bad lines.
    var problems: [LineProblem]

    func render(on page: inout Page) {
        page.facts([
            ("read", "\(read)"),
            ("stored", Styled("\(stored)", .good)),
            ("present", "\(present)"),
            ("skipped", Styled("\(skipped)", skipped > 0 ? .caution : .plain)),
        ])
    }
}
