import Foundation
import HearthMemory
import Testing

@Suite struct HelpTexts {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `the version is printed, and nothing is opened for it`() async throws {
        let outcome = try await tool.run(["--version"])
        #expect(outcome.status == 0 && outcome.text.hasPrefix("hearth ") && outcome.lines.count == 2)
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `every key that is printed is explained in the help of its command`() async throws {
        let id = try await tool.stored(
            "Iris likes oolong",
            "--category",
            "preference",
            "--session",
            "s1",
            "--expires",
            "2199-01-01"
        )
        let (contested, conflict) = try await tool.conflict()
        let waiting = try #require(conflict["id"]?.string)
        let coordinator = try await tool.open(as: ["alden"])
        let lock = try await coordinator.syncService.acquireMemoryLock(
            memoryID: MemoryID(rawValue: id),
            agentID: "alden"
        )
        #expect(lock != nil)
        let policy = try tool.sandbox.write(
            "policy.json",
            #"{"global_rules": [{"name": "x", "categories": [], "agents": []}]}"#
        )
        let exported = tool.sandbox.file("before.jsonl")
        try await tool.run("export", exported)
        let commands = [
            ["edit", contested, "x"], ["drafts"], ["discard", contested], ["delete", id], ["trash"], ["restore", id],
            ["users"], ["sessions"], ["tags"],
            ["history", contested, "--agent", "sentry"],
            ["sync"], ["locks", "list"], ["locks", "release", id], ["locks", "release-all", "--agent", "system"],
            ["notifications", "list"], ["notifications", "acknowledge", "--all"],
            ["conflicts", "list"], ["conflicts", "show", waiting],
            ["conflicts", "resolve", waiting, "--delete", "--agent", "system"],
            ["rollback", contested, "--to", "1", "--agent", "sentry"],
            ["store", "tea"], ["get", id, "--agent", "mimic"], ["list", "--limit", "1"],
            ["search", "oolong", "--agent", "mimic"], ["context", "oolong", "--agent", "mimic"],
            ["slice", "--session", "s1"], ["share", id, "--with", "alice"], ["access", id],
            ["revoke", id, "--from", "alice"],
            ["policy", "show"], ["agents"], ["status"], ["allocation"], ["doctor"], ["metrics", "show"], ["maintain"],
            ["verify"], ["import", "-"],
            ["policy", "check", policy], ["backup", tool.sandbox.file("copy.db")],
            ["export", tool.sandbox.file("all.jsonl")], ["import", exported],
            ["analytics"], ["importance", "suggest"], ["importance", "apply", "--yes"],
        ]
        for command in commands {
            let outcome = try await tool.run(command + ["--json", "--db", tool.store], input: Data("no".utf8))
            let hasSubcommands = ["policy", "locks", "notifications", "conflicts", "metrics", "importance"]
                .contains(command[0])
            let words = Array(command.prefix(hasSubcommands ? 2 : 1))
            let help = try await tool.run(["help"] + words).text
            // Names of agents, types and rules are values that happen to be keys.
            let values: Set = [
                "alden", "alice", "mimic", "sentry", "episodic", "synced", "pending", "conflict", "deleted", "locked",
            ]
            let explained = Set(help.split { !$0.isLetter && $0 != "_" }.map(String.init))
            #expect(try outcome.json.allKeys.subtracting(values).subtracting(explained) == [], "\(words)")
        }
    }
}
