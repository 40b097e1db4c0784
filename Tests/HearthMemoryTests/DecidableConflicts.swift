import Foundation
import HearthMemory
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct DecidableConflicts {
    private let user: UserID = "user_123"

    /// A household with a conflict on a memory of Sentry's, who has conflicts reviewed.
    private func conflict(
        sharedWith agents: [AgentID] = ["alden", "alice"]
    ) async throws -> (coordinator: MultiAgentMemoryCoordinator, id: MemoryID) {
        let coordinator = try await household()
        let chief = AgentProfile(
            id: "chief",
            name: "Chief",
            priority: .critical,
            retention: .days(30),
            conflictResolution: .latestWins,
            memoryTypes: [],
            categories: [],
            workingMemoryLimit: 10
        )
        try await coordinator.registerAgent("chief", profile: chief)
        let id = try await coordinator.storeAgentMemory(
            agentID: "sentry",
            userID: user,
            content: "The door is shut.",
            shareWithAgents: agents
        )
        try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(content: "The door is locked."))
        try await coordinator.updateMemory(id, agentID: "sentry", change: MemoryChange(content: "The door is open."))
        _ = try await coordinator.syncAllAgents(userID: user)
        return (coordinator, id)
    }

    private func pending(
        _ coordinator: MultiAgentMemoryCoordinator,
        _ agent: AgentID,
        _ user: UserID? = nil
    ) async throws -> [SyncConflict] {
        try await coordinator.syncService.pendingConflicts(agentID: agent, userID: user ?? self.user)
    }

    @Test func `the owner and system see a conflict whole, with its user and its owner`() async throws {
        let (coordinator, id) = try await conflict()
        let all = try await coordinator.syncService.pendingConflicts
        #expect(all.count == 1)
        #expect(all.first?.memoryID == id)
        #expect(all.first?.userID == user)
        #expect(all.first?.ownerID == "sentry")
        #expect(try await pending(coordinator, "sentry") == all)
        #expect(try await pending(coordinator, "system") == all)
        try await coordinator.close()
    }

    @Test func `whoever may not decide sees none, and nobody sees those of another user`() async throws {
        let (coordinator, id) = try await conflict()
        // Alden and Alice see the memory, and Mimic does not.
        for agent in ["alden", "alice", "mimic", "chief"] as [AgentID] {
            #expect(try await pending(coordinator, agent).isEmpty, "\(agent)")
        }
        #expect(try await coordinator.memory(id, agentID: "alden").syncStatus == .conflict)
        for stranger in ["user_456", "nobody"] as [UserID] {
            #expect(try await pending(coordinator, "sentry", stranger).isEmpty)
        }
        await expect(.unknownAgent) { try await pending(coordinator, "nobody") }
        await expect(.invalidArgument) { try await pending(coordinator, "sentry", "") }
        try await coordinator.close()
    }

    @Test func `a critical agent sees one on a memory that is shared with it, as far as the history shows it`()
        async throws
    {
        let (coordinator, id) = try await conflict(sharedWith: ["alden", "chief"])
        let rows = try await coordinator.auditEntries(matching: AuditFilter(agentID: "chief", memoryID: id)).rows.count
        let seen = try #require(try await pending(coordinator, "chief").first)
        let shown = try await coordinator.history(of: id, agentID: "chief").map(\.id)
        #expect(seen.versions.count == 2)
        #expect(Set(seen.versions.map(\.id)).isSubset(of: shown))
        #expect(
            try await coordinator.auditEntries(matching: AuditFilter(agentID: "chief", memoryID: id)).rows.count > rows
        )
        try await coordinator.close()
    }

    @Test func `a critical agent with a later share sees no edit from before it`() async throws {
        let (coordinator, id) = try await conflict(sharedWith: ["alden"])
        try await coordinator.shareMemory(id, agentID: "sentry", with: ["chief"])
        let seen = try #require(try await pending(coordinator, "chief").first)
        let shown = try await coordinator.history(of: id, agentID: "chief").map(\.id)
        #expect(seen.versions.map(\.id) == shown)
        #expect(seen.agents == seen.versions.map(\.author))
        #expect(seen.base == nil)
        let resolved = try await coordinator.syncService.resolveConflict(
            conflictID: seen.id,
            decision: .content("The door is ajar."),
            agentID: "chief"
        )
        #expect(resolved.memoryID == id)
        #expect(try await pending(coordinator, "sentry").isEmpty)
        try await coordinator.close()
    }

    @Test func `leases and notifications name the user and the owner`() async throws {
        let (coordinator, id) = try await conflict()
        let notification = try #require(try await coordinator.pendingNotifications().first)
        #expect(notification.memoryID == id)
        #expect(notification.userID == user)
        #expect(notification.ownerID == "sentry")
        let service = coordinator.syncService
        let lock = try #require(try await service.acquireMemoryLock(memoryID: id, agentID: "alden"))
        #expect(lock.userID == user)
        #expect(lock.ownerID == "sentry")
        #expect(try await service.activeLocks == [lock])
        let renewed = try await service.renewMemoryLock(lock)
        #expect(renewed.userID == user && renewed.ownerID == "sentry")
        try await coordinator.close()
    }

    @Test func `a sync names what it published and what it left, for programs`() async throws {
        let coordinator = try await household()
        let published = try await coordinator.storeAgentMemory(agentID: "alden", userID: user, content: "Tea.")
        let leased = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: user,
            content: "Jam.",
            memoryCategory: "garden"
        )
        for id in [published, leased] {
            try await coordinator.updateMemory(id, agentID: "alden", change: MemoryChange(importance: 0.9))
        }
        _ = try await coordinator.syncService.acquireMemoryLock(
            memoryID: leased,
            agentID: "system",
            lockDuration: .days(1)
        )
        let result = try await coordinator.syncService.syncAgentMemories(agentID: "alden", userID: user)
        let head = try await coordinator.memory(published, agentID: "alden").versionID
        #expect(result.published == [PublishedMemory(memoryID: published, version: head)])
        #expect(result.failures.map(\.memoryID) == [leased])
        #expect(result.failures.map(\.code) == [.locked])
        #expect(result.errors == result.failures.map { "Memory \($0.memoryID): \($0.message)" })
        #expect(try await coordinator.syncService.syncAgentMemories(agentID: "alden", userID: user).published.isEmpty)
        try await coordinator.close()
    }

    @Test func `what earlier releases encoded still decodes`() throws {
        let decoder = JSONDecoder()
        func decode<Value: Decodable>(_ type: Value.Type, _ json: String) throws -> Value {
            try decoder.decode(type, from: Data(json.utf8))
        }
        let lock = try decode(
            MemoryLock.self,
            #"{"memoryID":"mem_1","agentID":"alden","fencingToken":3,"acquiredAt":0,"expiresAt":60}"#
        )
        #expect(lock.fencingToken == 3 && lock.userID == nil && lock.ownerID == nil)
        let conflict = try decode(
            SyncConflict.self,
            #"""
            {"id":"conf_1","memoryID":"mem_1","kind":"content","agents":["alden"],"strategy":"manual_review","versions":[],"createdAt":0}
            """#
        )
        #expect(conflict.userID == nil && conflict.ownerID == nil)
        let notification = try decode(
            AdministratorNotification.self,
            #"{"id":1,"severity":"warning","kind":"sync_failed","message":"","createdAt":0}"#
        )
        #expect(notification.userID == nil && notification.ownerID == nil)
        let result = AgentSyncResult(operationID: "op_1", agentID: "alden", userID: "user_123")
        var object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(result)) as? [String: Any]
        )
        object["published"] = nil
        object["failures"] = nil
        let old = try decoder.decode(AgentSyncResult.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(old == result)
    }
}
