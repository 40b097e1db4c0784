import Foundation
import TestSupport
import Testing

@testable import hearth

@Suite struct Demonstration {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    /// The directory of a copy of the story's data, in which a test may change what it likes.
    private func copyOfHousehold() throws -> String {
        let copy = tool.sandbox.file("household")
        try FileManager.default.copyItem(atPath: Household.defaultDirectory, toPath: copy)
        return copy
    }

    @Test func `the story holds`() async throws {
        let outcome = try await tool.run(["demo"])
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.errors.isEmpty)
        #expect(outcome.text.contains("Samira key"))
        #expect(!outcome.text.contains("✗"))
    }

    @Test func `its counts are printed as JSON`() async throws {
        let outcome = try await tool.run(["demo", "--json"])
        let report = try outcome.json
        #expect(report["passed"]?.bool == true)
        #expect(try #require(report["counts"]?["memories"]?.int) >= 120)
        #expect(try #require(report["counts"]?["sessions"]?.int) >= 6)
        #expect(report["counts"]?["slices"]?.keys == ["alden", "alice", "sentry", "mimic"])
        let edits = try #require(report["counts"]?["edits"])
        #expect(edits["conflicts"]?.int == 7 && edits["decisions"]?.int == 1)
        #expect(edits["leases"]?.int == 2 && edits["rollbacks"]?.int == 5)
        #expect(report["checks"]?.array.allSatisfy { $0["holds"]?.bool == true } == true)
    }

    @Test func `the store is kept where it is named, and only there`() async throws {
        let outcome = try await tool.run("demo")
        #expect(outcome.status == 0)
        #expect(try await tool.json("verify")["sound"]?.bool == true)
        let again = try await tool.run("demo")
        #expect(again.status == 1)
        #expect(again.errors.contains("exists"))
    }

    @Test func `a question that finds another answer fails the demo`() async throws {
        let fixtures = try copyOfHousehold()
        let questions =
            #"[{"agent": "alden", "query": "Captain Turnip", "kind": "word", "expects": ["mem_mimic_0001"], "mustNotFind": ["mem_alden_0046"]}]"#
        try tool.sandbox.write("household/questions.json", questions)
        let outcome = try await tool.run(["demo", "--fixtures", fixtures])
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("✗ alden finds the answer to “Captain Turnip”"))
        #expect(
            outcome.text.contains(
                "✗ “Captain Turnip” brings up nothing that is kept from alden: [mem_alden_0046], not []"
            )
        )
    }

    @Test func `a merge that comes out otherwise fails the demo`() async throws {
        let fixtures = try copyOfHousehold()
        let edits = String(decoding: tool.sandbox.bytes("household/edits.json"), as: UTF8.self)
        try tool.sandbox.write(
            "household/edits.json",
            edits.replacing(#""merged": "Packing for"#, with: #""merged": "For"#)
        )
        let outcome = try await tool.run(["demo", "--fixtures", fixtures])
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("✗ alden reads both edits"))
        #expect(outcome.text.contains("checks do not hold."))
    }

    @Test func `a question beyond the embedder may go without an answer, and is seen to`() async throws {
        let fixtures = try copyOfHousehold()
        let questions =
            #"[{"agent": "alden", "query": "qwertz", "kind": "beyond", "expects": ["mem_alden_0046"], "mustNotFind": []}]"#
        try tool.sandbox.write("household/questions.json", questions)
        let outcome = try await tool.run(["demo", "--fixtures", fixtures])
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.contains("not found"))
    }

    @Test(.enabled(if: PostgreSQLServer.isToRun, PostgreSQLServer.remedy))
    func `two devices meet through a real PostgreSQL, and nothing is left on it`() async throws {
        let server = try await PostgreSQLServer.shared()
        let database = try await blocking { try server.makeDatabase() }
        let admin = try tool.sandbox.write("admin.hub", database.administratorText)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: admin)
        let outcome = try await tool.run(["demo", "--hub", "--admin-file", admin])
        #expect(outcome.status == 0, "\(outcome.text) \(outcome.errors)")
        #expect(outcome.text.contains("Two devices, one memory") && outcome.text.contains("checks hold."))
        #expect(!outcome.text.contains("✗"), "\(outcome.text)")
        let left = "SELECT (SELECT count(*) FROM hearth.rows) + (SELECT count(*) FROM hearth.spaces)"
        #expect(try await blocking { try database.psql(left) } == "0")
        let roles = "SELECT count(*) FROM hearth.access"
        #expect(try await blocking { try database.psql(roles) } == "0")
        #expect(try await tool.run(["demo", "--hub"]).errors.contains("--admin-file"))
        #expect(try await tool.run(["demo", "--admin-file", admin]).status == 64)
    }

    @Test func `without its data the demo says what to give it`() async throws {
        let outcome = try await tool.run(["demo", "--fixtures", "nowhere"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--fixtures"))
    }
}
