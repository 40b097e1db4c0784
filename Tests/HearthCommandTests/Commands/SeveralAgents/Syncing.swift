import Foundation
import HearthMemory
import Testing

@Suite struct Syncing {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_USER": "iris"])
    }

    @Test func `one agent's drafts are published, and only its`() async throws {
        let mine = try await tool.stored("tea", "--agent", "alden", "--category", "preference")
        let yours = try await tool.stored("cake", "--agent", "alice", "--category", "pattern")
        try await tool.run("edit", mine, "oolong", "--agent", "alden")
        try await tool.run("edit", yours, "scones", "--agent", "alice")
        let sync = try await tool.json("sync", "--agent", "alden")
        #expect(sync["user"]?.string == "iris" && sync["success"]?.bool == true && sync["errors"] == .array([]))
        let agent = try #require(sync["agents"]?[0])
        #expect(agent["agent"]?.string == "alden" && agent["processed"]?.int == 1 && agent["settled"]?.int == 1)
        #expect(try await tool.text(of: mine, as: "alice") == "oolong")
        #expect(try await tool.text(of: yours, as: "alden") == "cake")
    }

    @Test func `all agents come in the order of their priority, each with its counts`() async throws {
        _ = try await tool.conflict()
        let sync = try await tool.json("sync", "--all", "--force")
        #expect(sync["agents"]?.array.compactMap { $0["agent"]?.string } == ["alden", "alice", "sentry", "mimic"])
        #expect(sync["agents"]?[0]?["processed"]?.int == 1)
        let table = try await tool.run("sync", "--all").lines
        #expect(table[0].hasPrefix("AGENT") && table[1].hasPrefix("alden"))
    }

    @Test func `an agent that was taken out of service is left out`() async throws {
        _ = try await tool.stored("tea", "--agent", "alden")
        let coordinator = try await tool.open(as: ["alden"])
        try await coordinator.setStatus(.maintenance, of: "mimic")
        try await coordinator.close()
        let sync = try await tool.json("sync", "--all")
        #expect(sync["agents"]?.array.compactMap { $0["agent"]?.string } == ["alden", "alice", "sentry"])
        #expect(try await tool.json("status")["agents"]?["mimic"]?.string == "maintenance")
    }

    @Test func `drafts of one session are published alone`() async throws {
        let first = try await tool.stored("tea", "--agent", "alden", "--session", "s1")
        let second = try await tool.stored("cake", "--agent", "alden", "--session", "s2")
        for id in [first, second] { try await tool.run("edit", id, "more", "--agent", "alden") }
        #expect(try await tool.json("sync", "--agent", "alden", "--session", "s1")["agents"]?[0]?["settled"]?.int == 1)
        #expect(try await tool.json("get", second, "--agent", "alden")["sync_status"]?.string == "pending")
    }

    @Test func `drafts behind a lease stay, are reported, and the status is 1`() async throws {
        let id = try await tool.stored("The door is shut.", "--agent", "sentry", "--category", "alert")
        try await tool.run("edit", id, "The door is open.", "--agent", "alden")
        let coordinator = try await tool.open(as: ["sentry"])
        let lock = try await coordinator.syncService.acquireMemoryLock(
            memoryID: MemoryID(rawValue: id),
            agentID: "sentry"
        )
        #expect(lock != nil)
        let outcome = try await tool.run("sync", "--agent", "alden", "--json")
        #expect(outcome.status == 1)
        #expect(try outcome.json["agents"]?[0]?["behind_leases"]?.int == 1)
        #expect(outcome.errors.contains("sentry holds the lease"))
        #expect(try await tool.text(of: id, as: "sentry") == "The door is shut.")
        #expect(try await tool.json("get", id, "--agent", "alden")["sync_status"]?.string == "locked")
        try await coordinator.close()
        try await tool.run("locks", "release", id, "--agent", "sentry")
        #expect(try await tool.json("sync", "--agent", "alden")["success"]?.bool == true)
    }

    @Test func `whose drafts they are has to be said, in one way`() async throws {
        _ = try await tool.stored("tea", "--agent", "alden")
        // There is one agent to choose, so far.
        #expect(try await tool.json("sync")["agents"]?[0]?["agent"]?.string == "alden")
        _ = try await tool.stored("tea", "--agent", "alice")
        try await tool.expectRefusal("sync", saying: "--agent", "--all", "alden, alice", status: 64)
        try await tool.expectRefusal("sync", "--all", "--agent", "alden", saying: "not both", status: 64)
        try await tool.expectRefusal("sync", "--all", "--session", "s1", saying: "--session", status: 64)
        try await tool.expectRefusal("sync", "--agent", "nobody", saying: "nobody")
    }
}
