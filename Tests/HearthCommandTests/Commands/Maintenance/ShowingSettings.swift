import Foundation
import Testing

/// `hearth config` shows what counts and where it comes from, and no secret.
@Suite struct ShowingSettings {
    private func setting(_ variable: String, in report: JSON) -> JSON? {
        report["settings"]?.array.first { $0["variable"]?.string == variable }
    }

    @Test func `each value is shown with its origin, and a secret only as set`() async throws {
        var tool = try Tool([
            "MEMORY_SYNC_INTERVAL": "30", "HEARTH_KEY_COMMAND": "echo hunter2", "HEARTH_READONLY": "1",
        ])
        let file = try tool.sandbox.write(
            "hearth.json",
            #"{"memory": {"syncInterval": 10, "lockTimeout": 20}, "retentionDays": {"alden": 7}}"#
        )
        tool.environment["HEARTH_CONFIG"] = file
        let report = try await tool.json("config")
        #expect(report["file"]?.string == file)
        #expect(setting("MEMORY_SYNC_INTERVAL", in: report)?["value"]?.string == "30")
        #expect(setting("MEMORY_SYNC_INTERVAL", in: report)?["source"]?.string == "environment")
        #expect(setting("MEMORY_LOCK_TIMEOUT", in: report)?["value"]?.string == "20")
        #expect(setting("MEMORY_LOCK_TIMEOUT", in: report)?["origin"]?.string == file)
        #expect(setting("HEARTH_DB", in: report)?["origin"]?.string == "--db")
        #expect(setting("HEARTH_DURABILITY", in: report)?["source"]?.string == "default")
        #expect(setting("HEARTH_KEY_COMMAND", in: report)?["is_set"]?.bool == true)
        #expect(report["retention"]?[0]?["days"]?.string == "7")
        #expect(report["unknown"]?[0]?["nearest"]?.string == "HEARTH_READ_ONLY")
        let text = try await tool.run("config")
        #expect(text.status == 0 && text.text.contains("(set)") && text.text.contains("Did you mean HEARTH_READ_ONLY?"))
        for output in [text.text, "\(report)"] { #expect(!output.contains("hunter2")) }
        #expect(!tool.sandbox.exists("store.db"))
        let help = try await tool.run(["help", "config"]).text
        let explained = Set(help.split { !$0.isLetter && $0 != "_" }.map(String.init))
        #expect(report.allKeys.subtracting(explained) == [])
    }

    @Test func `a file that --config names goes before the one of the environment, and sets what commands need`()
        async throws
    {
        var tool = try Tool()
        tool.environment["HEARTH_CONFIG"] = "/nowhere.json"
        let file = try tool.sandbox.write(
            "hearth.json",
            #"{"hearth": {"db": "\#(tool.store)", "agent": "alden", "user": "iris"}}"#
        )
        #expect(try await tool.run(["store", "tea", "--config", file]).status == 0)
        let list = try await tool.run(["list", "--json", "--config", file])
        #expect(try list.json["memories"]?[0]?["user"]?.string == "iris")
        let missing = try await tool.run(["list"])
        #expect(missing.status == 1 && missing.errors.contains("/nowhere.json"))
    }

    @Test(arguments: [
        (["MEMORY_SYNC_INTERVAL": "60s"], "MEMORY_SYNC_INTERVAL is \"60s\""),
        (["ALDEN_MEMORY_RETENTION_DAYS": "-5"], "ALDEN_MEMORY_RETENTION_DAYS is \"-5\""),
    ])
    func `a bad value ends with 1 and names itself`(environment: [String: String], message: String) async throws {
        let tool = try Tool(environment)
        for command in ["config", "status"] {
            let outcome = try await tool.run(command)
            #expect(outcome.status == 1 && outcome.errors.contains(message), "\(outcome.errors)")
        }
    }
}
