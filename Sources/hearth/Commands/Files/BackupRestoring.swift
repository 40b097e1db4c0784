import FoundationEssentials
import Glibc
import HearthMemory

/// Puts a backup in the place of the store.
struct BackupRestoring {
    var backup: String
    var isForced: Bool
    var allowsPlain: Bool
    var store: StoreOptions

    /// Whether an argument of `hearth restore` names a file rather than a memory: it has a slash, or there is a file.
    static func names(_ argument: String) -> Bool {
        argument.contains("/") || FileManager.default.fileExists(atPath: argument)
    }

    func run() async throws {
        let backup = try StoreLocation.expandingHome(in: backup)
        guard access(backup, F_OK) == 0 || errno != ENOENT && errno != ENOTDIR else {
            throw CommandFailure("There is no backup at \(backup).")
        }
        let path = try store.location()
        try path.prepare(for: .create)
        var configuration = try CoordinatorConfiguration(environment: ProcessInfo.processInfo.environment)
        configuration.keyProvider = try store.keys.provider(besideStore: path.file)
        let progress = SharedProgress("Restoring")
        defer { progress.clear() }
        let report: RestoreReport
        do {
            report = try await MultiAgentMemoryCoordinator.restore(
                backup: backup,
                to: path.file,
                isForced: isForced,
                allowsPlain: allowsPlain,
                configuration: configuration
            ) { progress.show($0) }
        } catch let error as MemoryError where error.code == .versionMismatch {
            throw CommandFailure("\(error.message) The option is --force.")
        }
        progress.clear()
        try store.output.print(RestoredStore(report))
    }
}

/// What `hearth restore` says of a store that it has put in place.
private struct RestoredStore: Report {
    private let report: RestoreReport

    init(_ report: RestoreReport) {
        self.report = report
    }

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
    }

    func render(on page: inout Page) {
        page.line("The store is restored at \(report.file).")
        var facts: [(name: String, value: Styled)] = [("memories", "\(report.memories)")]
        if report.erasedMemories > 0 { facts.append(("erased again", Styled("\(report.erasedMemories)", .caution))) }
        if report.erasedUsers > 0 { facts.append(("users erased again", Styled("\(report.erasedUsers)", .caution))) }
        if report.sealedMemories > 0 { facts.append(("sealed again", Styled("\(report.sealedMemories)", .caution))) }
        if report.plainMemories > 0 { facts.append(("plain again", Styled("\(report.plainMemories)", .caution))) }
        if let aside = report.movedAside { facts.append(("moved aside", "\(aside)")) }
        page.facts(facts)
        guard report.plainMemories > 0, let aside = report.movedAside else { return }
        let subject = report.plainMemories == 1 ? "1 memory that was" : "\(report.plainMemories) memories that were"
        page.line(
            Styled(
                """
                \(subject) made sensitive since \(report.plainMemories == 1 ? "is" : "are") plain again. To seal \
                \(report.plainMemories == 1 ? "it" : "them"), restore \(aside) with --force, and then the backup with --force and the key.
                """,
                .caution
            )
        )
    }
}
