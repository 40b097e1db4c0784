import ArgumentParser
import FoundationEssentials
import HearthMemory

/// An anchor on the command line: itself, or a file that holds one.
struct AnchorArgument: ExpressibleByArgument {
    private let argument: String

    init?(argument: String) {
        self.argument = argument
    }

    /// The text of the anchor.
    ///
    /// - Throws: `CommandFailure` for a file that can't be read.
    func text() throws -> String {
        let argument = try argument.hasPrefix("~") ? StoreLocation.expandingHome(in: argument) : argument
        if argument.contains(":"), !FileManager.default.fileExists(atPath: argument) { return argument }
        guard let data = FileManager.default.contents(atPath: argument) else {
            throw CommandFailure(
                "There is no anchor in \(argument): give the file that `hearth audit anchor --to` wrote."
            )
        }
        // A file that is something else is not read to a person.
        return String(decoding: data.prefix(256), as: UTF8.self).trimmingWhitespace()
    }
}

extension String {
    /// The text without white space at its ends.
    fileprivate func trimmingWhitespace() -> String {
        let rest = drop(while: \.isWhitespace)
        guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(rest[...last])
    }
}

struct AuditAnchorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Print where the audit ends, to be kept outside the file.",
        discussion: """
            The anchor is the number of rows, a colon and the last row's hash. Keep it where whoever can write the file can't change it. A later \
            `hearth audit verify --anchor` shows whether the audit was rewritten since.

            --to brings a file up to date that has an earlier anchor of the same audit, once the audit is verified to pass through that. Nothing \
            else is overwritten.

            JSON: anchor, and file, where it was written.
            """
    )

    @Option(help: ArgumentHelp("Write it to this file, which is new or has an earlier anchor.", valueName: "file"))
    var to: String?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let file = try to.map { try AnchorFile(path: StoreLocation.expandingHome(in: $0), of: store.location()) }
        let anchor = try await store.withStore(.existing) { coordinator in
            try await file?.requirePassing(by: coordinator)
            return try await coordinator.auditAnchor()
        }
        try file?.write(anchor)
        try store.output.print(AnchorReport(anchor: anchor, file: to))
    }
}

/// The file that an anchor is kept in.
private struct AnchorFile {
    private let path: String
    /// The anchor that is in it now; nil if there is no file.
    private let former: String?

    /// - Throws: `CommandFailure` if there is something else at the path.
    init(path: String, of store: StorePath) throws {
        try store.keepClear(of: path)
        self.path = path
        guard NewTextFile.isThere(path) else {
            former = nil
            return
        }
        guard let text = try TextFile.beginning(of: path), Self.isAnchor(text) else { throw NewTextFile.taken(path) }
        former = text.trimmingWhitespace()
    }

    /// A number, a colon and the digits of a SHA-256, on a line alone.
    private static func isAnchor(_ text: String) -> Bool {
        text.wholeMatch(of: /[0-9]{1,19}:[0-9a-f]{64}\n?/) != nil
    }

    /// Refuses to replace an anchor that shows that the audit was rewritten, or that is of another store.
    func requirePassing(by coordinator: MultiAgentMemoryCoordinator) async throws {
        guard let former, let finding = try await coordinator.verifyAudit(anchor: former).findings.first else { return }
        throw CommandFailure("\(path) has an anchor of before, which is kept. \(finding.message)")
    }

    func write(_ anchor: String) throws {
        guard former == nil else {
            return try TextFile.replace(path, with: "\(anchor)\n", where: Self.isAnchor)
        }
        let file = try NewTextFile(path: path)
        do {
            try file.write("\(anchor)\n")
            try file.finish()
        } catch {
            file.abandon()
            throw error
        }
    }
}

private struct AnchorReport: Report {
    let anchor: String
    let file: String?

    func render(on page: inout Page) {
        page.line(Styled(anchor))
    }
}

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the audit row by row, and against an anchor.",
        discussion: """
            JSON: sound, findings (component, message), rows looked at, and anchor: the end of the chain. The exit status is 1 when there are \
            findings.
            """
    )

    @Option(help: ArgumentHelp("An anchor taken earlier, or the file that holds it.", valueName: "anchor"))
    var anchor: AnchorArgument?

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let anchor = try anchor?.text()
        let report = try await store.withStore(.existing) { try await $0.verifyAudit(anchor: anchor) }
        try store.output.print(AuditVerificationReport(report: report))
        guard report.isSound else { throw ExitCode.failure }
    }
}

private struct AuditVerificationReport: Report {
    let report: VerificationReport

    private enum CodingKeys: String, CodingKey { case sound, findings, rows, anchor }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(report.isSound, forKey: .sound)
        try container.encode(report.findings, forKey: .findings)
        try container.encode(report.auditRows, forKey: .rows)
        try container.encode(report.anchor, forKey: .anchor)
    }

    func render(on page: inout Page) {
        page.line(report.isSound ? Styled("Sound.", .good) : Styled("Not sound.", .bad))
        page.facts([("audit rows", "\(report.auditRows)"), ("anchor", "\(report.anchor)")])
        for finding in report.findings { page.line(Styled(finding.message, .bad)) }
    }
}
