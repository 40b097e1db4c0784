import ArgumentParser
import FoundationEssentials
import HearthMemory

struct MaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Run upkeep once: delete what is past its time, fold duplicates, give room back.",
        discussion: """
            The steps, in order: leases, expiry, retention, working_memory, duplicates, purge, storage. A deleted memory can be restored by its \
            owner until it is purged. What is under a lease, has a draft or is in a conflict stays. With --dry-run nothing is changed, and \
            the agents' memories that would go are counted and some of them named.

            If the wall clock has jumped since the last upkeep, nothing is deleted and the exit status is 1; --accept-clock says that the clock \
            is right as it is.

            JSON: steps, each with step, examined, affected, kept (due, and staying for now), cut_short, skipped (why), agents (from agent to \
            count), samples (from agent to identifiers), details (waiters, tombstones, \
            records, dead_rows, stale_images, vector_slots, merges, freed_bytes, log_cut: how many) and seconds; dry_run; clock_trouble (seconds, message); \
            started_at; seconds.
            """
    )

    @Flag(help: "Change nothing, and show what would go.")
    var dryRun = false

    @Option(help: ArgumentHelp("Take this step alone; may be given several times.", valueName: "step"))
    var only: [MaintenanceStep] = []

    @Flag(help: "Go on although the wall clock has jumped: it is right as it is.")
    var acceptClock = false

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let report = try await store.withStore(
            .existing,
            configure: { $0.isReadOnly = dryRun },
            body: { coordinator in
                try await coordinator.maintain(
                    dryRun: dryRun,
                    only: only.isEmpty ? nil : Set(only),
                    acceptClock: acceptClock
                )
            }
        )
        try store.output.print(MaintenanceJSON(report: report))
        guard report.clockTrouble == nil else { throw ExitCode.failure }
    }
}

/// What upkeep did.
private struct MaintenanceJSON: Report {
    let report: MaintenanceReport

    private enum CodingKeys: String, CodingKey {
        case steps, seconds
        case dryRun = "dry_run"
        case clockTrouble = "clock_trouble"
        case startedAt = "started_at"
    }

    private enum TroubleKeys: String, CodingKey { case seconds, message }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(report.steps.map(StepJSON.init), forKey: .steps)
        try container.encode(report.isDryRun, forKey: .dryRun)
        try container.encode(report.startedAt, forKey: .startedAt)
        try container.encode(report.duration / .seconds(1), forKey: .seconds)
        guard let trouble = report.clockTrouble else { return }
        var nested = container.nestedContainer(keyedBy: TroubleKeys.self, forKey: .clockTrouble)
        try nested.encode(trouble.ahead / .seconds(1), forKey: .seconds)
        try nested.encode(trouble.message, forKey: .message)
    }

    private struct StepJSON: Encodable {
        let step: MaintenanceReport.Step

        private enum CodingKeys: String, CodingKey {
            case step, examined, affected, kept, skipped, agents, samples, details, seconds
            case cutShort = "cut_short"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(step.step.rawValue, forKey: .step)
            try container.encode(step.examined, forKey: .examined)
            try container.encode(step.affected, forKey: .affected)
            try container.encode(step.kept, forKey: .kept)
            try container.encode(step.isCutShort, forKey: .cutShort)
            try container.encodeIfPresent(step.skipped, forKey: .skipped)
            try container.encode(step.agents, forKey: .agents)
            try container.encode(step.samples, forKey: .samples)
            try container.encode(step.details, forKey: .details)
            try container.encode(step.duration / .seconds(1), forKey: .seconds)
        }
    }

    func render(on page: inout Page) {
        var table = Table(
            .leading("STEP"),
            .trailing("EXAMINED"),
            .trailing(report.isDryRun ? "WOULD CHANGE" : "CHANGED"),
            .trailing("KEPT"),
            .flexible("NOTES")
        )
        for step in report.steps {
            table.row(
                "\(step.step.rawValue)",
                "\(step.examined)",
                Styled("\(step.affected)", step.affected > 0 ? .caution : .plain),
                "\(step.kept)",
                Styled(Self.notes(step))
            )
        }
        page.table(table, none: "No steps.")
        if report.isDryRun { renderSamples(on: &page) }
        if let trouble = report.clockTrouble {
            page.gap()
            page.line(Styled(trouble.message, .caution))
        }
        if report.isCutShort { page.line("Some steps are not through; the next run goes on there.") }
    }

    private static func notes(_ step: MaintenanceReport.Step) -> String {
        var notes = step.skipped.map { ["left out: \($0)"] } ?? []
        notes += step.agents.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        notes += step.details.sorted { $0.key < $1.key }.map { "\($0.key.replacing("_", with: " ")) \($0.value)" }
        if step.isCutShort { notes.append("not through") }
        return notes.joined(separator: ", ")
    }

    private func renderSamples(on page: inout Page) {
        for step in report.steps where !step.samples.isEmpty {
            page.gap()
            page.line("\(step.step.rawValue), for example:")
            for (agent, ids) in step.samples.sorted(by: { $0.key < $1.key }) {
                page.line("  \(agent): \(ids.map(\.rawValue).joined(separator: " "))")
            }
        }
    }
}
