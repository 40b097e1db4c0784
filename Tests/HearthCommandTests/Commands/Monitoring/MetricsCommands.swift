import Foundation
import HearthModel
import TestSupport
import Testing

@testable import hearth

@Suite struct MetricsCommands {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `metrics are printed, as text and as JSON, and say nothing of contents`() async throws {
        let id = try await tool.stored("The canary sings.")
        let page = try await tool.run("metrics")
        #expect(page.status == 0 && page.errors.isEmpty, "\(page.errors)")
        #expect(page.text.hasPrefix("# Read from the file."))
        #expect(page.lines.contains("hearth_memories{agent=\"alden\",type=\"episodic\"} 1"))
        #expect(!page.text.contains("canary") && !page.text.contains(id) && !page.text.contains("iris"))
        #expect(!page.text.contains("hearth_search_duration_seconds"))
        let samples = try await tool.json("metrics")["samples"]?.array ?? []
        let memories = try #require(samples.first { $0["name"]?.string == "hearth_memories" })
        #expect(memories["labels"]?["agent"]?.string == "alden" && memories["value"]?.number == 1)
    }

    @Test func `a text file is replaced as a whole, and others may read it`() async throws {
        _ = try await tool.stored("tea")
        let path = try tool.sandbox.write("hearth.prom", "# HELP hearth_file_bytes Of before.\n")
        let outcome = try await tool.run("metrics", "--textfile", path)
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
        #expect(String(decoding: tool.sandbox.bytes("hearth.prom"), as: UTF8.self).contains("hearth_file_bytes "))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o444 } == 0o444)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tool.sandbox.path).allSatisfy { !$0.hasSuffix(".tmp") }
        )
        try await tool.expectRefusal(
            "metrics",
            "--textfile",
            tool.sandbox.file("none/x.prom"),
            saying: "can't be written"
        )
    }

    @Test func `only metrics are replaced by metrics`() async throws {
        _ = try await tool.stored("tea")
        let note = try tool.sandbox.write("note.txt", "# HELP wanted")
        try await tool.expectRefusal("metrics", "--textfile", note, saying: "nothing is overwritten")
        try await tool.expectRefusal("metrics", "--textfile", tool.sandbox.path, saying: "nothing is overwritten")
        #expect(tool.sandbox.bytes("note.txt") == Data("# HELP wanted".utf8))
        let new = tool.sandbox.file("new.prom")
        for _ in 0..<2 { #expect(try await tool.run("metrics", "--textfile", new).status == 0) }
        #expect(try await tool.run("metrics", "--textfile", try tool.sandbox.write("empty.prom", "")).status == 0)
    }

    @Test func `what does not go together is refused`() async throws {
        _ = try await tool.stored("tea")
        try await tool.expectRefusal("metrics", "--listen", "0.0.0.0:0", saying: "--allow-remote", status: 64)
        try await tool.expectRefusal("metrics", "--listen", "nowhere", saying: "--listen", status: 64)
        try await tool.expectRefusal("metrics", "--listen", "127.0.0.1:0", "--json", saying: "--json", status: 64)
        try await tool.expectRefusal(
            "metrics",
            "--listen",
            "127.0.0.1:0",
            "--textfile",
            "x",
            saying: "exclude each other",
            status: 64
        )
    }

    @Test func `an address is read with its port`() {
        #expect(ListenAddress(argument: "127.0.0.1:9464")?.text == "127.0.0.1:9464")
        #expect(ListenAddress(argument: "[::1]:0")?.text == "[::1]:0")
        #expect(ListenAddress(argument: "localhost:1")?.isLoopback == true)
        #expect(ListenAddress(argument: "10.0.0.1:1")?.isLoopback == false)
        for wrong in ["", ":", ":9", "9464", "::1:9", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1"] {
            #expect(ListenAddress(argument: wrong) == nil, "\(wrong)")
        }
    }

    @Test func `it is served at one path until it is told to stop`() async throws {
        _ = try await tool.stored("tea")
        let server = try await Served(tool)
        let page = try await server.get("/metrics")
        #expect(page.status == 200 && page.text.contains("hearth_memories{agent=\"alden\""))
        #expect(page.type == "text/plain; version=0.0.4; charset=utf-8")
        let head = try await server.get("/metrics", "--head")
        #expect(head.status == 200 && head.text.isEmpty)
        #expect(try await server.get("/").status == 404)
        #expect(try await server.get("/metrics", "-X", "POST").status == 405)
        // A scrape sees what was stored since.
        _ = try await tool.stored("more tea")
        #expect(try await server.get("/metrics").text.contains("hearth_memories{agent=\"alden\",type=\"episodic\"} 2"))
        // Its port is taken.
        try await tool.expectRefusal(
            "metrics",
            "--listen",
            "127.0.0.1:\(server.port)",
            saying: "Another program has that port"
        )
        try FileManager.default.moveItem(atPath: tool.store, toPath: tool.store + ".away")
        #expect(try await server.get("/metrics").status == 503)
        let end = try await server.stop()
        #expect(end.status == 0 && end.signal == nil, "\(end.errors)")
    }

    @Test func `every expression of the dashboard and of the rules names metrics that there are`() async throws {
        let dashboard = try JSON(try await tool.run(["metrics", "dashboard"]).output)
        let rules = try await tool.run(["metrics", "rules"]).text
        let expressions =
            (dashboard["panels"]?.array ?? []).flatMap { $0["targets"]?.array ?? [] }.compactMap { $0["expr"]?.string }
            + rules.split(separator: "\n").filter { $0.contains("expr: ") }.map(String.init)
        #expect(expressions.count > 40)
        var known: Set<String> = []
        for metric in MetricDefinition.all {
            if case .histogram = metric.kind {
                for suffix in ["_bucket", "_sum", "_count"] { known.insert(metric.name + suffix) }
            } else {
                known.insert(metric.name)
            }
        }
        var used: Set<String> = []
        for expression in expressions {
            for match in expression.matches(of: /hearth_[a-z0-9_]+/) {
                let name = String(match.output)
                #expect(known.contains(name), "\(name) in \(expression)")
                used.insert(name)
            }
        }
        // What is collected is also shown.
        let shown = Set(MetricDefinition.all.map(\.name)).filter { name in used.contains { $0.hasPrefix(name) } }
        #expect(Set(MetricDefinition.all.map(\.name)).subtracting(shown) == [])
    }

    @Test func `every alert rule has a test in which it fires, and one in which it does not`() async throws {
        let rules = try await tool.run(["metrics", "rules"]).text
        let tests = try String(contentsOfFile: Fixtures.path(of: "prometheus/rules_test.yml"), encoding: .utf8)
        let alerts = rules.matches(of: /alert: (\w+)/).map { String($0.output.1) }
        #expect(alerts.count >= 15)
        for alert in alerts {
            #expect(tests.contains("        alertname: \(alert)\n        exp_alerts:\n"), "\(alert) never fires")
            #expect(tests.contains("alertname: \(alert), exp_alerts: [] }"), "\(alert) is never silent")
        }
    }

    @Test func `allocation is told for each user, and for what an agent sees`() async throws {
        _ = try await tool.stored("tea")
        _ = try await tool.stored("coffee", "--user", "omar", "--agent", "alice")
        let mine = try await tool.json("allocation")["users"]?.array ?? []
        #expect(mine.count == 1 && mine[0]["user"]?.string == "iris" && mine[0]["total_memories"]?.int == 1)
        #expect(mine[0]["agents"]?["alden"]?["memories"]?.int == 1 && mine[0]["payload_bytes"]?.int == 3)
        let alice = try await tool.json("allocation", "--user", "omar", "--agent", "alden")["users"]?[0]
        #expect(alice?["total_memories"]?.int == 0)
        let shown = try await tool.run("allocation")
        #expect(shown.status == 0 && shown.text.contains("iris") && shown.text.contains("episodic"), "\(shown.text)")
    }
}
