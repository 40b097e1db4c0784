import ArgumentParser
import HearthMemory

extension PolicyCommand {
    struct CheckCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Judge a policy before it is loaded, and show what it would change for whom.",
            discussion: """
                Errors: a rule that opens what an owner restricts, agents that there are not, rules without agents or categories. Warnings: \
                categories that no memory has, rules that do nothing that others do not. Nothing is changed. Exit status: 1 if there is an error.

                JSON: valid; problems (severity, place, message); changes by agent: gains and loses (memories of others that it would see, or \
                not see any more), may_propose (memories that it would be allowed to edit).
                """
        )

        @Argument(help: ArgumentHelp("The file, or - for standard input.", valueName: "file"), completion: .file())
        var path: String

        @OptionGroup var store: StoreOptions

        func run() async throws {
            let policy = try PolicyDocument(path: path).policy
            let check = try await store.withStore(.existing) { try await $0.checkSharingPolicy(policy) }
            try store.output.print(PolicyCheckReport(check))
            guard check.isValid else { throw ExitCode.failure }
        }
    }
}

/// What is odd about a policy, and what it would change.
private struct PolicyCheckReport: Report {
    private var valid: Bool
    private var problems: [PolicyCheck.Problem]
    private var changes: [PolicyCheck.Change]

    init(_ check: PolicyCheck) {
        (valid, problems, changes) = (check.isValid, check.problems, check.changes)
    }

    func render(on page: inout Page) {
        page.line(Styled("Problems", .heading))
        var table = Table(.leading("SEVERITY"), .leading("WHERE"), .flexible("WHAT"))
        for problem in problems {
            let style: Style = problem.severity == .error ? .bad : .caution
            table.row(Styled(problem.severity.rawValue, style), "\(problem.place)", "\(problem.message)")
        }
        page.table(table, none: "None.")
        page.gap()
        page.line(Styled("What would change: memories of other agents", .heading))
        var effects = Table(.leading("AGENT"), .trailing("WOULD SEE"), .trailing("WOULD LOSE"), .trailing("MAY EDIT"))
        for change in changes {
            effects.row("\(change.agent)", "\(change.gains)", "\(change.loses)", "\(change.mayPropose)")
        }
        page.table(effects, none: "Nothing that is there now. Propagation rules apply to what is stored from then on.")
    }
}
