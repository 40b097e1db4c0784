import ArgumentParser
import HearthMemory

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write everything out as lines of JSON, which `hearth import` restores exactly.",
        discussion: """
            Agents, policy, sessions, memories with all versions, drafts, shares, revocations, conflicts, deletions and the marks of what was \
            erased; not the audit. Sensitive memories are left out and counted, unless --include-sensitive writes them in plain. The file must \
            not exist; - is standard output.

            JSON, where the lines go to a file: memories, versions, sensitive_left_out.
            """
    )

    @Argument(help: ArgumentHelp("The new file; - for standard output.", valueName: "path"), completion: .file())
    var path: String

    @Option(help: ArgumentHelp("Only what is of this user; HEARTH_USER does not count.", valueName: "user"))
    var user: UserID?

    @Flag(help: "Write sensitive memories too, in plain; it takes their key.")
    var includeSensitive = false

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (user, isComplete) = (user, includeSensitive)
        if path == "-" {
            let report = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportMemories(userID: user, includeSensitive: isComplete) { line in
                    try Console.output.write(bytes: line)
                }
            }
            warn(of: report)
            return
        }
        try store.location().keepClear(of: path)
        let report = try await store.withStore(.existing) { coordinator in
            try await coordinator.exportReport(userID: user, includeSensitive: isComplete, to: path)
        }
        try store.output.print(WrittenExport(file: path, report: report))
    }

    private func warn(of report: ExportReport) {
        guard report.sensitiveLeftOut > 0 else { return }
        Console.error.warn(
            "\(report.sensitiveLeftOut) sensitive memories are left out; --include-sensitive writes them in plain."
        )
    }
}

/// What an export wrote to a file.
private struct WrittenExport: Report {
    var file: String
    var report: ExportReport

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
    }

    func render(on page: inout Page) {
        page.line("\(report.memories) memories with \(report.versions) versions are in \(file).")
        guard report.sensitiveLeftOut > 0 else { return }
        page.line(
            "\(report.sensitiveLeftOut) sensitive memories are left out; --include-sensitive writes them in plain."
        )
    }
}
