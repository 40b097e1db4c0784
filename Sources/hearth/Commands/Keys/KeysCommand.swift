import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make the key of sensitive memories, and show which keys the store needs.",
        subcommands: [KeysInitCommand.self, KeysStatusCommand.self]
    )
}
