import CoreMetrics
import FoundationEssentials
import HearthMetrics
import HearthStore
import TestSupport
import Testing

@testable import HearthMemory
@testable import HearthModel

@Suite struct MetricsOfAStore {
    private let user: UserID = "user_with_a_name"

    /// A store whose metrics go to a backend of the test's own, and that has done something of everything.
    private func worked(_ metrics: PrometheusMetrics) async throws -> MultiAgentMemoryCoordinator {
        let clock = TestClock()
        let coordinator = try await withMetricsFactory(metrics) { try await household(clock: clock.storeClock) }
        let service = coordinator.syncService
        let id = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: user,
            content: "The canary sings.",
            shareWithAgents: ["alden"]
        )
        _ = try await coordinator.searchAgentMemories(agentID: "sentry", userID: user, query: "canary")
        for (agent, text) in [("sentry", "It hums."), ("alden", "It whistles.")] as [(AgentID, String)] {
            clock.advance(by: .seconds(1))
            try await coordinator.updateMemory(id, agentID: agent, change: MemoryChange(content: text))
        }
        for agent in ["sentry", "alden"] as [AgentID] {
            _ = try await service.syncAgentMemories(agentID: agent, userID: user)
        }
        _ = try await service.acquireMemoryLock(memoryID: id, agentID: "sentry")
        let second = try await service.acquireMemoryLock(memoryID: id, agentID: "sentry", waitForLock: false)
        #expect(second == nil)
        await #expect(throws: MemoryError.self) { try await coordinator.memory("mem_none", agentID: "alden") }
        coordinator.start()
        coordinator.requestBackgroundSync()
        try await until { coordinator.backgroundSyncStatus.cycles == 1 }
        _ = try await coordinator.maintain()
        try await coordinator.joinSpace("a space", isFounding: true)
        let report = HubSyncReport(sent: 3, applied: 2, known: 1)
        await coordinator.note(ExchangeOutcome(hub: "h", report: report, end: 4, withheld: [2...3]))
        let failure = MemoryError(code: .hubUnavailable, message: "no")
        await coordinator.note(ExchangeOutcome(hub: "h", error: failure, end: 4, withheld: [2...3]))
        try await coordinator.recordMetrics()
        return coordinator
    }

    /// The names of the metrics of a page.
    private func names(_ page: String) -> Set<String> {
        Set(page.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) })
    }

    @Test func `every metric that is described is given, and no other`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await worked(metrics)
        #expect(names(metrics.exposition()).symmetricDifference(MetricDefinition.all.map(\.name)) == [])
        try await coordinator.close()
    }

    @Test func `the numbers are those of the work`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await worked(metrics)
        let page = metrics.exposition()
        for line in [
            "hearth_memories_stored_total 1",
            "hearth_search_duration_seconds_count{type=\"hybrid\"} 1",
            "hearth_syncs_total{result=\"success\"} 2",
            "hearth_file_syncs_total{result=\"success\"} 2",
            "hearth_conflicts_total{kind=\"content\",strategy=\"manual_review\"} 1",
            "hearth_conflicts_pending{kind=\"content\",strategy=\"manual_review\"} 1",
            "hearth_leases_held 1",
            "hearth_lease_timeouts_total 1",
            "hearth_leases_acquired_total{waited=\"no\"} 1",
            "hearth_failures_total{code=\"\(MemoryError.Code.memoryNotFound.rawValue)\"} 1",
            "hearth_memories{agent=\"sentry\",type=\"episodic\"} 1",
            "hearth_background_cycles_total{outcome=\"success\"} 1",
            "hearth_background_cycles_total{outcome=\"failure\"} 0",
            "hearth_background_cycle_duration_seconds_count 1",
            "hearth_background_retries_total 0", "hearth_background_drafts_total{outcome=\"settled\"} 0",
            "hearth_upkeep_items_total{step=\"retention\"} 0", "hearth_upkeep_duration_seconds_count 2",
            "hearth_users 1", "hearth_drafts_pending 0", "hearth_embedding_queue 0",
            "hearth_hub_exchanges_total{outcome=\"success\"} 1", "hearth_hub_exchanges_total{outcome=\"failure\"} 1",
            "hearth_hub_records_total{outcome=\"sent\"} 3", "hearth_hub_records_total{outcome=\"refused\"} 0",
            "hearth_hub_behind_rows 4", "hearth_hub_held_rows{reason=\"opaque\"} 0",
            "hearth_hub_missing_rows{how=\"withheld\"} 2", "hearth_hub_consecutive_failures 1",
        ] {
            #expect(page.contains(line + "\n"), "\(line)\n\(page)")
        }
        try await coordinator.close()
    }

    @Test func `a file that exchanges with no other device has no metric of it`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await withMetricsFactory(metrics) { try await household() }
        try await coordinator.recordMetrics()
        #expect(!metrics.exposition().contains("hearth_hub_"))
        try await coordinator.close()
    }

    @Test func `no user, no memory and no text is in a metric`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await worked(metrics)
        let page = metrics.exposition()
        for word in ["canary", "whistles", "mem_", user.rawValue] { #expect(!page.contains(word)) }
        try await coordinator.close()
    }

    @Test func `a total of the file is counted once, however often it is read`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await worked(metrics)
        for _ in 0..<3 { try await coordinator.recordMetrics() }
        #expect(metrics.exposition().contains("hearth_file_syncs_total{result=\"success\"} 2\n"))
        try await coordinator.close()
    }

    @Test func `a series that is no longer there becomes 0`() async throws {
        let metrics = PrometheusMetrics()
        let coordinator = try await withMetricsFactory(metrics) { try await household() }
        let id = try await coordinator.storeAgentMemory(agentID: "alice", userID: user, content: "Tea.")
        try await coordinator.recordMetrics()
        #expect(metrics.exposition().contains("hearth_memories{agent=\"alice\",type=\"episodic\"} 1\n"))
        try await coordinator.eraseMemory(id, agentID: "alice")
        try await coordinator.recordMetrics()
        #expect(metrics.exposition().contains("hearth_memories{agent=\"alice\",type=\"episodic\"} 0\n"))
        try await coordinator.close()
    }

    @Test func `without a backend nothing is measured`() async throws {
        let coordinator = try await household()
        #expect(coordinator.store.metrics == nil)
        try await coordinator.recordMetrics()
        try await coordinator.close()
    }

    @Test func `the article lists every metric with its labels and what it says`() throws {
        let article = try String(
            contentsOfFile: "\(Self.articles)/Metrics.md",
            encoding: .utf8
        )
        for metric in MetricDefinition.all {
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            let row = "| `\(metric.name)` | \(metric.kind.word) | \(labels) | \(metric.help) |"
            #expect(article.contains(row), "\(row)")
        }
        let rows = article.split(separator: "\n").filter { $0.hasPrefix("| `hearth_") }
        #expect(rows.count == MetricDefinition.all.count)
    }

    private static let articles =
        #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined()
        + "/Sources/HearthMemory/HearthMemory.docc"
}

extension MetricDefinition.Kind {
    fileprivate var word: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
