import Foundation
import Testing

/// What there is besides memories: users, sessions, tags, drafts and the trash.
@Suite struct Lists {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `users, sessions and tags are listed with counts`() async throws {
        _ = try await tool.stored("Oolong.", "--tag", "tea", "--tag", "warm", "--session", "s1")
        _ = try await tool.stored("Sencha.", "--tag", "tea", "--session", "s1", "--category", "preference")
        _ = try await tool.stored("Hers.", "--tag", "secret", "--agent", "alice", "--user", "nora")
        let users = try await tool.json("users")["users"]?.array ?? []
        #expect(users.map { $0["id"]?.string } == ["iris", "nora"])
        #expect(users.map { $0["memories"]?.int } == [2, 1] && users.map { $0["agents"]?.int } == [1, 1])
        let sessions = try await tool.json("sessions")["sessions"]?.array ?? []
        #expect(sessions.map { $0["id"]?.string } == ["s1"] && sessions.first?["memories"]?.int == 2)
        let tags = try await tool.json("tags")["tags"]?.array ?? []
        #expect(tags.map { $0["tag"]?.string } == ["tea", "warm"] && tags.map { $0["count"]?.int } == [2, 1])
        let some = try await tool.json("tags", "--category", "preference")["tags"]?.array
        #expect(some?.map { $0["tag"]?.string } == ["tea"])
        // Preferences are shared, and the rest is not.
        #expect(try await tool.json("tags", "--agent", "alice")["tags"]?.array.map { $0["count"]?.int } == [1])
        #expect(try await tool.json("tags", "--agent", "alice", "--own")["tags"]?.array == [])
        #expect(try await tool.run("tags").text.contains("tea"))
        #expect(try await tool.run("users").text.contains("nora"))
        #expect(try await tool.run("sessions").text.contains("s1"))
    }

    @Test func `drafts and the trash are listed, page by page`() async throws {
        #expect(try await tool.run("store", "x", "--db", tool.store).status == 0)
        #expect(try await tool.json("drafts")["drafts"]?.array == [])
        #expect(try await tool.json("trash")["deleted"]?.array == [])
        let ids = [try await tool.stored("One."), try await tool.stored("Two."), try await tool.stored("Three.")]
        try await tool.run("edit", ids[0], "One, edited.")
        try await tool.run("delete", ids[1])
        let drafts = try await tool.json("drafts")["drafts"]?.array ?? []
        #expect(drafts.map { $0["id"]?.string } == [ids[0], ids[1]])
        #expect(drafts.map { $0["deletes"]?.bool } == [false, true])
        #expect(drafts.map { $0["text"]?.string } == ["One, edited.", nil])
        #expect(try await tool.run("drafts").text.contains("deletes it"))
        try await tool.run("delete", ids[2], "--publish")
        try await tool.run("sync")
        #expect(try await tool.json("drafts")["drafts"]?.array == [])
        let first = try await tool.json("trash", "--limit", "1")
        #expect(first["deleted"]?[0]?["text"]?.string == "Two." && first["deleted"]?[0]?["deleted_at"] != nil)
        let second = try await tool.json("trash", "--after", try #require(first["next"]?.string))
        #expect(second["deleted"]?.array.map { $0["id"]?.string } == [ids[2]] && second["next"] == nil)
        try await tool.run("restore", ids[2])
        #expect(try await tool.run("trash").text.contains("Two."))
        #expect(try await tool.json("trash")["deleted"]?.array.count == 1)
    }
}
