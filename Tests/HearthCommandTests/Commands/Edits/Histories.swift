import Foundation
import Testing

@Suite struct Histories {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    private func edited() async throws -> (id: String, versions: [JSON]) {
        let id = try await tool.stored("tea", "--share-with", "alice")
        try await tool.run("edit", id, "oolong", "--publish")
        try await tool.run("edit", id, "sencha", "--importance", "0.9", "--publish")
        return (id, try #require(try await tool.json("history", id)["versions"]?.array))
    }

    @Test func `versions are listed oldest first, each made from the one before`() async throws {
        let (id, versions) = try await edited()
        #expect(versions.compactMap { $0["number"]?.int } == [1, 2, 3])
        #expect(versions.compactMap { $0["text"]?.string } == ["tea", "oolong", "sencha"])
        #expect(versions[0]["parents"] == .array([]))
        #expect(versions[2]["parents"]?[0] == versions[1]["id"])
        #expect(versions.allSatisfy { $0["author"]?.string == "alden" && $0["deleted"]?.bool == false })
        let table = try await tool.run("history", id).lines
        #expect(table[0].hasPrefix("NO.  VERSION"))
        #expect(table[3].contains("edit") && table[3].hasSuffix("sencha"))
    }

    @Test func `a rollback publishes an old version anew, named by id, beginning or number`() async throws {
        let (id, versions) = try await edited()
        let first = try #require(versions[0]["id"]?.string)
        for (reference, number) in [(first, 4), (String(first.prefix(16)), 5), ("1", 6)] {
            let memory = try await tool.json("rollback", id, "--to", reference)
            #expect(memory["text"]?.string == "tea" && memory["version"]?.int == number)
        }
        #expect(try await tool.text(of: id, as: "alice") == "tea")
        #expect(try await tool.json("history", id)["versions"]?.array.count == 6)
    }

    @Test func `a version that isn't there, or might be several, is refused`() async throws {
        let (id, _) = try await edited()
        let foreign = "ver_" + String(repeating: "0", count: 64)
        for reference in ["9", "ver_", "ver_zz", "first", foreign, ""] {
            try await tool.expectRefusal("rollback", id, "--to", reference, saying: "hist")
        }
        let (other, conflict) = try await tool.conflict()
        _ = conflict
        try await tool.expectRefusal("rollback", other, "--to", "2", "--agent", "sentry", saying: "say which")
        try await tool.expectRefusal("rollback", "mem_none", "--to", "1", saying: "mem_none")
    }

    @Test func `only the owner and critical agents roll back`() async throws {
        let (id, versions) = try await edited()
        let first = try #require(versions[0]["id"]?.string)
        try await tool.expectRefusal("rollback", id, "--to", first, "--agent", "alice", saying: "alice")
        #expect(try await tool.run("rollback", id, "--to", first, "--agent", "system").status == 0)
    }

    @Test func `the owner reads the history of what is deleted, and a deletion is no place to go back to`() async throws
    {
        let (id, _) = try await edited()
        try await tool.run("delete", id, "--publish")
        let versions = try #require(try await tool.json("history", id)["versions"]?.array)
        #expect(versions.last?["deleted"]?.bool == true)
        let deletion = try #require(versions.last?["id"]?.string)
        try await tool.expectRefusal("rollback", id, "--to", deletion, saying: "deletion")
        try await tool.expectRefusal("history", id, "--agent", "alice", saying: id)
        #expect(try await tool.json("rollback", id, "--to", "2")["text"]?.string == "oolong")
    }
}
