import ArgumentParser
import HearthMemory

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at everything that can be wrong with the store, and say what to do.",
        discussion: """
            It looks at the file and its directory, opens the store, asks for its health, its keys and its vectors, looks for what waits for \
            a person, and recomputes what can be recomputed, as `hearth verify` does. The last reads the whole file; --quick leaves it out.

            --fix takes the right to read the files of a store from others and makes the vectors that are missing. It changes no memory.

            JSON: healthy, checked (the components that were looked at) and findings, each with component, gravity (attention, broken), \
            message, remedy and fixed.

            The exit status is 0 when there is nothing left to do, 1 when something is broken, 2 when something needs attention.
            """
    )

    @Flag(help: "Mend what is safe to mend.")
    var fix = false

    @Flag(help: "Leave out what reads the whole file.")
    var quick = false

    @OptionGroup var embedder: EmbedderOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let path = try store.location()
        try path.prepare(for: .existing)
        var diagnosis = Diagnosis()
        var isStore = true
        var named: OpenAICompatibleEmbedder?
        do {
            named = try await embedder.named()
        } catch let error as EmbeddingError {
            diagnosis.addFailure(ofEmbedder: error)
        }
        func use(_ configuration: inout CoordinatorConfiguration) {
            if let named { configuration.embedder = named }
        }
        do {
            diagnosis = try await store.withStore(.existing, configure: use) { [diagnosis] coordinator in
                var diagnosis = diagnosis
                try await diagnosis.examine(coordinator, reads: !quick)
                await diagnosis.examineKeys(
                    try await coordinator.userKeys(),
                    try store.keys.provider(besideStore: path.file)
                )
                // Of another embedder's vectors than the given one there is nothing to say.
                if embedder.embedder == nil || named != nil {
                    try await diagnosis.examineVectors(coordinator, fixes: fix)
                }
                return diagnosis
            }
        } catch let error as MemoryError {
            diagnosis.addFailure(error)
            // Anything else is said of a file that was recognised.
            isStore = ![.notAHearthStore, .storeUnavailable].contains(error.code)
        }
        diagnosis.examinePlace(of: path.file, isStore: isStore, fixes: fix)
        try store.output.print(DiagnosisReport(diagnosis: diagnosis))
        switch diagnosis.gravity {
        case nil: return
        case .attention: throw ExitCode(2)
        case .broken: throw ExitCode.failure
        }
    }
}

/// A diagnosis for people and programs.
private struct DiagnosisReport: Report {
    let diagnosis: Diagnosis

    private enum CodingKeys: String, CodingKey { case healthy, checked, findings }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(diagnosis.gravity == nil, forKey: .healthy)
        try container.encode(diagnosis.checked, forKey: .checked)
        try container.encode(diagnosis.findings, forKey: .findings)
    }

    func render(on page: inout Page) {
        for finding in diagnosis.findings {
            let style: Style = finding.fixed ? .good : finding.gravity == .broken ? .bad : .caution
            let word = finding.fixed ? "fixed" : finding.gravity.rawValue
            page.line(Styled(word, style), Styled("  \(finding.component): \(finding.message)"))
            if !finding.fixed { page.line(Styled("    \(finding.remedy)")) }
        }
        if diagnosis.gravity == nil {
            page.line(
                Styled("Nothing to do.", .good),
                Styled(" Looked at: \(diagnosis.checked.joined(separator: ", ")).")
            )
        }
    }
}
