import Foundation
import Glibc
import TestSupport
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

    @Test func `a search whose embedder fails says that it went by words alone, and why`() async throws {
        try await tool.run("store", "The boiler has lost pressure")
        let away = ["--embedder", "http://127.0.0.1:9/v1", "--model", "none", "--dimension", "4", "--db", tool.store]
        for command in ["search", "context"] {
            let found = try await tool.run([command, "boiler", "--json"] + away)
            #expect(found.status == 0)
            #expect(try found.json["words_alone"]?.bool == true)
            #expect(found.errors.contains("Words alone were looked for"))
            #expect(found.errors.contains("127.0.0.1:9"))
            #expect(found.text.contains("boiler"))
            // Nothing is missing where the meaning was looked for, or was not asked for.
            let local = try await tool.run(command, "boiler", "--json")
            #expect(try local.json["words_alone"]?.bool == false)
            #expect(local.errors.isEmpty)
        }
        let keyword = try await tool.run(["search", "boiler", "--search-type", "keyword", "--json"] + away)
        #expect(try keyword.json["words_alone"]?.bool == false)
        #expect(keyword.errors.isEmpty)
    }

    @Test func `options of a model server go together`() async throws {
        #expect(try await tool.run("embeddings", "status", "--model", "x").status == 64)
        #expect(try await tool.run("embeddings", "status", "--embedder", "here", "--model", "x").status == 64)
    }

    @Test(arguments: [(401, "API key"), (404, "installed"), (400, "answers 400")])
    func `a rebuild with a wrong key, an absent model or a server that takes nothing stops and fails`(
        status: Int,
        remedy: String
    ) async throws {
        for index in 0..<5 { try await tool.run("store", "Note \(index)") }
        let server = try StubModelServer { _, _ in .answer(status: status, "no") }
        let outcome = try await tool.run(["embeddings", "rebuild"] + options(server))
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(remedy))
        #expect(server.requests.count <= 2)
        server.stop()
    }

    @Test func `a rebuild by force makes all vectors anew`() async throws {
        try await tool.run("store", "The boiler has lost pressure")
        let server = try StubModelServer { _, _ in .embeddings([[1, 0]]) }
        for (force, made) in [([], 1), ([], 0), (["--force"], 1)] {
            let rebuilt = try await tool.run(["embeddings", "rebuild", "--json"] + force + options(server))
            #expect(try rebuilt.json["made"]?.int == made)
            // The second is what it was called before.
            #expect(try rebuilt.json["without_vector"]?.int == 0 && rebuilt.json["withoutVector"]?.int == 0)
        }
        #expect(server.requests.count == 2)
        server.stop()
    }

    @Test func `an interrupted rebuild says what it has made, and that stays`() async throws {
        let lines = (0..<600).map { #"{"id": "m\#($0)", "user": "iris", "text": "Note \#($0)"}"# }
        try await tool.run("import", try tool.sandbox.write("lines.jsonl", lines.joined(separator: "\n")))
        let pidFile = tool.sandbox.file("pid")
        let server = try StubModelServer { number, request in
            if number == 1, let pid = try? pid_t(String(contentsOfFile: pidFile, encoding: .utf8).dropLast()) {
                kill(pid, SIGINT)
            }
            let body = try? JSONSerialization.jsonObject(with: request.body) as? [String: Any]
            let texts = body?["input"] as? [String] ?? []
            return .embeddings(texts.map { _ in [1, 0] })
        }
        let script = #"echo $$ > "$1"; shift; exec "$0" "$@""#
        let outcome = try await tool.shell(script, [pidFile, "embeddings", "rebuild", "--json"] + options(server))
        #expect(outcome.status == 1 && outcome.errors.contains("Interrupted."), "\(outcome.errors)")
        let made = try #require(try outcome.json["made"]?.int)
        #expect(made > 0 && made < 600)
        let rest = try await tool.run(["embeddings", "rebuild", "--json"] + options(server))
        #expect(try rest.json["made"]?.int == 600 - made && rest.json["pending"]?.int == 0)
        server.stop()
    }

    private func options(_ server: StubModelServer) -> [String] {
        ["--embedder", server.url.absoluteString, "--model", "m", "--dimension", "2", "--db", tool.store]
    }
}
