import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Make the key of sensitive memories, show which keys the store needs, and replace them.",
        subcommands: [KeysInitCommand.self, KeysStatusCommand.self, KeysRotateCommand.self]
    )
}
