import ArgumentParser
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

            JSON: users, rewrapped (keys), resealed (memories), complete, findings (component, message).
            """
    )

    @OptionGroup var newKey: NewKeyOptions
    @OptionGroup var store: StoreOptions

    func run() async throws {
        let former = try store.keys.provider(besideStore: store.location().file)
        let new = try newKey.provider(besideStore: store.location().file, insteadOf: store.keys)
        let rotation = try await store.withStore(
            .existing,
            configure: { configuration in
                guard let new, let former else { return }
                configuration.keyProvider = SuccessiveKeys(new: new, former: former)
            },
            body: { coordinator in try await coordinator.rotateKeys() }
        )
        try store.output.print(RotationReport(rotation: rotation))
        guard rotation.findings.isEmpty else { throw ExitCode.failure }
    }
}

private struct RotationReport: Report {
    let rotation: KeyRotationReport

    private enum CodingKeys: String, CodingKey { case users, rewrapped, resealed, complete, findings }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rotation.users, forKey: .users)
        try container.encode(rotation.keysRewrapped, forKey: .rewrapped)
        try container.encode(rotation.memoriesResealed, forKey: .resealed)
        try container.encode(rotation.isComplete, forKey: .complete)
        try container.encode(rotation.findings, forKey: .findings)
    }

    func render(on page: inout Page) {
        page.facts([
            ("users", "\(rotation.users)"),
            ("keys rewrapped", "\(rotation.keysRewrapped)"),
            ("memories resealed", "\(rotation.memoriesResealed)"),
        ])
        if !rotation.findings.isEmpty {
            page.gap()
            page.line(
                Styled("Some things do not open. They were left as they are, with the old keys of their users:", .bad)
            )
            var table = Table(.leading("COMPONENT"), .leading("FINDING"))
            for finding in rotation.findings { table.row(Styled(finding.component, .bad), Styled(finding.message)) }
            page.table(table, none: "")
        } else if !rotation.isComplete {
            page.line(
                Styled("A reader keeps the write-ahead log: bytes under the old keys go at the next opening.", .caution)
            )
        }
    }
}
