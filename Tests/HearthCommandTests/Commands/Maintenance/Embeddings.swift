import Testing

@Suite struct Embeddings {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `vectors are counted, and a rebuild makes only what is missing`() async throws {
        try await tool.run("store", "The boiler has lost pressure")
        let status = try await tool.json("embeddings", "status")
        #expect(status["documents"]?.int == 1)
        #expect(status["embedded"]?.int == 1)
        #expect(status["pending"]?.int == 0)
        #expect(status["dimension"]?.int == 128)
        let rebuilt = try await tool.json("embeddings", "rebuild")
        #expect(rebuilt["made"]?.int == 0)
        #expect(rebuilt["embedded"]?.int == 1)
    }

    @Test func `with another embedder memories wait for a vector, and words go on finding them`() async throws {
        try await tool.run("store", "The boiler has lost pressure")
        let other = ["--embedder", "http://127.0.0.1:9/v1", "--model", "none", "--dimension", "4", "--db", tool.store]
        let status = try await tool.run(["embeddings", "status", "--json"] + other).json
        #expect(status["pending"]?.int == 1)
        #expect(status["embedded"]?.int == 0)
        let found = try await tool.run(["search", "boiler", "--search-type", "keyword", "--json"] + other).json
        #expect(found["results"]?.array.count == 1)
        let rebuilt = try await tool.run(["embeddings", "rebuild", "--json"] + other)
        #expect(rebuilt.status == 1)
        #expect(rebuilt.errors.contains("127.0.0.1:9"))
        #expect(try await tool.json("embeddings", "status")["embedded"]?.int == 1)
    }

    @Test func `options of a model server go together`() async throws {
        #expect(try await tool.run("embeddings", "status", "--model", "x").status == 64)
        #expect(try await tool.run("embeddings", "status", "--embedder", "here", "--model", "x").status == 64)
    }
}
