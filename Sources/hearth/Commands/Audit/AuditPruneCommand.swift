import ArgumentParser
import FoundationEssentials
import HearthMemory

struct AuditPruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove old rows of the audit, behind an anchor that you keep.",
        discussion: """
            The whole audit is verified first, and that it passes through the anchor; only rows up to the anchor go. Keep an export if you may \
            need them: `hearth audit export`. What is left is verified from there on, and the anchor goes on being good.

            JSON: removed, first (the position of the first row that is left) and anchor, the end of the audit now.
            """
    )

    @Option(help: ArgumentHelp("Remove rows from before then: RFC 3339, or a date alone.", valueName: "time"))
    var before: Moment?

    @Option(help: "Keep at least so many rows, the last ones.")
    var keep: Int?

    @Option(help: ArgumentHelp("An anchor taken earlier, or the file that holds it.", valueName: "anchor"))
    var anchor: AnchorArgument

    @OptionGroup var store: StoreOptions

    func validate() throws {
        guard before != nil || keep != nil else { throw ValidationError("Give --before TIME, --keep NUMBER, or both.") }
        if let keep, keep < 0 { throw ValidationError("--keep must not be negative.") }
    }

    func run() async throws {
        let anchor = try anchor.text()
        let pruning = try await store.withStore(.existing) { coordinator in
            try await coordinator.pruneAudit(behind: anchor, before: before?.asStart, keeping: keep)
        }
        try store.output.print(PruningReport(pruning: pruning))
    }
}

private struct PruningReport: Report {
    let pruning: AuditPruning

    private enum CodingKeys: String, CodingKey { case removed, first, anchor }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pruning.removed, forKey: .removed)
        try container.encode(pruning.firstPosition, forKey: .first)
        try container.encode(pruning.anchor, forKey: .anchor)
    }

    func render(on page: inout Page) {
        page.line("\(pruning.removed) rows were removed; the first one left is row \(pruning.firstPosition).")
        page.facts([("anchor", "\(pruning.anchor)")])
    }
}
