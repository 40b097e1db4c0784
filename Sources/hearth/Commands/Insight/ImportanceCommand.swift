import ArgumentParser
import FoundationEssentials
import Glibc
import HearthMemory

struct ImportanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "importance",
        abstract: "Suggest importances by how memories are used, or apply what is suggested.",
        subcommands: [SuggestCommand.self, ApplyCommand.self]
    )

    /// Which suggestions.
    struct Selection: ParsableArguments {
        @Option(help: ArgumentHelp("Only memories of this user; HEARTH_USER does not count.", valueName: "user"))
        var user: UserID?

        @Option(help: ArgumentHelp("How many at most, 1 to 1,000; the greatest differences first.", valueName: "count"))
        var limit = 20
    }

    struct SuggestCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest",
            abstract: "Show which memories should have another importance, and why.",
            discussion: """
                By how often and how lately a memory was read, its age, what continues or shares it, and its category. Memories above 0.79 are \
                left to people. Nothing is changed.

                JSON: suggestions: id, user, owner, version, present, suggested, and parts (name, amount, reason).
                """
        )

        @OptionGroup var selection: Selection
        @OptionGroup var store: StoreOptions

        func run() async throws {
            let selection = selection
            let suggestions = try await store.withStore(.existing) {
                try await $0.importanceSuggestions(userID: selection.user, limit: selection.limit)
            }
            try store.output.print(SuggestionReport(suggestions: suggestions))
        }
    }

    struct ApplyCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply",
            abstract: "Publish what `hearth importance suggest` suggests, as edits by system.",
            discussion: """
                On a terminal it shows the suggestions and asks for each; elsewhere it wants --yes. A memory with a lease, a draft or a waiting \
                conflict, or that was edited meanwhile, is left. `hearth history` and `hearth rollback` work as after any edit.

                JSON: changed (ids), and skipped (id and reason).
                """
        )

        @Argument(help: ArgumentHelp("Only these memories; none: every one that is suggested.", valueName: "id"))
        var ids: [MemoryID] = []

        @OptionGroup var selection: Selection

        @Flag(help: "Do not ask.")
        var yes = false

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let report = try await store.withStore(.existing) { coordinator in
                var suggestions = try await coordinator.importanceSuggestions(
                    userID: selection.user,
                    limit: ids.isEmpty ? selection.limit : 1_000
                )
                if !ids.isEmpty { suggestions.removeAll { !ids.contains($0.memoryID) } }
                return try await coordinator.applyImportances(try confirmed(suggestions))
            }
            try store.output.print(AppliedReport(report: report))
        }

        private func confirmed(_ suggestions: [ImportanceSuggestion]) throws -> [ImportanceSuggestion] {
            guard !yes, !suggestions.isEmpty else { return suggestions }
            guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
                throw CommandFailure("Nothing was changed: there is nobody to ask. Say --yes if it is meant.")
            }
            return suggestions.filter { suggestion in
                let parts = suggestion.parts.map { "\($0.reason) (\(SuggestionReport.signed($0.amount)))" }
                Console.error.ask(
                    """
                    \(suggestion.memoryID): \(suggestion.present) to \(suggestion.suggested), \(parts.joined(separator: ", ")). \
                    Type yes:
                    """ + " "
                )
                return readLine() == "yes"
            }
        }
    }
}

/// Suggested importances, for people.
private struct SuggestionReport: Report {
    var suggestions: [ImportanceSuggestion]

    func render(on page: inout Page) {
        var table = Table(
            .leading("MEMORY"),
            .leading("OWNER"),
            .trailing("IS"),
            .trailing("SHOULD BE"),
            .flexible("WHY")
        )
        for suggestion in suggestions {
            let why = suggestion.parts.dropFirst().map { "\($0.reason) (\(Self.signed($0.amount)))" }
            table.row(
                "\(suggestion.memoryID)",
                "\(suggestion.owner)",
                "\(suggestion.present)",
                "\(suggestion.suggested)",
                Styled(why.joined(separator: ", "))
            )
        }
        page.table(table, none: "Every memory is as important as its use says.")
    }

    static func signed(_ amount: Double) -> String { amount < 0 ? "\(amount)" : "+\(amount)" }
}

/// What became of suggestions.
private struct AppliedReport: Report {
    var report: ImportanceReport

    func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
    }

    func render(on page: inout Page) {
        page.line("\(report.changed.count) memories have another importance.")
        for skip in report.skipped { page.line("\(skip.memoryID) is left: \(skip.reason).") }
    }
}
