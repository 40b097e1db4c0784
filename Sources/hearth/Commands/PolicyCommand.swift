import ArgumentParser
import FoundationEssentials
import HearthMemory

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show or replace the rules of sharing.",
        subcommands: [ShowCommand.self, LoadCommand.self]
    )

    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show the rules of sharing.",
            discussion: """
                JSON: global_rules and propagation_rules, arrays of name, categories, agents and permission; restricted_categories, an object \
                from owner to categories. `hearth policy load` takes the same.
                """
        )

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let policy = try await store.withStore(.existing) { try await $0.sharingPolicy() }
            try store.output.print(PolicyReport(policy: policy))
        }
    }

    struct LoadCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "load",
            abstract: "Replace the rules of sharing by those of a JSON file.",
            discussion: "The file holds what `hearth policy show --json` prints. JSON: the rules as they stand now."
        )

        @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"), completion: .file())
        var path: String

        @OptionGroup var store: StoreOptions

        /// Far more than any policy needs.
        private static let longestPolicy = 16 << 20

        func run() async throws {
            let policy = try SharingPolicy(json: try document())
            try await store.withStore(.create) { try await $0.setSharingPolicy(policy) }
            try store.output.print(PolicyReport(policy: policy))
        }

        private func document() throws -> Data {
            if path == "-" { return Data(try StandardInput.bytes(limit: Self.longestPolicy)) }
            do {
                return try Data(contentsOf: URL(filePath: path))
            } catch {
                throw CommandFailure(
                    "\(path) can't be read; name a file that holds what `hearth policy show --json` prints."
                )
            }
        }
    }
}
