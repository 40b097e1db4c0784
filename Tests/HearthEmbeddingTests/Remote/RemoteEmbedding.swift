import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HearthEmbedding

/// An embedder against a model server that answers well, badly, late or not at all.
@Suite(.timeLimit(.minutes(60))) struct RemoteEmbedding {
    @Test func `each text gets the unit vector of its own index`() async throws {
        let server = try StubModelServer { _, _ in
            .answer(#"{"data":[{"index":1,"embedding":[0,5]},{"index":0,"embedding":[3,4]}]}"#)
        }
        let vectors = try await embedder(server).embed(["first", "second"])
        #expect(vectors == [[0.6, 0.8], [0, 1]])
    }

    @Test func `the request is what the interface asks for`() async throws {
        let server = try StubModelServer { _, _ in .embeddings([[1, 0]]) }
        let embedder = OpenAICompatibleEmbedder(baseURL: server.url, model: "minilm", dimension: 2, apiKey: "secret")
        _ = try await embedder.embed(["häåß \"quoted\"\n"])

        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /v1/embeddings HTTP/1.1"))
        #expect(request.head.contains("Authorization: Bearer secret"))
        #expect(request.head.contains("Content-Type: application/json"))
        let sent = try JSONDecoder().decode(Sent.self, from: request.body)
        #expect(sent == Sent(model: "minilm", input: ["häåß \"quoted\"\n"]))
    }

    @Test func `many texts go in batches, in order`() async throws {
        let server = try StubModelServer { _, request in
            guard let sent = try? JSONDecoder().decode(Sent.self, from: request.body) else { return .hangUp }
            return .embeddings(sent.input.map { [Double($0) ?? 0, 1] })
        }
        let embedder = OpenAICompatibleEmbedder(baseURL: server.url, model: "m", dimension: 2, batchSize: 3)
        let vectors = try await embedder.embed((0..<8).map(String.init))

        #expect(server.requests.count == 3)
        let ratios = vectors.map { ($0[0] / $0[1]).rounded() }
        #expect(ratios == [0, 1, 2, 3, 4, 5, 6, 7])
    }

    @Test func `blank texts have the zero vector and are not sent`() async throws {
        let server = try StubModelServer { _, _ in .embeddings([[0, 2]]) }
        #expect(try await embedder(server).embed([" \n", "word", ""]) == [[0, 0], [0, 1], [0, 0]])
        #expect(try await embedder(server).embed([]) == [])
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [500, 503, 429])
    func `a failure that may pass is asked again`(status: Int) async throws {
        let clock = RecordingClock()
        let server = try StubModelServer { number, _ in
            number < 3 ? .answer(status: status, "busy") : .embeddings([[1, 0]])
        }
        #expect(try await embedder(server, clock: clock).embed(["text"]) == [[1, 0]])
        #expect(server.requests.count == 3)
        #expect(clock.waits.count == 2)
        #expect(clock.waits.allSatisfy { $0 <= .milliseconds(400) })
    }

    @Test func `a server that says when to come back is taken at its word`() async throws {
        let clock = RecordingClock()
        let server = try StubModelServer { number, _ in
            number == 1 ? .answer(status: 429, headers: ["Retry-After": "2"], "busy") : .embeddings([[1, 0]])
        }
        _ = try await embedder(server, clock: clock).embed(["text"])
        #expect(clock.waits == [.seconds(2)])
    }

    @Test func `a failure that stays is reported with the server's words`() async throws {
        let server = try StubModelServer { _, _ in .answer(status: 500, "out of memory") }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(server).embed(["text"]) }
        #expect(error.code == .serverFailed)
        #expect(error.message.contains("out of memory"))
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [
        (400, EmbeddingError.Code.requestRefused), (413, .requestRefused), (422, .requestRefused),
        (401, .accessRefused), (403, .accessRefused), (404, .modelNotFound),
    ])
    func `a refusal is not asked again, and says whether it is of the texts, the key or the model`(
        status: Int,
        code: EmbeddingError.Code
    ) async throws {
        let server = try StubModelServer { _, _ in .answer(status: status, #"{"error":"no"}"#) }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(server).embed(["text"]) }
        #expect(error.code == code)
        #expect(error.mayConcernTextsAlone == (code == .requestRefused))
        #expect(error.message.contains(#"{"error":"no"}"#))
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [(429, "fewer requests"), (302, "to which it leads"), (503, "log")])
    func `what a server answers is named with what to do`(status: Int, remedy: String) throws {
        let url = try #require(URL(string: "http://127.0.0.1:9/v1/embeddings"))
        let error = EmbeddingsEndpoint(url: url, model: "m", dimension: 2).error(status: status, body: Data("no".utf8))
        #expect(error.code == .serverFailed && error.message.contains(remedy), "\(error.message)")
    }

    @Test(arguments: [[0, 0], [1e-300, 0], [-1e-30, 1e-30]])
    func `a vector that points nowhere is asked for again, and refused`(vector: [Double]) async throws {
        let healed = try StubModelServer { number, _ in .embeddings(number < 3 ? [vector] : [[0, 2]]) }
        #expect(try await embedder(healed).embed(["text"]) == [[0, 1]])
        let broken = try StubModelServer { _, _ in .embeddings([vector]) }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(broken).embed(["text"]) }
        #expect(error.code == .noDirection)
        #expect(broken.requests.count == 3)
    }

    @Test func `an embedder of no components refuses, and time-outs beyond all clocks are a day`() async throws {
        let server = try StubModelServer { _, _ in .embeddings([[1, 0]]) }
        let none = OpenAICompatibleEmbedder(baseURL: server.url, model: "m", dimension: -1)
        let error = try await #require(throws: EmbeddingError.self) { try await none.embed(["text"]) }
        #expect(error.code == .wrongDimension)
        let patient = OpenAICompatibleEmbedder(
            baseURL: server.url,
            model: "m",
            dimension: 2,
            timeout: .seconds(Int64.max)
        )
        #expect(try await patient.embed(["text"]) == [[1, 0]])
    }

    @Test func `another dimension than stated is an error that names both`() async throws {
        let server = try StubModelServer { _, _ in .embeddings([[1, 0, 0]]) }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(server).embed(["text"]) }
        #expect(error.code == .wrongDimension)
        #expect(error.message.contains("gives 3 components, not 2"))
    }

    @Test(arguments: [
        "", "<html>", "{}", #"{"data":[]}"#, #"{"data":[{"embedding":[1,null]}]}"#,
        #"{"data":[{"index":1,"embedding":[1,0]}]}"#,
        #"{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[1,0]}]}"#,
    ])
    func `an answer of another shape is malformed`(answer: String) async throws {
        let server = try StubModelServer { _, _ in .answer(answer) }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(server).embed(["text"]) }
        #expect(error.code == .malformedResponse)
    }

    @Test func `numbers too great for a float are refused`() async throws {
        let server = try StubModelServer { _, _ in .answer(#"{"data":[{"index":0,"embedding":[1e300,1]}]}"#) }
        let error = try await #require(throws: EmbeddingError.self) { try await embedder(server).embed(["text"]) }
        #expect(error.code == .notFinite)
    }

    @Test func `a connection that breaks is made again`() async throws {
        let server = try StubModelServer { number, _ in number == 1 ? .hangUp : .embeddings([[1, 0]]) }
        #expect(try await embedder(server).embed(["text"]) == [[1, 0]])
        #expect(server.requests.count == 2)
    }

    @Test func `a server that is away is reported with what to do`() async throws {
        let server = try StubModelServer { _, _ in .hangUp }
        server.stop()
        let clock = RecordingClock()
        let error = try await #require(throws: EmbeddingError.self) {
            try await embedder(server, clock: clock).embed(["text"])
        }
        #expect(error.code == .serverUnreachable)
        #expect(error.message.contains(server.url.absoluteString))
        #expect(clock.waits.count == 2)
    }

    @Test func `an answer that does not come in time is given up`() async throws {
        let server = try StubModelServer { _, _ in .silence }
        let embedder = OpenAICompatibleEmbedder(
            baseURL: server.url,
            model: "m",
            dimension: 2,
            timeout: .milliseconds(50)
        )
        let error = try await #require(throws: EmbeddingError.self) { try await embedder.embed(["text"]) }
        #expect(error.code == .timedOut)
        #expect(server.requests.count <= 1)
    }

    @Test func `cancelling ends a request that waits for its answer`() async throws {
        let asked = AsyncStream.makeStream(of: Void.self)
        let server = try StubModelServer { _, _ in
            asked.continuation.yield()
            return .silence
        }
        let task = Task { try await embedder(server, clock: ContinuousClock()).embed(["text"]) }
        for await _ in asked.stream.prefix(1) { task.cancel() }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    private func embedder(
        _ server: StubModelServer,
        clock: any Clock<Duration> = RecordingClock()
    ) -> OpenAICompatibleEmbedder {
        OpenAICompatibleEmbedder(baseURL: server.url, model: "m", dimension: 2, clock: clock)
    }
}

private struct Sent: Codable, Equatable {
    var model: String
    var input: [String]
}
