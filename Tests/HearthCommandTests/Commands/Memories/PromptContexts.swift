import Testing

@Suite struct PromptContexts {
    @Test func `a context is the text alone for a prompt, and as JSON says what it is made of`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        let id = try await tool.stored("Prefers the window seat on trains.")
        let text = try await tool.run("context", "window", "seats", "--budget", "200")
        #expect(text.status == 0)
        #expect(text.text.hasPrefix("- [\(id)] Prefers the window seat on trains."))
        let json = try await tool.json("context", "window seats")
        #expect(json["memories"]?[0]?["id"]?.string == id)
        #expect(json["is_estimate"]?.bool == true)
        #expect(json["tokens"]?.int.map { $0 > 0 && $0 <= 1_000 } == true)
        #expect(try await tool.run("context", "window", "--budget", "3").text == "Nothing fits into the budget.\n")
        try await tool.expectRefusal("context", "x", "--budget", "0", saying: "from 1 to")
    }
}
