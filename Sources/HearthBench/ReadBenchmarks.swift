import HearthMemory

/// Reading by identifier.
enum ReadBenchmarks {
    static func run(_ scale: Scale) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let ids = try await coordinator.fill(corpus.drafts(10_000), user: "bench")
        let chosen = (0..<scale.reads).map { _ in ids[corpus.next(below: ids.count)] }
        let ours = try await Stopwatch.seconds {
            for id in chosen { _ = try await coordinator.memory(id, agentID: "alden") }
        }
        try await coordinator.close()
        let floor = try Floor(path: place.file("ours.db"))
        let memory = try floor.prepare("SELECT * FROM memories WHERE memory_id = ?1")
        let version = try floor.prepare("SELECT * FROM versions WHERE memory_key = ?1")
        let bare = try Stopwatch.seconds {
            for id in chosen {
                try floor.execute("BEGIN")
                memory.bind(.text(id.rawValue), at: 1)
                _ = try memory.step()
                let row = memory.row
                version.bind(row[0], at: 1)
                _ = try version.step()
                _ = version.row
                memory.reset()
                version.reset()
                try floor.execute("COMMIT")
            }
        }
        return [
            Measurement(
                name: "read by identifier, own memory",
                ours: ours / Double(scale.reads) * 1e6,
                floor: bare / Double(scale.reads) * 1e6,
                unit: "µs each"
            )
        ]
    }
}
