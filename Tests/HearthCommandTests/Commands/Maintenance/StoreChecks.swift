import CSQLite
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

    @Test func `findings raise one notification, which names no content, and a sound store raises none`() async throws {
        _ = try await tool.stored("the quixzle is under the stone")
        _ = try await tool.run("verify")
        #expect(try await tool.json("notifications", "list")["notifications"] == .array([]))
        var connection: OpaquePointer?
        try #require(sqlite3_open(tool.store, &connection) == SQLITE_OK)
        try #require(
            sqlite3_exec(connection, "UPDATE memories SET content = 'the quixzle is gone'", nil, nil, nil) == SQLITE_OK
        )
        sqlite3_close(connection)
        for count in 1...2 {
            let outcome = try await tool.run("verify")
            #expect(outcome.status == 1)
            let told = try await tool.json("notifications", "list")["notifications"]?.array ?? []
            #expect(told.count == 1 && told.first?["kind"]?.string == "integrity_problem", "\(told)")
            #expect(told.first?["severity"]?.string == "critical" && told.first?["count"]?.int == count, "\(told)")
            let message = told.first?["message"]?.string ?? ""
            #expect(message.contains("hearth verify") && !message.contains("quixzle") && !message.contains("mem_"))
        }
    }
}
