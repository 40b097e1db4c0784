import ArgumentParser
import HearthMemory

struct KeysRotateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Replace the keys of sensitive memories, while others go on.",
        discussion: """
            Keys are wrapped by the provider's current key, and every user gets a new one, with which everything is sealed anew. What was \
            stopped goes on where it ended; until then everything is readable.

            JSON: users, rewrapped (keys), resealed (memories), complete.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let rotation = try await store.withStore(.existing) { coordinator in try await coordinator.rotateKeys() }
        try store.output.print(RotationReport(rotation: rotation))
    }
}

private struct RotationReport: Report {
    let rotation: KeyRotationReport

    private enum CodingKeys: String, CodingKey { case users, rewrapped, resealed, complete }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rotation.users, forKey: .users)
        try container.encode(rotation.keysRewrapped, forKey: .rewrapped)
        try container.encode(rotation.memoriesResealed, forKey: .resealed)
        try container.encode(rotation.isComplete, forKey: .complete)
    }

    func render(on page: inout Page) {
        page.facts([
            ("users", "\(rotation.users)"),
            ("keys rewrapped", "\(rotation.keysRewrapped)"),
            ("memories resealed", "\(rotation.memoriesResealed)"),
        ])
        if !rotation.isComplete {
            page.line(
                Styled("A reader keeps the write-ahead log: bytes under the old keys go at the next opening.", .caution)
            )
        }
    }
}
