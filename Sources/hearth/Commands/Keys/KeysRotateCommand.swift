import ArgumentParser
import Glibc
import HearthMemory

struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace the keys of sensitive memories, while others go on.",
        discussion: """
            Keys are wrapped by the provider's current key, and every user gets a new one, with which everything is sealed anew. What was \
            stopped goes on where it ended; until then everything is readable.

            What does not open is left as it is, and named; the exit status is 1 then.

            A key file may have both the former key and the present one. To go from one place to another, say where the present key comes \
            from as for every command, and where the new one does with --new-key-file, --new-key-command or --new-passphrase. What was \
            stopped goes on with the same options. From then on give the new one.

            With --new-passphrase the parameters of a former passphrase that the store needs no more are kept under another name: backups of \
            before need them.

            JSON: users, rewrapped (keys), resealed (memories), complete, problem (why bytes under the old keys may be left), findings \
            (component, message), former_parameters (where those of a former passphrase are now).
            """
    )

    @OptionGroup var newKey: NewKeyOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let former = try store.keys.provider(besideStore: store.location().file)
        let parameters = KeyOptions.parametersPath(besideStore: try store.location().file)
        let new = try await newKey.source(besideStore: store.location().file, insteadOf: store.keys) {
            try await store.withStore(.existing) { Set(try await $0.userKeys().map(\.providerKey)) }
        }
        let rotation = try await store.withStore(
            .existing,
            configure: { configuration in
                guard let new, let former else { return }
                configuration.keyProvider = SuccessiveKeys(new: new.provider, former: former)
            },
            body: { coordinator in try await coordinator.rotateKeys() }
        )
        let put = new?.formerParameters.flatMap { access($0, F_OK) == 0 ? $0 : nil }
        try store.output.print(RotationReport(rotation: rotation, parameters: parameters, formerParameters: put))
        guard rotation.findings.isEmpty else { throw ExitCode.failure }
    }
}

private struct RotationReport: Report {
    let rotation: KeyRotationReport
    let parameters: String
    /// Where the parameters of a former passphrase were put.
    let formerParameters: String?

    private enum CodingKeys: String, CodingKey {
        case users, rewrapped, resealed, complete, problem, findings
        case formerParameters = "former_parameters"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rotation.users, forKey: .users)
        try container.encode(rotation.keysRewrapped, forKey: .rewrapped)
        try container.encode(rotation.memoriesResealed, forKey: .resealed)
        try container.encode(rotation.isComplete, forKey: .complete)
        try container.encodeIfPresent(rotation.problem, forKey: .problem)
        try container.encode(rotation.findings, forKey: .findings)
        try container.encodeIfPresent(formerParameters, forKey: .formerParameters)
    }

    func render(on page: inout Page) {
        page.facts([
            ("users", "\(rotation.users)"),
            ("keys rewrapped", "\(rotation.keysRewrapped)"),
            ("memories resealed", "\(rotation.memoriesResealed)"),
        ])
        if let formerParameters {
            page.line(
                "The parameters of the former passphrase are in \(formerParameters). A backup of before needs them as \(parameters)."
            )
        }
        if !rotation.findings.isEmpty {
            page.gap()
            page.line(
                Styled("Some things do not open. They were left as they are, with the old keys of their users:", .bad)
            )
            var table = Table(.leading("COMPONENT"), .leading("FINDING"))
            for finding in rotation.findings { table.row(Styled(finding.component, .bad), Styled(finding.message)) }
            page.table(table, none: "")
        }
        if let problem = rotation.problem {
            page.line(
                Styled("Bytes under the old keys may be left in the file or its write-ahead log. \(problem)", .caution)
            )
        }
    }
}
