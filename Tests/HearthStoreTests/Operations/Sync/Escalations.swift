import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A person decides what a strategy cannot, and an administrator hears of it.
@Suite(.timeLimit(.minutes(60))) struct Escalations {
    /// A text that no memory can hold twice, and of which nothing is to be indexed.
    private static func half(_ sign: String) -> String {
        String(repeating: sign, count: MemoryFields.maximumContentLength / 2 + 1)
    }

    @Test(
        arguments: [(0.5, .warning), (0.9, .critical)] as [(Double, AdministratorNotification.Severity)]
    )
    func `a merge that would be too long waits for a person, and an administrator is told`(
        importance: Double,
        severity: AdministratorNotification.Severity
    ) async throws {
        let shared = try await SharedStore.settlingAldens(by: .mergeContent)
        let id = try await shared.memory("Base.", importance: importance, shareWith: ["alice"])
        try await shared.edit(id, as: "alice", content: Self.half("+"))
        try await shared.edit(id, as: "alden", content: Self.half("="))
        try await shared.sync("alden")
        var stream = shared.store.notificationStream().makeAsyncIterator()
        let result = try await shared.sync("alice")
        #expect(result.conflictsDetected == 1 && result.conflictsPending == 1 && result.successfulSyncs == 0)

        let conflict = try #require(try await shared.store.pendingConflicts().first)
        #expect(conflict.kind == .content && conflict.strategy == .manualReview && conflict.base?.content == "Base.")
        #expect(conflict.agents == ["alden", "alice"])
        #expect(try await shared.content(id, as: "alice") == Self.half("="))
        let heard = try #require(await stream.next())
        #expect(heard.kind == .conflictEscalated && heard.severity == severity)
        #expect(heard.conflictID == conflict.id && heard.memoryID == id)
        #expect(!heard.message.contains("++") && !heard.message.contains("=="))

        // The strategy cannot settle it on request either; a person can.
        await expect(.decisionRequired) { try await shared.store.resolve(conflict.id, as: "alden") }
        // The administrator knows of it: nobody is told again, and there is no second notification.
        let told = try shared.store.pendingNotifications()
        #expect(told.map(\.id) == [heard.id] && told.map(\.count) == [2])
        #expect(try await shared.store.pendingConflicts().map(\.id) == [conflict.id])
        try await shared.store.resolve(conflict.id, as: "alden", decision: .keep(conflict.versions[1].id))
        #expect(try await shared.content(id, as: "alden") == Self.half("+"))
        #expect(try await shared.store.pendingConflicts().isEmpty)
        try await shared.store.close()
    }

    @Test(
        arguments: [(.alert, .critical), (.task, .information)]
            as [(MemoryCategory, AdministratorNotification.Severity)]
    )
    func `a conflict under manual review is told of as what it is about matters`(
        category: MemoryCategory,
        severity: AdministratorNotification.Severity
    ) async throws {
        let shared = try await SharedStore.settlingAldens(by: .manualReview)
        let id = try await shared.memory("One.", category: category)
        try await shared.edit(id, as: "alice", content: "Two.")
        try await shared.edit(id, as: "alden", content: "Three.")
        for agent in ["alden", "alice"] as [AgentID] { try await shared.sync(agent) }
        let told = try shared.store.pendingNotifications()
        #expect(told.map(\.kind) == [.conflictWaiting] && told.map(\.severity) == [severity])
    }

    @Test func `critical is what is sensitive, what is about security, and what is of importance 0.9 or more`() {
        func isCritical(_ category: MemoryCategory, _ importance: Double, isSensitive: Bool = false) -> Bool {
            AdministratorNotification.isCritical(
                MemoryFields(content: "", category: category, importance: importance),
                isSensitive: isSensitive
            )
        }
        let security: [MemoryCategory] = [
            .security, .incident, .alert, .audit, .securityAlerts, .securityCredentials, .incidentDetails,
        ]
        for category in security { #expect(isCritical(category, 0)) }
        for category in [.general, .task, .preference, .knowledge, .privateTasks] as [MemoryCategory] {
            #expect(!isCritical(category, 0.89))
            #expect(isCritical(category, 0.9))
            #expect(isCritical(category, 0, isSensitive: true))
        }
    }
}
