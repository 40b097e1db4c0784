import Foundation
import Testing

@Suite struct Conflicts {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_USER": "iris"])
    }

    @Test func `edits that contradict each other wait, and are listed`() async throws {
        let (id, conflict) = try await tool.conflict()
        #expect(conflict["memory"]?.string == id)
        #expect(conflict["kind"]?.string == "content" && conflict["strategy"]?.string == "manual_review")
        #expect(conflict["agents"] == .array([.string("alden"), .string("sentry")]))
        #expect(conflict["base"]?["text"]?.string == "The door is shut. The key is with Samira.")
        #expect(conflict["versions"]?.array.count == 2)
        #expect(conflict["versions"]?[0]?["author"]?.string == "alden")
        let list = try await tool.run("conflicts", "list")
        #expect(list.lines[0].hasPrefix("CONFLICT"))
        #expect(list.lines[1].contains(id))
    }

    @Test func `those that an agent may decide on are listed for it`() async throws {
        let (id, conflict) = try await tool.conflict()
        #expect(conflict["user"]?.string == "iris" && conflict["owner"]?.string == "sentry")
        let sentrys = try await tool.json("conflicts", "list", "--agent", "sentry")["conflicts"]
        #expect(sentrys?[0]?["memory"]?.string == id)
        for options in [["--agent", "alden"], ["--agent", "sentry", "--user", "otto"]] {
            #expect(try await tool.json(["conflicts", "list"] + options)["conflicts"] == .array([]), "\(options)")
        }
    }

    @Test func `one is shown with what each side changed, word by word`() async throws {
        let (_, conflict) = try await tool.conflict()
        let id = try #require(conflict["id"]?.string)
        #expect(try await tool.json("conflicts", "show", id) == conflict)
        let shown = try await tool.run("conflicts", "show", id)
        #expect(shown.lines.contains("  The door is shut. The key is with Samira."))
        #expect(shown.lines.contains("  The door is [-shut-]{+locked+}. The key is with Samira."))
        #expect(shown.lines.contains("  The door is [-shut-]{+open+}. The key is with Samira."))
        #expect(shown.lines.contains("  importance: [-0.5-] {+0.9+}"))
    }

    @Test func `a terminal strikes words out instead of marking them`() async throws {
        let (_, conflict) = try await tool.conflict()
        let id = try #require(conflict["id"]?.string)
        var tool = tool
        tool.environment["TERM"] = "xterm"
        let terminal = try Terminal(columns: 120)
        try await tool.run(["conflicts", "show", id, "--db", tool.store], output: terminal.device)
        let shown = try terminal.shown()
        #expect(shown.contains("\u{1B}[9;31mshut\u{1B}[0m\u{1B}[1;32mlocked\u{1B}[0m"))
        #expect(!shown.contains("[-shut-]"))
    }

    @Test func `a decision keeps a version, by its id or the beginning of it`() async throws {
        for length in [68, 16] {
            let (id, conflict) = try await tool.conflict()
            let waiting = try #require(conflict["versions"]?[1]?["id"]?.string)
            let resolved = try await tool.json(
                "conflicts",
                "resolve",
                try #require(conflict["id"]?.string),
                "--keep",
                String(waiting.prefix(length)),
                "--agent",
                "sentry"
            )
            #expect(resolved["conflict"] == conflict["id"] && resolved["memory"]?.string == id)
            #expect(resolved["strategy"]?.string == "manual_review")
            #expect(try await tool.text(of: id, as: "alden") == "The door is open. The key is with Samira.")
        }
        #expect(try await tool.json("conflicts", "list")["conflicts"] == .array([]))
    }

    @Test func `a decision gives other words, also from standard input, or deletes`() async throws {
        let (first, conflict) = try await tool.conflict()
        try await tool.run("conflicts", "resolve", try #require(conflict["id"]?.string), "--content", "Ajar.")
        #expect(try await tool.text(of: first, as: "alden") == "Ajar.")
        let (second, next) = try await tool.conflict()
        try await tool.run("conflicts", "resolve", try #require(next["id"]?.string), "--content", "-", input: "Off.\n")
        #expect(try await tool.text(of: second, as: "alden") == "Off.")
        let (third, last) = try await tool.conflict()
        try await tool.run("conflicts", "resolve", try #require(last["id"]?.string), "--delete")
        try await tool.expectRefusal("get", third, "--agent", "sentry", saying: third)
    }

    @Test(arguments: [
        ("latest_wins", "open"), ("highest_importance", "open"), ("agent_priority", "locked"),
        ("merge_content", "open"),
        ("merge_content", "locked"),
    ])
    func `a strategy settles it`(strategy: String, word: String) async throws {
        let (id, conflict) = try await tool.conflict()
        let resolved = try await tool.json(
            "conflicts",
            "resolve",
            try #require(conflict["id"]?.string),
            "--strategy",
            strategy
        )
        #expect(resolved["strategy"]?.string == strategy)
        #expect(try await tool.text(of: id, as: "sentry")?.contains(word) == true)
        #expect(try await tool.json("history", id, "--agent", "sentry")["versions"]?.array.count == 4)
    }

    @Test func `what can't be resolved is refused with the reason`() async throws {
        let (_, conflict) = try await tool.conflict()
        let id = try #require(conflict["id"]?.string)
        try await tool.expectRefusal("conflicts", "show", "conf_none", saying: "conf_none", "conflicts list")
        try await tool.expectRefusal("conflicts", "resolve", "conf_none", "--delete", saying: "conf_none")
        try await tool.expectRefusal("conflicts", "resolve", "conf_none", "--keep", "ver_1", saying: "conf_none")
        try await tool.expectRefusal("conflicts", "resolve", id, saying: "keep one of its versions")
        try await tool.expectRefusal("conflicts", "resolve", id, "--strategy", "manual_review", saying: "person")
        try await tool.expectRefusal("conflicts", "resolve", id, "--delete", "--agent", "alden", saying: "alden")
        let base = try #require(conflict["base"]?["id"]?.string)
        try await tool.expectRefusal("conflicts", "resolve", id, "--keep", base, saying: "none of conflict")
        try await tool.expectRefusal("conflicts", "resolve", id, "--keep", "ver_zz", saying: "conflicts show \(id)")
        try await tool.expectRefusal("conflicts", "resolve", id, "--keep", "2", saying: "say which")
        #expect(try await tool.json("conflicts", "list")["conflicts"]?[0]?["id"]?.string == id)
    }

    @Test func `resolving twice is refused`() async throws {
        let (_, conflict) = try await tool.conflict()
        let id = try #require(conflict["id"]?.string)
        #expect(try await tool.run("conflicts", "resolve", id, "--strategy", "latest_wins").status == 0)
        for options in [["--strategy", "latest_wins"], ["--delete"], ["--keep", "2"], []] {
            let outcome = try await tool.run(["conflicts", "resolve", id, "--db", tool.store] + options)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("settled before"), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        ["conflicts", "show"], ["conflicts", "resolve"], ["conflicts", "resolve", "conf_1", "--strategy", "newest"],
        ["conflicts", "resolve", "conf_1", "--delete", "--content", "x"], ["conflicts", "forget"],
        ["notifications", "clear"],
        ["conflicts", "resolve", "conf_1", "--keep", "1", "--strategy", "latest_wins"],
        ["notifications", "acknowledge"],
        ["notifications", "acknowledge", "first"], ["notifications", "acknowledge", "1", "--all"],
    ])
    func `what is not understood ends with 64`(arguments: [String]) async throws {
        let outcome = try await tool.run(arguments + ["--db", tool.store])
        #expect(outcome.status == 64 && outcome.output.isEmpty)
    }

    @Test func `administrators are told, and say when they have seen it`() async throws {
        let (id, conflict) = try await tool.conflict()
        _ = try await tool.conflict()
        let notifications = try #require(try await tool.json("notifications")["notifications"]?.array)
        #expect(notifications.count == 2)
        #expect(notifications[0]["memory"]?.string == id && notifications[0]["conflict"] == conflict["id"])
        #expect(notifications[0]["severity"]?.string == "critical")
        #expect(notifications[0]["kind"]?.string == "conflict_waiting")
        #expect(try await tool.run("notifications", "list").text.contains(id))

        let number = "\(try #require(notifications[0]["id"]?.int))"
        #expect(try await tool.json("notifications", "acknowledge", number)["acknowledged"]?.array.count == 1)
        #expect(try await tool.json("notifications", "list")["notifications"]?.array.count == 1)
        try await tool.expectRefusal("notifications", "acknowledge", "77", saying: "77")
        try await tool.run("notifications", "acknowledge", "--all")
        #expect(try await tool.run("notifications").text == "Nothing to tell.\n")
    }
}
