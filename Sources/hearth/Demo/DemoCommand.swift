import ArgumentParser
import FoundationEssentials
import HearthMemory

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Watch four agents remember, share, find, and edit at the same time, on a store of their own.",
        discussion: """
            The store is a temporary one unless --db names a new file. Everything that is shown is checked; the exit status is 1 when \
            something is off.

            JSON: passed, counts (memories, sessions, questions, slices, edits) and checks (claim, holds, instead).
            """
    )

    @Option(help: ArgumentHelp("The directory of the story's data.", valueName: "directory"))
    var fixtures = Household.defaultDirectory

    @Option(name: .customLong("db"), help: ArgumentHelp("Keep the store in this new file.", valueName: "path"))
    var database: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let household = try Household(directory: fixtures)
        if let database, FileManager.default.fileExists(atPath: database) {
            throw CommandFailure(
                "\(database) exists; the demo tells its story on a new store, so name a file that doesn't."
            )
        }
        let location = database.map { StoreLocation.file($0) } ?? .temporary
        let report = try await withOpenStore(at: location, as: household.agents) { coordinator in
            try await Story.tell(to: coordinator, household: household)
        }
        try output.print(report)
        guard report.passed else { throw ExitCode.failure }
    }
}
