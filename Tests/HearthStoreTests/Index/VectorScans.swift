import HearthEmbedding
import HearthRules
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct VectorScans {
    /// Makes vectors so long that a few hundred of them are scanned on another core.
    private struct WideEmbedder: Embedder {
        let identifier = "wide"
        let dimension = 4_096
        let isLocal = true

        func embed(_ texts: [String]) async throws -> [[Float]] {
            texts.map { text in
                var random = SeededGenerator(seed: text.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
                return (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
            }
        }
    }

    @Test func `scans that run beside each other give what the vectors give one by one`() async throws {
        var options = StoreOptions()
        options.embedder = WideEmbedder()
        let store = try await MemoryStore.open(.temporary, options: options)
        let texts = (0..<700).map { "memory \($0)" }
        _ = try await store.store(texts.map { MemoryDraft(content: $0) }, agentID: "alden", userID: "iris")
        let queries = try await WideEmbedder().embed(["tea", "rain", "bread", "a walk"])
            .map { try QuantizedVector(quantizing: $0) }
        let vectors = try await WideEmbedder().embed(texts).map { try QuantizedVector(quantizing: $0) }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for number in 0..<24 {
                let query = queries[number % queries.count]
                tasks.addTask {
                    let cosines = try Self.cosines(of: query, in: store)
                    #expect(cosines.count == texts.count)
                    for (cosine, vector) in zip(cosines, vectors) {
                        // The file keeps a scale within one part in 130,000.
                        let expected = query.dot(vector)
                        #expect(abs(cosine - expected) < 1e-4 + abs(expected) / 65_536)
                    }
                }
            }
            try await tasks.waitForAll()
        }
        try await store.close()
    }

    private static func cosines(of query: QuantizedVector, in store: MemoryStore) throws -> [Float] {
        try store.read { snapshot in
            let connection = snapshot.connection
            let user = try #require(try UserTable.find("iris", in: connection))
            let viewer = try snapshot.directory.agent("alden")
            let catalog = try store.catalogs.slice(of: user, for: viewer, in: snapshot).catalog
            let model = try #require(try VectorTable.model("wide", in: connection))
            let index = try store.vectors.current(of: user, model: model, catalog: catalog, in: snapshot)
            var buffers = SearchBuffers()
            return VectorScan(of: index, for: query, reusing: [])
                .cosines(count: catalog.entries.count, in: &buffers)
        }
    }
}
