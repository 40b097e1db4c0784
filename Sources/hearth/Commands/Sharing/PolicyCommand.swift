import ArgumentParser
import FoundationEssentials
import HearthMemory

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show, check or replace the rules of sharing.",
        subcommands: [ShowCommand.self, CheckCommand.self, LoadCommand.self]
    )

    struct ShowCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show the rules of sharing.",
            discussion: """
                JSON: global_rules and propagation_rules, arrays of name, categories, agents and permission; restricted_categories, an object \
                from owner to categories; sealed_categories, an array. `hearth policy load` takes the same.
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

        func run() async throws {
            let policy = try PolicyDocument(path: path).policy
            try await store.withStore(.create) { try await $0.setSharingPolicy(policy) }
            try store.output.print(PolicyReport(policy: policy))
        }
    }
}

/// A policy as a JSON file.
struct PolicyDocument {
    /// The most that is read, in bytes: far more than any policy needs.
    private static let longestPolicy = 16 << 20

    let policy: SharingPolicy

    /// Reads a file, or standard input for "-".
    init(path: String) throws {
        policy = try SharingPolicy(json: try Self.document(path))
    }

    private static func document(_ path: String) throws -> Data {
        if path == "-" { return Data(try TextInput.standardInput(limit: longestPolicy)) }
        let path = try StoreLocation.expandingHome(in: path)
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw CommandFailure(
                "\(path) can't be read; name a file that holds what `hearth policy show --json` prints."
            )
        }
    }
}

/// The rules of sharing.
private struct PolicyReport: Report {
    var policy: SharingPolicy

    func encode(to encoder: any Encoder) throws {
        try policy.encode(to: encoder)
    }

    func render(on page: inout Page) {
        page.line(Styled("Global rules: open to these agents, whoever owns the memory", .heading))
        page.table(Self.table(of: policy.globalRules), none: "None.")
        page.gap()
        page.line(Styled("Propagation rules: shared with these agents when it is stored", .heading))
        page.table(Self.table(of: policy.propagationRules), none: "None.")
        page.gap()
        page.line(Styled("Restricted categories: never shared", .heading))
        var restricted = Table(.leading("OWNER"), .flexible("CATEGORIES"))
        for (owner, categories) in policy.restrictedCategories.sorted(by: { $0.key < $1.key }) {
            restricted.row("\(owner)", Styled(categories.map(\.rawValue).sorted().joined(separator: ", ")))
        }
        page.table(restricted, none: "None.")
        page.gap()
        page.line(Styled("Sealed categories: encrypted at rest where there is a key", .heading))
        page.line(
            policy.sealedCategories.isEmpty
                ? "None." : Styled(policy.sealedCategories.map(\.rawValue).sorted().joined(separator: ", "))
        )
    }

    private static func table(of rules: [SharingPolicy.Rule]) -> Table {
        var table = Table(.leading("RULE"), .leading("MAY"), .leading("AGENTS"), .flexible("CATEGORIES"))
        for rule in rules {
            table.row(
                "\(rule.name)",
                "\(rule.permission.rawValue)",
                Styled(rule.agents.map(\.rawValue).sorted().joined(separator: ", ")),
                Styled(rule.categories.map(\.rawValue).sorted().joined(separator: ", "))
            )
        }
        return table
    }
}
