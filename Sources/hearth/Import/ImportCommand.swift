import ArgumentParser
import HearthImport
import HearthMemory

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract:
            "Store what other programs remember, the memories of a JSON Lines file, or what `hearth export` wrote.",
        discussion: """
            A file that `hearth export` wrote is restored exactly: the same ids, versions, heads, times and trust. What is there \
            already stays as it is. All of it is checked before anything is stored; of the options only --allow-erased applies.

            What other programs wrote is recognised, or named by --from: exports of ChatGPT and Claude (the archive, the folder or \
            conversations.json), mem0 (get_all as JSON, or history.db), LangGraph's SqliteStore, mcp-memory-service's file (mcp-memory), \
            the reference memory server's memory.jsonl, and folders of notes (basic-memory, markdown). --agent names the owner, and --user the \
            user where the file names none. A message of a person and its answer are one memory, a conversation is a session. \
            Databases are opened so that nothing about them changes. Ids come from the other program's own (of a sensitive memory with a \
            key), so a second run stores nothing. --dry-run shows what would be stored in an empty store: it looks into none, and only \
            the import itself says what is present or differing.

            Every line of any other file is an object: text and user are required; id, agent, session, created_at (RFC 3339 with zone), type, category, \
            tags (an array), importance (0 to 1), expires_at (RFC 3339 with zone) and sensitive (true: encrypt it at rest) are not. A line without an id gets one derived from all that it says, so two lines \
            that say the same are one memory. If its category is sealed, the id is made with a key. An id is one of a user and an agent: what they hold under it already is left as it is; of lines --dry-run counts that too. \
            Two agents' memories may have one id: whoever sees both means the other's by its owner, as in alden:ID.

            The whole input is checked before anything is stored; a bad line stops the import unless --skip-bad is given. Memories are \
            stored in batches of \(ImportRun.longestBatch): an import that was stopped is completed by running it again.

            What is there with another text than the file's (of notes also with other tags or front matter), because one of the two was changed, \
            is left as it is, and is counted and named as differing. --update publishes what the file says as a new version: text, tags and \
            metadata, of a line the text alone; earlier versions stay. An edit made here is no difference while the file still says \
            what was imported. Another answer to the same message of a chat is stored beside the first one.

            What was deleted stays deleted, and what has expired is not found: such memories are counted apart. `hearth restore ID` \
            brings one back that the store still holds.

            JSON: read, stored, present (there already), updated (by --update), differing (there with another text), differences (the first hundred of those, each with \
            place and id), deleted, expired, erased (for good, and not stored), unsealed (stored in plain, though the policy has their category sealed), restorable (the first hundred ids of the deleted and expired \
            ones that can be restored), skipped (bad lines passed over), complete (false: refused, interrupted, or ended by an error such as a full disk), \
            problems (the first hundred bad lines, each with line and reason), dry_run, and after a dry run samples (as below).

            JSON of another program's file: from, read, stored, present, updated, differing, differences, deleted, expired, erased, unsealed, restorable, skipped, complete, \
            problems (each with place and reason), left_out (what was not to be stored: what and count), earliest and latest (of \
            their times), dry_run, and after a dry run samples (id, user, session, text, tags, created_at).

            JSON of an export: stored, present, differing (present with another head), deleted_here and expired_here (present, and so here \
            alone), erased, deleted (purged here), \
            agents (new ones), took_policy.
            """
    )

    @Argument(
        help: ArgumentHelp("The file or folder, or - for standard input.", valueName: "file"),
        completion: .file()
    )
    var path: String

    @Option(help: ArgumentHelp("Which program wrote it. Default: what it looks like.", valueName: "program"))
    var from: ImportFormat?

    @OptionGroup var agent: AgentOptions
    @OptionGroup var user: UserOptions

    @Flag(help: "Read and check everything, show what would be stored, and store nothing.")
    var dryRun = false

    @Flag(help: "Of chats, keep also the branches that were abandoned.")
    var allBranches = false

    @Flag(help: "Store the good lines and report the bad ones.")
    var skipBad = false

    @Flag(help: "Where the file says something else than what is here, publish that as a new version.")
    var update = false

    @Flag(help: "Store texts that were erased, if they come under other ids.")
    var allowErased = false

    @Flag(help: "Encrypt all of them at rest, whatever the lines say.")
    var sensitive = false

    @Option(help: ArgumentHelp("Which file or program the memories came from.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("How far you trust them, 0 to 1.", valueName: "trust"))
    var trust = Provenance.Origin.import.usualTrust

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let path = try StoreLocation.expandingHome(in: path)
        if path != "-" {
            // A folder has no lines.
            if let foreign = try foreignSource({ try ImportInput(path: path) }) { return try await load(foreign) }
        }
        let source = try LineSource(path: path, progress: ProgressLine())
        if path == "-" {
            let file = try ImportFile(descriptor: source.descriptor, count: source.count, name: source.name)
            if let foreign = try foreignSource({ .file(file) }) { return try await load(foreign) }
        }
        guard !allBranches else { throw CommandFailure("--all-branches is for exported chats, which \(path) is not.") }
        let file = try ImportFile(descriptor: source.descriptor, count: source.count, name: source.name)
        switch try ForeignSource.emptiness(of: file) {
        case .list?: throw CommandFailure("\(path) has a list without chats or memories. There is nothing to import.")
        case .blank? where user.given != nil: throw CommandFailure("\(path) is empty. There is nothing to import.")
        default: break
        }
        guard user.given == nil else {
            throw CommandFailure(
                """
                \(path) is of no other program that is recognised, and lines of JSON say themselves whose memories they are. Leave out \
                --user, or name the program by --from.
                """
            )
        }
        if try ExportedImport.fits(source) {
            guard !dryRun else {
                throw CommandFailure(
                    "\(path) is an export, which is checked before anything is stored. Leave out --dry-run."
                )
            }
            guard !skipBad, !sensitive, !update, self.source == nil else {
                throw CommandFailure(
                    "\(path) is an export, which is restored as it is. Leave out --skip-bad, --sensitive, --update and --source."
                )
            }
            let run = ExportedImport(source: source, allowsErased: allowErased)
            let report = try await store.withStore(.create) { try await run.load(into: $0) }
            return try store.output.print(report)
        }
        let agents = agent.id.map { [$0] } ?? []
        let outcome: LineImportReport
        if dryRun, try !store.location().hasStore {
            // Those that a new store would know.
            outcome = try await load(source, known: (AgentProfile.hearthlink + [.system]).map(\.id), into: nil)
        } else {
            outcome = try await store.withStore(dryRun ? .existing : .create, as: dryRun ? [] : agents) { coordinator in
                try await load(source, known: coordinator.agents().map(\.id), into: coordinator)
            }
        }
        try store.output.print(outcome)
        guard outcome.complete else { throw ExitCode.failure }
    }

    /// The source, if another program wrote it.
    private func foreignSource(_ input: () throws -> ImportInput) throws -> ForeignSource? {
        do {
            if from == .hearth {
                // What can't be opened is named where it is read.
                guard let input = try? input(), let found = try ForeignSource.format(of: input) else { return nil }
                throw CommandFailure("\(input.name) is \(found.title): use --from \(found.rawValue).")
            }
            return try ForeignSource(input(), wanted: from?.foreign)
        } catch let error as ForeignFileError {
            throw CommandFailure(error.message)
        }
    }

    private func load(_ foreign: ForeignSource) async throws {
        // The memories that mem0 exports name their users.
        let needsUser = foreign.format != .mem0
        let (owner, user) = try await owners(needsUser: needsUser)
        let run = ForeignImport(
            source: foreign,
            owners: ForeignOwners(
                agent: owner,
                user: user ?? (dryRun && needsUser ? "nobody" : nil),
                areSensitive: sensitive
            ),
            keepsBranches: allBranches,
            skipsBad: skipBad,
            provenance: Provenance(origin: .import, name: self.source ?? foreign.format.program, trust: trust),
            allowsErased: allowErased,
            updates: update
        )
        do {
            var check = try run.check()
            var report = ForeignReport(foreign.format, check)
            let isGood = check.problemCount == 0 || skipBad
            if dryRun {
                (report.isDryRun, report.complete) = (true, isGood)
            } else if isGood {
                report = try await store.withStore(.create, as: [owner]) { try await run.store(&check, in: $0) }
            }
            try store.output.print(report)
            guard report.complete else { throw ExitCode.failure }
        } catch let error as ForeignFileError {
            throw CommandFailure(error.message)
        }
    }

    /// Who is to own the memories of another program: who is named, else the only choice that the store leaves.
    private func owners(needsUser: Bool) async throws -> (agent: AgentID, user: UserID?) {
        if let agent = agent.id, user.id != nil || !needsUser { return (agent, user.id) }
        guard try store.location().hasStore else {
            if dryRun { return (agent.id ?? AgentProfile.system.id, user.id) }
            guard let agent = agent.id else { throw ValidationError(AgentOptions.question) }
            return (agent, user.id)
        }
        return try await store.withStore(.existing) { [agent, user] coordinator in
            let user = needsUser && user.id == nil ? try await coordinator.onlyUser() : user.id
            return (try await coordinator.onlyAgent(given: agent.id, of: user), user)
        }
    }

    /// - Parameter coordinator: The store, which a dry run can do without.
    private func load(
        _ source: LineSource,
        known: [AgentID],
        into coordinator: MultiAgentMemoryCoordinator?
    ) async throws -> LineImportReport {
        let owners = ImportOwners(unnamed: agent.id, known: Set(known), areSensitive: sensitive)
        let progress = ProgressLine()
        defer { progress.clear() }
        var named = NamedProblems(namesAll: skipBad, progress: progress)
        var check = try ImportCheck(source, owners: owners, progress: progress) { problem in
            named.name("line \(problem.line)", problem.reason)
        }
        progress.clear()
        warnOfUnknownKeys(check)

        var outcome = LineImportReport(
            read: check.linesRead,
            problems: check.problems,
            samples: dryRun ? check.samples : nil
        )
        outcome.linesExpired = check.expired
        guard check.problemCount == 0 || skipBad else {
            named.complain("\(check.linesRead) lines", remedy: "mend them, or store the others with --skip-bad.")
            return outcome
        }
        guard let coordinator else {
            (outcome.complete, outcome.skipped, outcome.counts.expired) = (true, check.problemCount, check.expired)
            return outcome
        }
        for agent in check.agents.sorted() { try await coordinator.registerUnlessOutOfService(agent) }
        Signals.noteInterrupts()
        var run = ImportRun(
            coordinator,
            provenance: Provenance(origin: .import, name: self.source, trust: trust),
            allowsErased: allowErased,
            updates: update,
            isPreview: dryRun
        )
        try await run.store(source, check: &check, owners: owners, progress: progress)
        progress.clear()
        (outcome.counts, outcome.differences, outcome.complete) = (run.counts, run.differences, run.isComplete)
        outcome.skipped = check.problemCount
        if run.counts.unsealed > 0 {
            Self.warnOfUnsealed(run.counts.unsealed)
        }
        run.complainUnlessComplete()
        return outcome
    }

    static func warnOfUnsealed(_ count: Int) {
        Console.error.warn(
            "\(count) \(count == 1 ? "memory is" : "memories are") stored in plain, of a category that is to be sealed, because no key is given. `hearth edit ID --sensitive --publish` with a key seals one."
        )
    }

    private func warnOfUnknownKeys(_ check: ImportCheck) {
        for (key, line) in check.unknownKeys.sorted(by: { $0.key < $1.key }) {
            Console.error.warn("the key \"\(key)\" means nothing and is left out; line \(line) has it first.")
        }
    }
}

/// What an import did.
private struct LineImportReport: Report {
    /// Lines that aren't empty.
    var read: Int
    /// What became of the good ones.
    var counts = ImportCounts()
    /// Those that were there with another text.
    var differences = ImportDifferences()
    /// Bad lines that --skip-bad passed over.
    var skipped = 0
    /// Good lines that say of themselves that they have expired.
    var linesExpired = 0
    /// Whether every good line is in the store now.
    var complete = false
    /// The first hundred bad lines.
    var problems: [LineProblem]
    /// After a dry run, what would be stored first.
    var samples: ImportSamples?

    private enum CodingKeys: String, CodingKey {
        case read, skipped, complete, problems, samples
        case dryRun = "dry_run"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(read, forKey: .read)
        try counts.encodeAmongMembers(to: encoder)
        try differences.encodeAmongMembers(to: encoder)
        try container.encode(skipped, forKey: .skipped)
        try container.encode(complete, forKey: .complete)
        try container.encode(problems, forKey: .problems)
        try container.encode(samples != nil, forKey: .dryRun)
        try container.encodeIfPresent(samples, forKey: .samples)
    }

    func render(on page: inout Page) {
        var facts: [(name: String, value: Styled)] = [("read", "\(read)")]
        if samples == nil {
            facts.append(("stored", Styled("\(counts.stored)", .good)))
        }
        if samples == nil || counts.present > 0 { facts.append(("present", "\(counts.present)")) }
        for (name, count) in [
            ("updated", differences.updated), ("differing", differences.count), ("deleted", counts.deleted),
            ("expired", counts.expired), ("erased", counts.erased), ("skipped", skipped),
        ] {
            // What doesn't come up in most imports is shown where it does; bad lines always are.
            guard count > 0 || name == "skipped" else { continue }
            facts.append((name, Styled("\(count)", count > 0 ? .caution : .plain)))
        }
        page.facts(facts)
        differences.render(on: &page)
        if linesExpired > 0 {
            page.line(
                "\(linesExpired) \(linesExpired == 1 ? "line has" : "lines have") an expires_at that has passed. With a later one, or without, an import stores what is not here."
            )
        }
        if let first = counts.restorable.first {
            page.line(
                "What was deleted or has expired \(samples == nil ? "was" : "is") left as it is; `hearth restore \(first)` by its owner brings that one back."
            )
        }
        samples?.render(on: &page)
    }
}
