import ArgumentParser
import HearthMemory

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the file, every hash and every index.",
        discussion: """
            If something is found, administrators get a notification: one, however often it is found.

            JSON: sound, findings (component, message), memories, versions, drafts, documents and audit_rows looked at, sealed (sensitive memories that could not be checked without a key), and anchor: the end of the audit chain. \
            Kept outside the file and given to a later --anchor it shows whether the audit was rewritten since. The exit status is 1 when there \
            are findings.
            """
    )

    @Option(help: ArgumentHelp("An anchor taken earlier, or the file that holds it.", valueName: "anchor"))
    var anchor: AnchorArgument?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let anchor = try anchor?.text()
        let report = try await store.withStore(.existing) { try await $0.verify(anchor: anchor) }
        try store.output.print(VerifyReport(report))
        guard report.isSound else { throw ExitCode.failure }
    }
}

/// What a verification found.
private struct VerifyReport: Report {
    private let report: VerificationReport

    init(_ report: VerificationReport) {
        self.report = report
    }

    private enum CodingKeys: String, CodingKey {
        case sound, findings, memories, versions, drafts, documents, anchor, sealed
        case auditRows = "audit_rows"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(report.isSound, forKey: .sound)
        try container.encode(report.findings, forKey: .findings)
        try container.encode(report.memories, forKey: .memories)
        try container.encode(report.versions, forKey: .versions)
        try container.encode(report.drafts, forKey: .drafts)
        try container.encode(report.documents, forKey: .documents)
        try container.encode(report.auditRows, forKey: .auditRows)
        try container.encode(report.anchor, forKey: .anchor)
        try container.encode(report.sealed, forKey: .sealed)
    }

    func render(on page: inout Page) {
        page.line(report.isSound ? Styled("Sound.", .good) : Styled("Not sound.", .bad))
        page.facts([
            ("memories", "\(report.memories)"),
            ("versions", "\(report.versions)"),
            ("drafts", "\(report.drafts)"),
            ("documents", "\(report.documents)"),
            ("audit rows", "\(report.auditRows)"),
            ("anchor", "\(report.anchor)"),
        ])
        if !report.sealed.isEmpty {
            let names = report.sealed.prefix(10).map(\.rawValue).joined(separator: ", ")
            page.line(
                Styled(
                    "\(report.sealed.count) sensitive memories were not checked, for want of a key: \(names)",
                    .caution
                )
            )
        }
        guard !report.isSound else { return }
        page.gap()
        var table = Table(.leading("COMPONENT"), .leading("FINDING"))
        for finding in report.findings { table.row(Styled(finding.component, .bad), Styled(finding.message)) }
        page.table(table, none: "")
    }
}
