import ArgumentParser
import HearthMemory

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the store is.",
        discussion: """
            JSON: health (status, reasons), agents (from agent to status as this command sees it), locks (held, waiting, contended, \
            oldest_seconds, expired_unreleased), counters (total_agents, cross_agent_shares), pending_conflicts, operations (of the last 24 \
            hours: total, successful, failed) and generated_at.

            The exit status is 1 when the store is unhealthy.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let report = try await store.withStore(.existing) { StatusReport(try await $0.coordinatorStatus()) }
        try store.output.print(report)
        guard report.isUsable else { throw ExitCode.failure }
    }
}
