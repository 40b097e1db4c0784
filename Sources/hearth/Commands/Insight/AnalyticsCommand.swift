import ArgumentParser
import HearthMemory

struct AnalyticsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "analytics",
        abstract: "Show how memories are used, who reads whose, and what could be done about it.",
        discussion: """
            JSON: user, period, generated_at; usage by period: start, stored, edited, deleted; reads: reader, owner, reads, memories; co_access: \
            agents, memories (that both have read); unread: owner, memories (30 days old or more), unread; unanswered (searches among others' \
            memories that found nothing in 90 days): user, agent, searches, days, last_day, shareable (owner, category, memories); strategies: \
            category, decisions, agreements (strategy, decisions), suggested; recommendations: reason, command.
            """
    )

    @Option(help: ArgumentHelp("Only what is of this user; HEARTH_USER does not count.", valueName: "user"))
    var user: UserID?

    @Option(help: "Count by day, week or month.")
    var by: MemoryAnalytics.Period = .week

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let (user, period) = (user, by)
        let analytics = try await store.withStore(.existing) { try await $0.analytics(userID: user, by: period) }
        try store.output.print(AnalyticsReport(analytics: analytics, hasSparklines: Console.output.isTerminal))
    }
}

/// How memories are used, for people.
struct AnalyticsReport: Report {
    var analytics: MemoryAnalytics
    var hasSparklines: Bool

    /// How many periods a table shows.
    private static let shownPeriods = 12
    /// How many owners and categories a row names.
    private static let shownGroups = 5

    func encode(to encoder: any Encoder) throws {
        try analytics.encode(to: encoder)
    }

    func render(on page: inout Page) {
        renderUsage(on: &page)
        renderReads(on: &page)
        renderUnanswered(on: &page)
        renderStrategies(on: &page)
        page.gap()
        page.line(Styled("Recommendations", .heading))
        if analytics.recommendations.isEmpty { page.line(Styled("None.", .faint)) }
        for recommendation in analytics.recommendations {
            page.line(Styled(recommendation.reason))
            page.line("  \(recommendation.command)")
        }
    }

    private func renderUsage(on page: inout Page) {
        page.line(Styled("Memories by \(analytics.period.rawValue)", .heading))
        var table = Table(.leading("BEGINS"), .trailing("STORED"), .trailing("EDITED"), .trailing("DELETED"))
        for usage in analytics.usage.suffix(Self.shownPeriods) {
            let day = RFC3339.string(usage.start).prefix(10)
            table.row("\(day)", "\(usage.stored)", "\(usage.edited)", "\(usage.deleted)")
        }
        page.table(table, none: "None.")
        guard hasSparklines, analytics.usage.count > 1 else { return }
        page.facts([
            ("stored", Styled(Sparkline.of(analytics.usage.map(\.stored)))),
            ("edited", Styled(Sparkline.of(analytics.usage.map(\.edited)))),
            ("deleted", Styled(Sparkline.of(analytics.usage.map(\.deleted)))),
        ])
    }

    private func renderReads(on page: inout Page) {
        page.gap()
        page.line(Styled("Who reads whose memories", .heading))
        var reads = Table(.leading("READER"), .leading("OWNER"), .trailing("READS"), .trailing("MEMORIES"))
        for reading in analytics.reads {
            reads.row("\(reading.reader)", "\(reading.owner)", "\(reading.reads)", "\(reading.memories)")
        }
        page.table(reads, none: "Nobody reads another's, as far as the audit goes back.")
        if !analytics.coAccess.isEmpty {
            page.gap()
            page.line(Styled("Read by both", .heading))
            var both = Table(.leading("AGENTS"), .trailing("MEMORIES"))
            for access in analytics.coAccess {
                both.row(Styled(access.agents.map(\.rawValue).joined(separator: ", ")), "\(access.memories)")
            }
            page.table(both, none: "None.")
        }
        page.gap()
        page.line(Styled("Never read, of what is 30 days old or more", .heading))
        var unread = Table(.leading("OWNER"), .trailing("MEMORIES"), .trailing("NEVER READ"))
        for owner in analytics.unread { unread.row("\(owner.owner)", "\(owner.memories)", "\(owner.unread)") }
        page.table(unread, none: "Nothing is as old.")
    }

    private func renderUnanswered(on page: inout Page) {
        guard !analytics.unanswered.isEmpty else { return }
        page.gap()
        page.line(Styled("Searches among others' memories that found nothing, in 90 days", .heading))
        var table = Table(
            .leading("AGENT"),
            .leading("USER"),
            .trailing("SEARCHES"),
            .trailing("DAYS"),
            .leading("LAST"),
            .flexible("COULD BE SHARED WITH IT")
        )
        for entry in analytics.unanswered {
            let groups = entry.shareable.prefix(Self.shownGroups).map { "\($0.owner) \($0.category) \($0.memories)" }
            let more = entry.shareable.count > Self.shownGroups ? ["…"] : []
            table.row(
                "\(entry.agentID)",
                "\(entry.userID)",
                "\(entry.searches)",
                "\(entry.days)",
                Styled(String(RFC3339.string(entry.lastDay).prefix(10))),
                Styled(entry.shareable.isEmpty ? "-" : (groups + more).joined(separator: ", "))
            )
        }
        page.table(table, none: "None.")
    }

    private func renderStrategies(on page: inout Page) {
        guard !analytics.strategies.isEmpty else { return }
        page.gap()
        page.line(Styled("Conflicts that people decided, and strategies that would have come to the same", .heading))
        var table = Table(.leading("CATEGORY"), .trailing("DECISIONS"), .flexible("STRATEGIES"), .leading("SUGGESTED"))
        for advice in analytics.strategies {
            let agreements = advice.agreements.map { "\($0.strategy.rawValue) \($0.decisions)" }
            table.row(
                "\(advice.category.rawValue)",
                "\(advice.decisions)",
                Styled(agreements.joined(separator: ", ")),
                Styled(advice.suggested?.rawValue ?? "-")
            )
        }
        page.table(table, none: "None.")
    }
}
