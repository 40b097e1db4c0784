import Foundation
import HearthMemory
import TestSupport
import Testing

@Suite struct Locks {
    private let tool: Tool
    private let coordinator: MultiAgentMemoryCoordinator
    private let id: String

    init() async throws {
        tool = try Tool(["HEARTH_USER": "iris"])
        id = try await tool.stored("The door is shut.", "--agent", "sentry", "--category", "alert")
        coordinator = try await tool.open(as: ["alden", "sentry"])
    }

    private func acquire(as agent: AgentID = "sentry") async throws -> MemoryLock {
        let service = coordinator.syncService
        return try #require(try await service.acquireMemoryLock(memoryID: MemoryID(rawValue: id), agentID: agent))
    }

    @Test func `leases that another process holds are listed`() async throws {
        #expect(try await tool.run("locks", "list").text == "No leases are held.\n")
        let lock = try await acquire()
        let listed = try #require(try await tool.json("locks", "list")["locks"]?.array)
        #expect(listed.count == 1)
        #expect(listed[0]["memory"]?.string == id && listed[0]["agent"]?.string == "sentry")
        #expect(listed[0]["token"]?.int == Int(lock.fencingToken))
        #expect(try await tool.run("locks", "list").lines[1].contains(id))
    }

    @Test func `a holder gives its lease back, and another agent can't`() async throws {
        _ = try await acquire()
        try await tool.expectRefusal("locks", "release", id, "--agent", "alden", saying: "sentry", "force")
        try await tool.expectRefusal("locks", "release", id, "--agent", "alden", "--force", saying: "critical")
        #expect(try await tool.json("locks", "release", id, "--agent", "sentry")["released"]?.bool == true)
        #expect(try await tool.json("locks", "release", id, "--agent", "sentry")["released"]?.bool == false)
        try await tool.expectRefusal("locks", "release", "mem_none", "--agent", "sentry", saying: "mem_none")
        // Without an agent it is the only one that holds memories.
        _ = try await acquire()
        #expect(try await tool.json("locks", "release", id)["released"]?.bool == true)
    }

    @Test func `a critical agent takes it by force, and what the holder then publishes is refused`() async throws {
        let lock = try await acquire()
        #expect(try await tool.json("locks", "release", id, "--agent", "system", "--force")["released"]?.bool == true)
        await #expect {
            try await coordinator.updateMemory(
                lock.memoryID,
                agentID: "sentry",
                change: MemoryChange(content: "late"),
                lock: lock
            )
        } throws: { error in
            (error as? MemoryError)?.code == .lockLost
        }
    }

    @Test func `all leases are taken at once, as system where nobody is named`() async throws {
        _ = try await acquire()
        try await tool.expectRefusal("locks", "release-all", "--agent", "alden", saying: "critical")
        #expect(try await tool.json("locks", "release-all")["released"]?.int == 1)
        #expect(try await tool.json("locks", "release-all", "--force")["released"]?.int == 0)
    }

    @Test func `an edit to be published waits for the lease no longer than it is told`() async throws {
        _ = try await acquire()
        try await tool.expectRefusal(
            "edit",
            id,
            "x",
            "--publish",
            "--timeout",
            "0",
            "--agent",
            "alden",
            saying: id
        )
        try await tool.expectRefusal(
            "rollback",
            id,
            "--to",
            "1",
            "--agent",
            "system",
            saying: "memory"
        )
        #expect(try await tool.text(of: id, as: "sentry") == "The door is shut.")
    }

    @Test func `an edit to be published gets the lease when it comes free`() async throws {
        let lock = try await acquire()
        let edit = try tool.start([
            "edit", id, "The door is open.", "--publish", "--timeout", "600", "--agent", "alden", "--db", tool.store,
        ])
        try await until { try await coordinator.syncService.healthCheck().locks.waiting > 0 || !edit.isRunning }
        try await coordinator.syncService.releaseMemoryLock(lock)
        let outcome = try await edit.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try await tool.text(of: id, as: "sentry") == "The door is open.")
    }
}
