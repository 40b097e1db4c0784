import FoundationEssentials
import TestSupport
import Testing

/// `hearth maintain`.
@Suite struct Maintaining {
    private let tool: Tool

    init() throws {
        tool = try Tool([
            "HEARTH_AGENT": "mimic", "HEARTH_USER": "iris", "MIMIC_MEMORY_RETENTION_DAYS": "1",
        ])
    }

    private static let steps = ["leases", "expiry", "retention", "working_memory", "duplicates", "purge", "storage"]

    @Test func `a dry run leaves the store as it is, and a run folds what says the same`() async throws {
        try await tool.run("store", "The spare key hangs in the hall")
        try await tool.run("store", "The spare key hangs in the hall")
        let before = FileManager.default.contents(atPath: tool.store)
        let planned = try await tool.json("maintain", "--dry-run")
        #expect(FileManager.default.contents(atPath: tool.store) == before)
        #expect(planned["dry_run"]?.bool == true)
        #expect(planned["steps"]?.array.compactMap { $0["step"]?.string } == Self.steps)
        let text = try await tool.run("maintain", "--dry-run").text
        #expect(text.contains("WOULD CHANGE") && text.contains("duplicates, for example:") && text.contains("mem_"))
        let done = try await tool.json("maintain", "--only", "duplicates")
        #expect(done["steps"]?.array.count == 1)
        #expect(done["steps"]?.array.first?["affected"]?.int == 1)
        #expect(try await tool.json("list")["memories"]?.array.count == 1)
        #expect(try await tool.run("maintain").text.contains("CHANGED"))
    }

    @Test func `steps are named as the report names them, or with a dash`() async throws {
        try await tool.run("store", "Something")
        let done = try await tool.json("maintain", "--only", "working-memory", "--only", "leases")
        #expect(done["steps"]?.array.compactMap { $0["step"]?.string } == ["leases", "working_memory"])
        let refused = try await tool.run("maintain", "--only", "everything")
        #expect(refused.status == 64 && refused.errors.contains("working_memory"))
    }

    @Test func `without a store nothing is made`() async throws {
        let outcome = try await tool.run("maintain")
        #expect(outcome.status == 1)
        #expect(!FileManager.default.fileExists(atPath: tool.store))
    }

    @Test func `what was folded is listed for its owner, and undone one by one`() async throws {
        let text = "The spare key hangs in the hall"
        let ids = [try await tool.stored(text), try await tool.stored(text)]
        #expect(try await tool.json("folds", "list")["folds"] == .array([]))
        #expect(try await tool.run("folds", "list").text.contains("Nothing is folded."))
        try await tool.run("maintain", "--only", "duplicates")
        let folds = try await tool.json("folds", "list")["folds"]?.array ?? []
        #expect(folds.count == 1 && folds.first?["text"]?.string == text, "\(folds)")
        let folded = try #require(folds.first?["id"]?.string)
        let kept = try #require(ids.first { $0 != folded })
        #expect(folds.first?["representative"]?.string == kept && folds.first?["representative_text"]?.string == text)
        #expect(try await tool.run("folds", "list").text.contains(kept))
        // To others it does not exist.
        #expect(try await tool.json("folds", "list", "--agent", "alden")["folds"] == .array([]))
        #expect(try await tool.run("folds", "undo", folded, "--agent", "alden").status == 1)
        #expect(try await tool.run("folds", "undo", kept).errors.contains("hearth folds list"))
        #expect(try await tool.run("folds", "list", "--limit", "0").status == 1)
        #expect(try await tool.json("folds", "undo", folded)["id"]?.string == folded)
        #expect(try await tool.json("folds", "list")["folds"] == .array([]))
        try await tool.run("maintain", "--only", "duplicates")
        #expect(try await tool.json("list")["memories"]?.array.count == 2)
    }
}
