import Foundation
import HearthMemory
import Testing

@Suite struct Commands {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    private func store(_ text: String, _ options: String...) async throws -> String {
        let outcome = try await tool.run(["store", text] + options + ["--db", tool.store])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return String(outcome.text.dropLast())
    }

    @Test func `what is stored is shown, listed, found and sliced`() async throws {
        let id = try await store(
            "Iris likes oolong",
            "--category",
            "preference",
            "--tag",
            "tea",
            "--metadata",
            "source=chat=1"
        )
        #expect(id.hasPrefix("mem_"))

        let memory = try await tool.json("get", id)
        #expect(memory["text"]?.string == "Iris likes oolong")
        #expect(memory["metadata"]?["source"]?.string == "chat=1")
        #expect(memory["version"]?.int == 1)
        #expect(memory["sync_status"]?.string == "synced")
        #expect(memory["session"] == nil)

        let list = try await tool.json("list", "--tag", "tea")
        #expect(list["memories"]?[0]?["id"]?.string == id)
        #expect(try await tool.json("list", "--tag", "coffee")["memories"] == .array([]))

        let found = try await tool.json("search", "oolong", "--search-type", "keyword")
        #expect(found["query"]?.string == "oolong")
        #expect(found["results"]?[0]?["id"]?.string == id)
        #expect(found["results"]?[0]?["rank"]?.int == 1)
        #expect(found["results"]?[0]?["source_agent"]?.string == "alden")
        #expect(found["results"]?[0]?["memory"]?["text"]?.string == "Iris likes oolong")

        let slice = try await tool.json("slice")
        #expect(slice["statistics"]?["total"]?.int == 1)
        #expect(slice["statistics"]?["types"]?["episodic"]?.int == 1)
        #expect(slice["entries"]?[0]?["memory"]?["id"]?.string == id)
        #expect(slice["entries"]?[0]?["locked"]?.bool == false)
    }

    @Test func `people get tables`() async throws {
        let id = try await store("外婆 makes 汤圆")
        let list = try await tool.run("list")
        #expect(list.lines[0].hasPrefix("ID   "))
        #expect(list.lines[1].hasPrefix(id + "  ") && list.lines[1].hasSuffix("外婆 makes 汤圆"))
        let found = try await tool.run("search", "makes")
        #expect(found.lines[0] == "#  SCORE  ID" + String(repeating: " ", count: 36) + "AGENT  SNIPPET")
        #expect(found.lines[1].contains("**makes**"))
        let none = try await tool.run("search", "zebra")
        #expect(none.text == "Nothing found.\n")
        #expect(none.status == 0)
    }

    @Test func `text comes from standard input too, without its last line break`() async throws {
        let outcome = try await tool.run("store", "-", input: "one\ntwo\n")
        #expect(try await tool.json("get", String(outcome.text.dropLast()))["text"]?.string == "one\ntwo")
    }

    @Test func `pages follow one another without gap or repetition`() async throws {
        let lines = (1...25).map { #"{"id": "m\#($0)", "user": "iris", "text": "tea \#($0)"}"# }
        try await tool.run("import", "-", input: lines.joined(separator: "\n"))
        for command in ["list", "slice"] {
            var seen: [String] = []
            var after: [String] = []
            repeat {
                let outcome = try await tool.run([command, "--limit", "10", "--json", "--db", tool.store] + after)
                let page = try outcome.json
                let memories =
                    command == "list" ? page["memories"]?.array : page["entries"]?.array.compactMap { $0["memory"] }
                seen += try #require(memories).compactMap { $0["id"]?.string }
                after = page["next"]?.string.map { ["--after", $0] } ?? []
            } while !after.isEmpty
            #expect(seen.count == 25)
            #expect(Set(seen).count == 25)
        }
    }

    @Test func `sharing opens a memory and revoking closes it`() async throws {
        let id = try await store("packing list", "--category", "task")
        #expect(try await tool.run("get", id, "--agent", "alice").status == 1)

        let shared = try await tool.json("share", id, "--with", "alice", "mimic", "--permission", "read")
        #expect(shared["agents"] == .array([.string("alice"), .string("mimic")]))
        #expect(try await tool.run("get", id, "--agent", "alice").status == 0)
        let access = try await tool.json("access", id)
        #expect(access["agents"]?["alice"]?["permission"]?.string == "read")
        #expect(access["agents"]?["alice"]?["reason"]?.string == "explicit")
        let found = try await tool.json("search", "packing", "--agent", "alice")
        #expect(found["results"]?[0]?["shared"]?.bool == true)
        #expect(try await tool.json("search", "packing", "--agent", "alice", "--own")["results"] == .array([]))

        try await tool.run("revoke", id, "--from", "alice")
        let gone = try await tool.run("get", id, "--agent", "alice")
        #expect(gone.status == 1)
        #expect(gone.errors.contains(id))
        #expect(try await tool.json("access", id)["agents"]?.keys == ["mimic"])
    }

    @Test func `a restricted category is not shared`() async throws {
        let id = try await store("a surprise", "--category", "private_tasks")
        let outcome = try await tool.run("share", id, "--with", "alice")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("restricted"))
    }

    @Test func `a policy is shown, loaded, and holds`() async throws {
        let id = try await store("the router is in the cupboard", "--category", "knowledge")
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 0)
        let shown = try await tool.run("policy", "show", "--json")
        #expect(try shown.json["global_rules"]?.array.count == 4)

        let empty = try await tool.json("policy", "load", "-", input: #"{"global_rules": []}"#)
        #expect(empty["global_rules"] == .array([]))
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 1)

        try await tool.run("policy", "load", try tool.sandbox.write("policy.json", shown.text))
        #expect(try await tool.run("get", id, "--agent", "sentry").status == 0)
        #expect(try await tool.json("policy", "show") == shown.json)
    }

    @Test func `a policy with a misspelt key is refused by the name of the key`() async throws {
        let outcome = try await tool.run("policy", "load", "-", input: #"{"global_rulez": []}"#)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("global_rulez"))
    }

    @Test func `agents, status and verification are told`() async throws {
        _ = try await store("tea")
        let agents = try await tool.json("agents")
        let alden = try #require(agents["agents"]?.array.first { $0["id"]?.string == "alden" })
        #expect(alden["priority"]?.string == "high")
        #expect(alden["retention_days"]?.number == 90)
        #expect(try await tool.json("status")["health"]?["status"]?.string == "healthy")
        let verification = try await tool.json("verify")
        #expect(verification["sound"]?.bool == true)
        #expect(verification["memories"]?.int == 1)
        for command in ["agents", "status", "verify"] {
            let outcome = try await tool.run(command)
            #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
        }
    }

    @Test func `every key that is printed is explained in the help of its command`() async throws {
        let id = try await store(
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
        let commands = [
            ["edit", contested, "x"], ["discard", contested], ["delete", id], ["restore", id],
            ["history", contested, "--agent", "sentry"],
            ["sync"], ["locks", "list"], ["locks", "release", id], ["locks", "release-all", "--agent", "system"],
            ["notifications", "list"], ["notifications", "acknowledge", "--all"],
            ["conflicts", "list"], ["conflicts", "show", waiting],
            ["conflicts", "resolve", waiting, "--delete", "--agent", "system"],
            ["rollback", contested, "--to", "1", "--agent", "sentry"],
            ["store", "tea"], ["get", id, "--agent", "mimic"], ["list", "--limit", "1"],
            ["search", "oolong", "--agent", "mimic"],
            ["slice", "--session", "s1"], ["share", id, "--with", "alice"], ["access", id],
            ["revoke", id, "--from", "alice"],
            ["policy", "show"], ["agents"], ["status"], ["verify"], ["import", "-"],
        ]
        for command in commands {
            let outcome = try await tool.run(command + ["--json", "--db", tool.store], input: Data("no".utf8))
            let hasSubcommands = ["policy", "locks", "notifications", "conflicts"].contains(command[0])
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
