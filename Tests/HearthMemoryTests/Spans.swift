import HearthMemory
import InMemoryTracing
import Testing
import Tracing

@Suite struct Spans {
    @Test func `a call is a span of its name, with the code of its failure and nothing that was said`() async throws {
        let tracer = InMemoryTracer()
        let coordinator = try await withTracer(tracer) { try await household() }
        try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "The canary sings.")
        _ = try await coordinator.searchAgentMemories(agentID: "alden", userID: "iris", query: "canary")
        await #expect(throws: MemoryError.self) { try await coordinator.memory("mem_canary", agentID: "alden") }
        try await coordinator.close()
        let spans = tracer.finishedSpans
        let names = spans.map(\.operationName)
        #expect(names.contains("hearth.storeAgentMemories") && names.contains("hearth.searchAgentMemories"))
        let failed = try #require(spans.first { $0.operationName == "hearth.memory" })
        #expect(failed.status?.code == .error)
        #expect(
            "\(failed.attributes)".contains(MemoryError.Code.memoryNotFound.rawValue) || failed.attributes.count == 1
        )
        #expect(spans.flatMap(\.errors).isEmpty)
        #expect(!"\(spans)".contains("canary") && !"\(spans)".contains("iris"))
    }

    @Test func `without a tracer there is no span`() async throws {
        let tracer = InMemoryTracer()
        let coordinator = try await household()
        try await withTracer(tracer) {
            _ = try await coordinator.storeAgentMemory(agentID: "alden", userID: "iris", content: "Tea.")
        }
        #expect(tracer.finishedSpans.isEmpty)
        try await coordinator.close()
    }
}
