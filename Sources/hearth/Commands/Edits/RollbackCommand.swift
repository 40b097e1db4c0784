import ArgumentParser
import HearthMemory

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Publish what an old version says as a new one, at once.",
        discussion: """
            Nothing is taken out of the history; a conflict that waits is settled by it. Only the owner and critical agents do this.

            JSON: the memory afterwards. \(MemoryJSON.keys)
            """
    )

    @Argument(help: "The memory.")
    var id: MemoryID

    @Option(
        help: ArgumentHelp(
            "The version: its id, the beginning of it, or its number where only one has it. `hearth history` lists them.",
            valueName: "version"
        )
    )
    var to: VersionReference

    @OptionGroup var acting: ActingOptions

    func run() async throws {
        let memory = try await acting.withStore { coordinator, agent in
            let version: VersionID
            if let id = to.id {
                version = id
            } else {
                let history = try await coordinator.history(of: id, agentID: agent, userID: acting.user.id)
                version = try to.pick(from: history, listedBy: "`hearth history \(id)`")
            }
            return try await coordinator.rollbackMemory(id, to: version, agentID: agent, userID: acting.user.id)
        }
        try acting.print(MemoryReport(memory))
    }
}

/// A version as a person names it: by its id, by the beginning of the id, or by its number if only one version has it.
struct VersionReference: ExpressibleByArgument {
    let text: String

    init(argument: String) {
        text = argument
    }

    /// How many digits of an id tables show: 48 bits, which two versions of one memory do not share by chance.
    static let shownDigits = 12

    /// What every id begins with.
    private static let prefix = "ver_"
    /// How many digits a whole id has: those of a SHA-256.
    private static let allDigits = 64

    /// The id, if the text is a whole one.
    var id: VersionID? {
        text.hasPrefix(Self.prefix) && text.utf8.count == Self.prefix.utf8.count + Self.allDigits
            ? VersionID(rawValue: text) : nil
    }

    /// Finds the version that is meant.
    ///
    /// - Parameter command: The command that lists the versions, for the remedy.
    func pick(from versions: [MemoryVersion], listedBy command: String) throws -> VersionID {
        if let id { return id }
        let meant = versions.filter { version in
            if let number = Int(text) { return version.number == number }
            return text.utf8.count > Self.prefix.utf8.count && version.id.rawValue.hasPrefix(text)
        }
        guard let first = meant.first else {
            throw CommandFailure("No version here is \"\(text)\"; \(command) lists them.")
        }
        guard meant.count == 1 else {
            let ids = meant.map { $0.id.rawValue }.joined(separator: ", ")
            throw CommandFailure("\"\(text)\" may be any of \(ids); say which.")
        }
        return first.id
    }
}

extension VersionID {
    /// The beginning that tables show; it is enough for `--to` and `--keep`.
    var brief: String {
        String(rawValue.prefix("ver_".count + VersionReference.shownDigits))
    }
}
