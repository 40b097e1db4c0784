import FoundationEssentials
import HearthText

/// A command as its declaration describes it: what it is called, and what it takes.
struct CommandGrammar: Decodable {
    /// An option, a flag or a place for an argument without a name.
    private struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            /// The name with its dashes.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let names: [Name]?
        let isRepeating: Bool
    }

    /// What an option of a command needs.
    enum Option {
        case takesValue
        case flag
    }

    private let commandName: String
    private let defaultSubcommand: String?
    private let subcommands: [CommandGrammar]?
    private let arguments: [Argument]?

    /// Reads what ArgumentParser says of a command and its subcommands.
    ///
    /// - Parameter description: The JSON that `--experimental-dump-help` prints.
    init(description: String) throws {
        struct Tool: Decodable { let command: CommandGrammar }
        self = try JSONDecoder().decode(Tool.self, from: Data(description.utf8)).command
    }

    /// The command that words name, one below the other.
    ///
    /// - Returns: The command, and how many of the words name it; 0 where the first names none.
    func command(namedBy words: [String]) -> (command: CommandGrammar, words: Int) {
        var command = self
        var count = 0
        while count < words.count, let next = command.subcommand(words[count]) {
            command = next
            count += 1
        }
        if count > 0, let name = command.defaultSubcommand, let next = command.subcommand(name) { command = next }
        return (command, count)
    }

    /// The first word that should name a command and names none, and the one that was probably meant; nil if there is none.
    func unknownCommand(in words: [String]) -> (name: String, nearest: String?)? {
        var command = self
        for word in words where word != "help" {
            guard let subcommands = command.subcommands, !subcommands.isEmpty else { return nil }
            if let next = command.subcommand(word) {
                command = next
                continue
            }
            // What begins with a dash asks for something else, and what a command without a name takes is no name.
            let unnamed = command.defaultSubcommand.flatMap { command.subcommand($0) }
            guard !word.hasPrefix("-"), unnamed?.takesText != true else { return nil }
            return (word, NearestWord.to(word, among: subcommands.map(\.commandName)))
        }
        return nil
    }

    /// The option that was probably meant by one that isn't there: one with nearly the same name, or one of whose words it
    /// is, as `--tokens` for `--max-tokens`.
    func option(nearestTo name: String) -> String? {
        let names = (arguments ?? []).flatMap { $0.names ?? [] }.map(\.text).filter { $0.hasPrefix("--") }
        let word = name.drop { $0 == "-" }
        return NearestWord.to(name, among: names) ?? names.first { $0.split(separator: "-").contains(word) }
    }

    private func subcommand(_ name: String) -> CommandGrammar? {
        subcommands?.first { $0.commandName == name }
    }

    /// The option of a name with its dashes; nil if the command has none of that name.
    func option(_ name: String) -> Option? {
        let argument = arguments?.first { $0.names?.contains { $0.text == name } ?? false }
        return argument.map { $0.kind == "flag" ? .flag : .takesValue }
    }

    /// Whether the command takes arguments without a name.
    var takesText: Bool { arguments?.contains { $0.kind == "positional" } ?? false }

    /// Whether it takes any number of them, as a search takes words.
    var takesSeveralTexts: Bool { arguments?.contains { $0.kind == "positional" && $0.isRepeating } ?? false }
}
