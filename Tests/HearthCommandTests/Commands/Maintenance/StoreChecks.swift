import Testing

@Suite struct StoreChecks {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `agents, status and verification are told`() async throws {
        _ = try await tool.stored("tea")
        let agents = try await tool.json("agents")
        let alden = try #require(agents["agents"]?.array.first { $0["id"]?.string == "alden" })
        #expect(alden["priority"]?.string == "high")
        #expect(alden["retention_days"]?.number == 90)
        #expect(try await tool.json("status")["health"]?["status"]?.string == "healthy")
        let verification = try await tool.json("verify")
        #expect(verification["sound"]?.bool == true)
        #expect(verification["memories"]?.int == 1)
        #expect(agents["agents"]?.array.first { $0["id"]?.string == "alice" }?["retention_days"]?.number == 60)
        let shown = try await tool.run("agents").text
        #expect(shown.contains(" 60 days") && shown.contains(" 90 days") && !shown.contains(".0 days"), "\(shown)")
        for command in ["agents", "status", "verify"] {
            let outcome = try await tool.run(command)
            #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty)
        }
    }
}
