import ArgumentParser
import FoundationEssentials
import HearthMemory
import Logging

/// The command line of the memory engine.
@main
struct Hearth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hearth",
        abstract: "Looks into a memory store, fills and edits it, settles conflicts and shows who may see what.",
        discussion: """
            The store is the file given with --db, else HEARTH_DB, else hearth/hearth.db in the XDG data directory. \
            Whose memories a command works on is said with --agent and --user, else HEARTH_AGENT and HEARTH_USER, else it is \
            who holds memories in the store, if that is one agent or one user. All settings may also stand in a JSON file: `hearth config` \
            shows them.

            A text may begin with a dash. One that is spelled as an option is, such as --verbose, goes behind --.

            With --json a command prints exactly one JSON value to standard output, and `audit list` and `watch` one a line; `hearth help COMMAND` names its keys. Dates are \
            RFC 3339 in UTC. A key without a value is left out. Errors always go to standard error as text.

            Exit status: 0 done, 1 refused or failed, 64 the command line was not understood.
            """,
        version: HearthVersion.text,
        groupedSubcommands: [
            CommandGroup(name: "Begin:", subcommands: [DemoCommand.self, ImportCommand.self]),
            CommandGroup(
                name: "Memories:",
                subcommands: [
                    StoreCommand.self, GetCommand.self, SearchCommand.self, SimilarCommand.self, ContextCommand.self,
                    ListCommand.self, SliceCommand.self, SessionsCommand.self, TagsCommand.self,
                ]
            ),
            CommandGroup(
                name: "Edits:",
                subcommands: [
                    EditCommand.self, DeleteCommand.self, DiscardCommand.self, RestoreCommand.self, HistoryCommand.self,
                    FoldsCommand.self, RollbackCommand.self, EraseCommand.self, DraftsCommand.self, TrashCommand.self,
                ]
            ),
            CommandGroup(
                name: "Several agents at once:",
                subcommands: [
                    SyncCommand.self, ConflictsCommand.self, LocksCommand.self, NotificationsCommand.self,
                    WatchCommand.self,
                ]
            ),
            CommandGroup(
                name: "Sharing:",
                subcommands: [ShareCommand.self, RevokeCommand.self, AccessCommand.self, PolicyCommand.self]
            ),
            CommandGroup(name: "Several devices:", subcommands: [HubCommand.self, DevicesCommand.self]),
            CommandGroup(name: "Insight:", subcommands: [AnalyticsCommand.self, ImportanceCommand.self]),
            CommandGroup(name: "Servers:", subcommands: [MCPCommand.self]),
            CommandGroup(
                name: "The store:",
                subcommands: [
                    AgentsCommand.self, UsersCommand.self, StatusCommand.self, DoctorCommand.self,
                    AllocationCommand.self,
                    MetricsCommand.self, ConfigCommand.self, RunCommand.self, MaintainCommand.self, VerifyCommand.self,
                    BackupCommand.self, ExportCommand.self, AuditCommand.self, KeysCommand.self,
                    EmbeddingsCommand.self, EvalCommand.self,
                ]
            ),
        ]
    )

    static func main() async {
        Signals.letWritesFail()
        // What a command swallows is for whoever looks for it; what concerns its user, it says itself.
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            let level = CommandSettings.environment["HEARTH_LOG"].flatMap { Logger.Level(rawValue: $0) }
            // Whoever runs the background work sees only its log.
            handler.logLevel =
                level ?? (CommandLine.arguments.dropFirst().first == RunCommand.name ? .notice : .critical)
            return handler
        }
        do {
            try ProcessArguments.requireUTF8()
            let arguments = try DashedText.separated(Array(CommandLine.arguments.dropFirst())) {
                try CommandGrammar(description: _dumpHelp())
            }
            var command = try parsed(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            leave(because: error)
        }
    }

    /// The command that some arguments name.
    ///
    /// Where they can't be read because of a word that names no command, or is spelled as an option that the command
    /// doesn't have, the error names it, and what was probably meant.
    static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        let asksForHelp = arguments.first == "help" || arguments.contains { ["--help", "-h"].contains($0) }
        do {
            let command = try parseAsRoot(arguments)
            guard asksForHelp else { return command }
            try refuseUnknownCommand(in: arguments)
            return command
        } catch  where exitCode(for: error) == .validationFailure {
            try refuseUnknownCommand(in: arguments)
            throw try explained(error, arguments)
        }
    }

    private static func refuseUnknownCommand(in arguments: [String]) throws {
        let grammar = try CommandGrammar(description: _dumpHelp())
        guard let unknown = grammar.unknownCommand(in: arguments) else { return }
        let meant = unknown.nearest.map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError("Unknown command '\(unknown.name)'.\(meant)")
    }

    /// An error that says of an option that isn't there what was probably meant: another one, or a text.
    private static func explained(_ error: any Error, _ arguments: [String]) throws -> any Error {
        let grammar = try CommandGrammar(description: _dumpHelp())
        let said = message(for: error)
        let unjoined = DashedText.unjoinedValue(in: arguments, grammar)
            .map { "If \($0.value) is a value, join it to its option: \($0.joined)" }
        guard let unknown = DashedText.unknownOption(in: arguments, grammar) else {
            return unjoined.map { ValidationError("\(said)\n\($0)") } ?? error
        }
        let (command, words) = grammar.command(namedBy: arguments)
        var lines = ["Unknown option '\(unknown)'."]
        if let meant = command.option(nearestTo: DashedText.name(of: unknown)) {
            lines[0] += " Did you mean '\(meant)'?"
        } else if said.hasPrefix("Unknown option '\(unknown)'. Did you mean") {
            lines = [said]
        }
        if said.hasPrefix("Missing") { lines.append(said) }
        if let unjoined { lines.append(unjoined) }
        let asText = DashedText.withUnknownOptionsAsText(in: arguments, grammar)
        if (try? parseAsRoot(asText.arguments)) != nil {
            lines.append("If \(unknown) is text, put it behind --: hearth \(asText.written)")
        }
        if !lines[0].contains("Did you mean") {
            lines.append(
                "`hearth help \(arguments.prefix(words).joined(separator: " "))` names the options that there are."
            )
        }
        return ValidationError(lines.joined(separator: "\n"))
    }

    /// Says what went wrong, if there is anything to say, and ends the process with the status of such an error.
    private static func leave(because error: any Error) -> Never {
        switch error {
        case OutputFailure.readerLeft:
            exit()
        case let error as MemoryError where error.code == .storeReadOnly && error.sqliteCode != nil:
            // The file system says so, and not whoever asked for reading alone.
            Console.error.complain("\(error.message) To read it as it is, set HEARTH_READ_ONLY=true.")
            exit(withError: ExitCode.failure)
        case let error as MemoryError:
            Console.error.complain(error.message)
            exit(withError: ExitCode.failure)
        case let error as EmbeddingError:
            Console.error.complain(error.message)
            exit(withError: ExitCode.failure)
        case let error as CommandFailure:
            Console.error.complain(error.message)
            exit(withError: ExitCode.failure)
        case let error as OutputFailure:
            Console.error.complain(error.description)
            exit(withError: ExitCode.failure)
        default:
            exit(withError: error)
        }
    }
}

/// Why a command stops of its own accord: what happened, and the remedy if there is one. The exit status is 1.
struct CommandFailure: Error, CustomStringConvertible {
    /// What happened and what to do, for a person.
    var message: String

    init(_ message: String) {
        self.message = message
    }

    var description: String { message }
}
