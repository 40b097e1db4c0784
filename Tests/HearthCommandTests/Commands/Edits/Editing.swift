import Foundation
import Testing

@Suite struct Editing {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `an edit is a draft that others don't see until it is published`() async throws {
        let id = try await tool.stored("Iris likes tea", "--share-with", "alice")
        let edit = try await tool.json("edit", id, "Iris likes oolong", "--tag", "tea", "--tag", "drinks")
        #expect(edit["changed"]?.bool == true && edit["published"]?.bool == false)
        #expect(edit["memory"]?["sync_status"]?.string == "pending")
        #expect(edit["memory"]?["tags"] == .array([.string("tea"), .string("drinks")]))
        #expect(try await tool.text(of: id, as: "alden") == "Iris likes oolong")
        #expect(try await tool.text(of: id, as: "alice") == "Iris likes tea")

        let sync = try await tool.json("sync")
        #expect(sync["agents"]?[0]?["settled"]?.int == 1)
        #expect(try await tool.text(of: id, as: "alice") == "Iris likes oolong")
    }

    @Test func `with --publish it is seen at once, and the lease is given back`() async throws {
        let id = try await tool.stored("Iris likes tea", "--share-with", "alice")
        try await tool.run("edit", id, "--importance", "0.9")
        let edit = try await tool.json("edit", id, "Iris likes oolong", "--publish")
        #expect(edit["published"]?.bool == true)
        #expect(edit["memory"]?["version"]?.int == 2)
        #expect(edit["memory"]?["importance"]?.number == 0.9)
        #expect(try await tool.text(of: id, as: "alice") == "Iris likes oolong")
        #expect(try await tool.json("locks", "list")["locks"] == .array([]))
    }

    @Test func `text comes from a file or from standard input, without its last line break`() async throws {
        let id = try await tool.stored("tea")
        try await tool.run("edit", id, "--file", try tool.sandbox.write("text.txt", "one\ntwo\n"))
        #expect(try await tool.text(of: id, as: "alden") == "one\ntwo")
        try await tool.run("edit", id, "-", input: "three\n")
        #expect(try await tool.text(of: id, as: "alden") == "three")
    }

    @Test func `every field is changed, and taken away, by an option of its own`() async throws {
        let id = try await tool.stored("tea", "--tag", "old", "--metadata", "a=1", "--expires", "2199-01-01")
        let changed = try await tool.json(
            "edit",
            id,
            "--tags",
            "new",
            "--metadata",
            "b=2",
            "--metadata",
            "c=3",
            "--category",
            "preference",
            "--importance",
            "1",
            "--confidence",
            "0.25",
            "--expires",
            "2198-01-01"
        )
        let memory = try #require(changed["memory"])
        #expect(memory["text"]?.string == "tea")
        #expect(memory["tags"] == .array([.string("new")]))
        #expect(memory["metadata"] == .object(["b": .string("2"), "c": .string("3")]))
        #expect(memory["category"]?.string == "preference")
        #expect(memory["importance"]?.number == 1 && memory["confidence"]?.number == 0.25)
        #expect(memory["expires_at"]?.string?.hasPrefix("2198") == true)
        let cleared = try await tool.json("edit", id, "--no-tags", "--no-metadata", "--no-expiry")
        #expect(cleared["memory"]?["tags"] == .array([]))
        #expect(cleared["memory"]?["metadata"] == .object([:]))
        #expect(cleared["memory"]?["expires_at"] == nil)
        #expect(cleared["memory"]?["importance"]?.number == 1)
    }

    @Test func `an edit that says what is there already writes nothing, and says so`() async throws {
        let id = try await tool.stored("tea", "--tag", "drinks")
        for options in [[], ["--publish"]] {
            let outcome = try await tool.run(["edit", id, "tea", "--tag", "drinks", "--db", tool.store] + options)
            #expect(outcome.status == 0)
            #expect(outcome.text == "\(id) says that already; nothing was changed.\n")
        }
        #expect(try await tool.json("history", id)["versions"]?.array.count == 1)
        #expect(try await tool.json("get", id)["sync_status"]?.string == "synced")
        let edit = try await tool.json("edit", id, "tea")
        #expect(edit["changed"]?.bool == false && edit["published"]?.bool == false)
    }

    @Test func `a draft that comes to what is published is gone`() async throws {
        let id = try await tool.stored("tea")
        try await tool.run("edit", id, "coffee")
        #expect(try await tool.run("edit", id, "tea").text.contains("The draft is gone"))
    }

    @Test func `what can't be edited is refused with the reason`() async throws {
        let id = try await tool.stored("tea", "--category", "task")
        try await tool.expectRefusal("edit", "mem_none", "x", saying: "no memory mem_none")
        try await tool.expectRefusal("edit", id, "x", "--agent", "alice", saying: "no memory \(id)")
        try await tool.expectRefusal("edit", id, "x", "--user", "joss", saying: "no memory \(id)")
        try await tool.expectRefusal("edit", id, "--importance", "2", saying: "importance")
        try await tool.expectRefusal("edit", id, "--file", "nowhere.txt", saying: "nowhere.txt", "can't be read")
        try await tool.run("share", id, "--with", "alice")
        try await tool.expectRefusal("edit", id, "--category", "chat", "--agent", "alice", saying: "category")
        try await tool.run("share", id, "--with", "mimic", "--permission", "read")
        try await tool.expectRefusal("edit", id, "x", "--agent", "mimic", saying: "mimic")
        try await tool.expectRefusal("edit", id, "x", "--agent", "alice", "--publish", saying: "priority")
    }

    @Test func `an expectation of the version that isn't met refuses the edit`() async throws {
        let id = try await tool.stored("tea")
        try await tool.run("edit", id, "oolong", "--publish")
        try await tool.expectRefusal("edit", id, "sencha", "--if-version", "1", saying: "number 2, not 1", "Read")
        try await tool.expectRefusal("edit", id, "sencha", "--if-version", "1", "--publish", saying: "number 2")
        #expect(try await tool.text(of: id, as: "alden") == "oolong")
        #expect(try await tool.json("edit", id, "sencha", "--if-version", "2")["changed"]?.bool == true)
    }

    @Test(arguments: [
        ["edit"], ["edit", "mem_1"], ["edit", "mem_1", "x", "--file", "y"],
        ["edit", "mem_1", "--tags", "a", "--no-tags"],
        ["edit", "mem_1", "--metadata", "a=1", "--no-metadata"],
        ["edit", "mem_1", "--expires", "2199-01-01", "--no-expiry"],
        ["edit", "mem_1", "--metadata", "novalue"], ["edit", "mem_1", "x", "--if-version", "first"], ["delete"],
        ["discard"],
        ["edit", "mem_1", "x", "--publish", "--timeout", "-1"], ["restore"], ["history"], ["rollback", "mem_1"],
    ])
    func `what is not understood ends with 64 and changes nothing`(arguments: [String]) async throws {
        let outcome = try await tool.run(arguments + ["--db", tool.store])
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty && outcome.errors.contains("hearth"))
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `a deletion is a draft too, and is discarded, published and taken back`() async throws {
        let id = try await tool.stored("tea", "--share-with", "alice")
        #expect(try await tool.json("delete", id)["published"]?.bool == false)
        try await tool.expectRefusal("get", id, saying: id)
        #expect(try await tool.text(of: id, as: "alice") == "tea")
        #expect(try await tool.json("slice")["statistics"]?["sync_status"]?["deleted"]?.int == 1)

        let discarded = try await tool.json("discard", id)
        #expect(discarded["id"]?.string == id && discarded["memory"]?["text"]?.string == "tea")
        #expect(try await tool.json("discard", id)["memory"]?["sync_status"]?.string == "synced")

        #expect(try await tool.json("delete", id, "--publish")["published"]?.bool == true)
        try await tool.expectRefusal("get", id, "--agent", "alice", saying: id)
        try await tool.expectRefusal("restore", id, "--agent", "alice", saying: id)
        #expect(try await tool.json("restore", id)["text"]?.string == "tea")
        #expect(try await tool.text(of: id, as: "alice") == "tea")
    }

    @Test func `only the owner deletes`() async throws {
        let id = try await tool.stored("tea", "--share-with", "alice")
        try await tool.expectRefusal("delete", id, "--agent", "alice", saying: "alice", "delete")
        try await tool.expectRefusal("delete", "mem_none", saying: "mem_none")
        try await tool.expectRefusal("discard", "mem_none", saying: "mem_none")
    }
}
