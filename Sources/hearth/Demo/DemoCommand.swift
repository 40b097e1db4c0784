import ArgumentParser
import FoundationEssentials
import HearthHub
import HearthMemory

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch four agents remember, share, find, and edit at the same time, on a store of their own.",
        discussion: """
            The store is a temporary one unless --db names a new file. Everything that is shown is checked; the exit status is 1 when \
            something is off.

            With --hub the last chapter tells of two devices that exchange through a PostgreSQL: two more stores, which are temporary, and a \
            space and roles on the hub, which are taken away again. It needs the connection of the hub's administrator.

            JSON: passed, counts (memories, sessions, questions, slices, edits) and checks (claim, holds, instead).
            """
    )

    @Option(help: ArgumentHelp("The directory of the story's data.", valueName: "directory"))
    var fixtures = Household.defaultDirectory

    @Option(name: .customLong("db"), help: ArgumentHelp("Keep the store in this new file.", valueName: "path"))
    var database: String?

    @Flag(help: "Tell of two devices too, and exchange through the hub that --admin-file names.")
    var hub = false

    @OptionGroup var administrator: AdministratorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard hub || administrator.adminFile == nil else {
            throw ValidationError("--admin-file is for the chapter on devices; give --hub too.")
        }
    }

    func run() async throws {
        let household = try Household(directory: StoreLocation.expandingHome(in: fixtures))
        let administrator = hub ? try administrator.required() : nil
        let database = try database.map { path throws(MemoryError) in try StoreLocation.expandingHome(in: path) }
        if let database, FileManager.default.fileExists(atPath: database) {
            throw CommandFailure(
                "\(database) exists; the demo tells its story on a new store, so name a file that doesn't."
            )
        }
        let location = database.map { StoreLocation.file($0) } ?? .temporary
        var report = try await withOpenStore(at: location, as: household.agents) { coordinator in
            try await DemoStory.tell(to: coordinator, household: household)
        }
        if let administrator {
            report.append(try await DemoDevices.tell(household, over: administrator))
            await administrator.close()
        }
        try output.print(report)
        guard report.passed else { throw ExitCode.failure }
    }
}

/// All that the demo showed, and whether it is as the story says.
struct DemoReport: Report {
    private var chapters: [DemoChapter]
    private let counts: DemoCounts

    init(chapters: [DemoChapter], counts: DemoCounts) {
        self.chapters = chapters
        self.counts = counts
    }

    /// Adds a chapter at the end.
    mutating func append(_ chapter: DemoChapter) { chapters.append(chapter) }

    private var checks: [DemoChapter.Check] { chapters.flatMap(\.checks) }
    private var failed: Int { checks.count { !$0.holds } }

    /// Whether all is as the story says.
    var passed: Bool { failed == 0 }

    private enum CodingKeys: String, CodingKey { case passed, counts, checks }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(passed, forKey: .passed)
        try container.encode(counts, forKey: .counts)
        try container.encode(checks, forKey: .checks)
    }

    func render(on page: inout Page) {
        for chapter in chapters {
            chapter.render(on: &page)
            page.gap()
        }
        if passed {
            page.line(Styled("All \(checks.count) checks hold.", .good))
        } else {
            page.line(Styled("\(failed) of \(checks.count) checks do not hold.", .bad))
        }
    }
}

/// What the demo counted.
struct DemoCounts: Encodable {
    /// Memories in the store at the end.
    var memories = 0
    var sessions = 0
    /// Questions put, by outcome.
    var questions = Questions()
    /// What each agent may see.
    var slices: [AgentID: SliceCounts] = [:]
    /// What happened to memories that several agents edit.
    var edits = Edits()

    struct Questions: Encodable {
        var asked = 0
        var answered = 0
        /// Questions by meaning, left out because the store searches by word only.
        var skipped = 0
    }

    struct Edits: Encodable {
        /// Drafts that a sync looked at.
        var synced = 0
        /// Drafts that other edits contested.
        var conflicts = 0
        /// Conflicts that a person settled.
        var decisions = 0
        /// Leases that were acquired.
        var leases = 0
        var rollbacks = 0
    }
}
