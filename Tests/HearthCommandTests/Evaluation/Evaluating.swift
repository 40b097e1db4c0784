import Foundation
import Testing

@Suite struct Evaluating {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    /// Two users; each one's documents are found by that user's questions only.
    private static let corpus = """
        {"id": "a", "user": "iris", "session": "s1", "created_at": "2026-03-01T18:00:00Z", "text": "The cat eats sardines."}
        {"id": "b", "user": "iris", "session": "s1", "created_at": "2026-03-01T18:01:00Z", "text": "The piano is out of tune."}
        {"_id": "a", "user": "joss", "title": "Bread", "text": "The oven is warm at two in the morning."}
        {"_id": "c", "user": "joss", "text": "Sardines on toast."}
        """

    private func evaluate(
        _ queries: String,
        corpus: String = Self.corpus,
        _ options: String...
    ) async throws -> Tool.Outcome {
        let files = [
            "--corpus", try tool.sandbox.write("corpus.jsonl", corpus),
            "--queries", try tool.sandbox.write("queries.jsonl", queries),
        ]
        return try await tool.run(["eval"] + files + options)
    }

    @Test func `questions are measured among their own user's documents`() async throws {
        let outcome = try await evaluate(
            """
            {"id": "q1", "user": "iris", "text": "sardines", "relevant": ["a"]}
            {"_id": "q2", "user": "joss", "text": "bread", "relevant": ["a"]}
            {"id": "q3", "user": "joss", "text": "sardines oven", "relevant": ["a", "c"]}
            {"id": "q4", "user": "joss", "text": "piano", "relevant": ["a"]}
            {"id": "q5", "user": "joss", "text": "nobody knows", "relevant": []}
            """,
            "--type",
            "keyword",
            "--json"
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        let report = try outcome.json
        #expect(
            report.keys == [
                "recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10", "p50_ms", "p95_ms", "p99_ms",
                "queries",
            ]
        )
        #expect(report["queries"]?.int == 4)
        #expect(report["recall@1"]?.number == 2.5 / 4)
        #expect(report["recall@10"]?.number == 3.0 / 4)
        #expect(report["mrr@10"]?.number == 3.0 / 4)
        #expect(report["ndcg@10"]?.number == 3.0 / 4)
    }

    @Test func `limit bounds what a search may give`() async throws {
        let query = #"{"id": "q", "user": "joss", "text": "sardines oven", "relevant": ["a", "c"]}"#
        let outcome = try await evaluate(query, "--limit", "1", "--json")
        #expect(try outcome.json["recall@20"]?.number == 0.5)
    }

    @Test func `constants are set and parts left out by name`() async throws {
        let query = #"{"id": "q", "user": "iris", "text": "grand piano", "relevant": ["b"]}"#
        let outcome = try await evaluate(query, "--without", "context", "--set", "semanticShare=0.1", "--json")
        #expect(try outcome.json["recall@1"]?.number == 1)
        #expect(try await evaluate(query, "--set", "semanticShares=0.1").status == 64)
        #expect(try await evaluate(query, "--without", "luck").status == 64)
    }

    @Test(
        arguments: [
            (#"{"id": "q", "text": "x", "relevant": ["z"]}"#, "\"z\" of relevant is no document"),
            (#"{"id": "q", "relevant": ["a"]}"#, "text is missing"),
            ("[]", "an array instead of an object"),
            (#"{"id": "q", "text": "x", "relevant": []}"#, "no question"),
        ]
    )
    func `what can't be measured is refused with its reason`(query: String, reason: String) async throws {
        let outcome = try await evaluate(query, "--json")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(reason))
    }

    @Test func `an identifier that a user has twice is refused`() async throws {
        let line = #"{"id": "a", "text": "x"}"#
        let outcome = try await evaluate(
            #"{"id": "q", "text": "x", "relevant": ["a"]}"#,
            corpus: "\(line)\n\(line)\n"
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 2"))
    }

    @Test func `a model server that is away is named`() async throws {
        let outcome = try await evaluate(
            #"{"id": "q", "user": "iris", "text": "x", "relevant": ["a"]}"#,
            "--embedder",
            "http://127.0.0.1:9/v1",
            "--model",
            "none"
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("127.0.0.1:9"))
    }
}
