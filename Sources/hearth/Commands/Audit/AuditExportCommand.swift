import ArgumentParser
import HearthMemory

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the audit out as lines of JSON that suffice to verify it.",
        discussion: """
            The first line has pruned_count and pruned_hash; each row has position, at (microseconds), action, agent_key, user_key, memories, \
            detail and hash; the last line has count and hash. Fixtures/audit/verify_audit.py verifies such a file, as it does a store. \
            The file must not exist.

            JSON, where the lines go to a file: file, rows and anchor.
            """
    )

    @Argument(help: ArgumentHelp("The new file; - for standard output.", valueName: "path"))
    var path: String

    @OptionGroup var store: StoreOptions

    func run() async throws {
        if path == "-" {
            _ = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportAudit { line in try Console.output.write(line) }
            }
            return
        }
        let path = try StoreLocation.expandingHome(in: path)
        try store.location().keepClear(of: path)
        let destination = try NewTextFile(path: path)
        let anchor: String
        do {
            anchor = try await store.withStore(.existing) { coordinator in
                try await coordinator.exportAudit { line in try destination.write(line) }
            }
            try destination.finish()
        } catch {
            destination.abandon()
            throw error
        }
        // The first line and the last are no rows.
        try store.output.print(ExportReport(file: path, rows: destination.lines - 2, anchor: anchor))
    }
}

private struct ExportReport: Report {
    let file: String
    let rows: Int
    let anchor: String

    func render(on page: inout Page) {
        page.line("\(rows) rows are in \(file).")
        page.facts([("anchor", "\(anchor)")])
    }
}
