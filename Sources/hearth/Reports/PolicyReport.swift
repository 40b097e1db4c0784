import HearthMemory

/// The rules of sharing.
struct PolicyReport: Report {
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
