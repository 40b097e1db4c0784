import FoundationEssentials
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

@Suite struct ErasureCrashes {
    /// - Returns: Whether the disk died before the erasure was over.
    private func erase(dyingAtStep step: Int) async throws -> Bool {
        let directory = try TemporaryDirectory()
        let disk = FaultyDisk(directory.path)
        defer { disk.remove() }
        let path = directory.file("store.db")
        let provider = MemoryKeyProvider()
        func open(_ path: String) async throws -> MemoryStore {
            var options = StoreOptions()
            options.keyProvider = provider
            return try await MemoryStore.open(.file(path), options: options)
        }
        let store = try await open(path)
        let drafts = [
            MemoryDraft(content: "The quixzle stands by the gate."),
            MemoryDraft(content: "A secret osprindle.", isSensitive: true),
            MemoryDraft(content: "The gate is a secret.", isSensitive: true),
        ]
        let ids = try await store.store(drafts, agentID: "alden", userID: "iris")
        var traces: [Traces] = []
        for (id, word) in zip(ids, ["quixzle", "osprindle"]) {
            traces.append(try Traces(of: id, words: [word], in: store))
        }
        disk.fail(atStep: step, .death)
        for id in ids.prefix(2) { _ = try? await store.eraseMemory(id, as: "alden") }
        let hasFailed = disk.hasFailed
        try? await store.close()
        disk.fail(atStep: .max, .death)

        let reopened = try await open(path)
        #expect(try reopened.read(MemoryStore.isScrubbed), "step \(step)")
        for (index, id) in ids.prefix(2).enumerated() {
            let memory = try await reopened.memories([id], as: "alden").first
            if let memory {
                #expect(memory.content == drafts[index].content, "step \(step)")
                try await reopened.eraseMemory(id, as: "alden")
            } else {
                await expect(.memoryNotFound) { try await reopened.memory(id, as: "alden") }
            }
        }
        #expect(try await reopened.memory(ids[2], as: "alden").content == "The gate is a secret.", "step \(step)")
        #expect(try await reopened.verify().findings == [], "step \(step)")
        try await reopened.close()
        if step % 5 == 0 || !hasFailed {
            for trace in traces { #expect(try await trace.found(in: directory.path) == [], "step \(step)") }
        }
        return hasFailed
    }

    @Test func `a kill at any step leaves a memory readable, or an erasure that the next opening completes`()
        async throws
    {
        var step = 1
        while try await erase(dyingAtStep: step) { step += 1 }
        #expect(step > 10)
    }
}
