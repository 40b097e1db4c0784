import FoundationEssentials
import HearthMemory

/// The write-ahead log while readers always overlap, and what a memory costs on disk and in memory.
enum LogBenchmarks {
    /// Memories to a commit.
    private static let batch = 1_000

    static func run(_ scale: Scale) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        var textBytes = 0
        func fill() async throws {
            let drafts = corpus.drafts(batch)
            textBytes += drafts.reduce(0) { $0 + $1.content.utf8.count }
            _ = try await coordinator.fill(drafts, user: "bench")
        }
        try await fill()
        var largest = 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        do {
                            _ = try await coordinator.memories(agentID: "alden", userID: "bench", limit: 1_000)
                            // A read runs on this thread and never waits: without this the writer's task would get no
                            // thread.
                            await Task.yield()
                        } catch is CancellationError {
                            return
                        }
                    }
                }
            }
            for _ in 1..<scale.bulk / batch {
                try await fill()
                largest = max(largest, try place.size(of: "ours.db-wal"))
            }
            group.cancelAll()
        }
        try await coordinator.close()
        let long = try await sizeOfLongMemories(scale.bulk, &corpus)
        return [
            Measurement(
                name: "write-ahead log at its largest, two readers overlapping",
                ours: Double(largest) / 1_048_576,
                floor: nil,
                unit: "MiB"
            ),
            Measurement(
                name: "bytes on disk per memory, beside its text",
                ours: Double(try place.size(of: "ours.db")) / Double(scale.bulk),
                floor: Double(textBytes) / Double(scale.bulk),
                unit: "bytes"
            ),
            Measurement(
                name: "the same of memories of two sentences and a word",
                ours: long.file / Double(scale.bulk),
                floor: long.text / Double(scale.bulk),
                unit: "bytes"
            ),
            Measurement(
                name: "peak resident memory of this run",
                ours: try ProcessMemory.peak(),
                floor: nil,
                unit: "MiB"
            ),
        ]
    }

    /// What memories of about twice the length take on disk, and their text, in bytes.
    private static func sizeOfLongMemories(
        _ count: Int,
        _ corpus: inout Corpus
    ) async throws -> (file: Double, text: Double) {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("long.db"))
        var textBytes = 0
        for _ in 0..<count / batch {
            let drafts = (0..<batch)
                .map { _ in
                    let text = [corpus.sentence(), corpus.sentence(), corpus.word()].joined(separator: " ")
                    return MemoryDraft(content: text, category: .conversation)
                }
            textBytes += drafts.reduce(0) { $0 + $1.content.utf8.count }
            _ = try await coordinator.fill(drafts, user: "bench")
        }
        try await coordinator.close()
        return (Double(try place.size(of: "long.db")), Double(textBytes))
    }
}
