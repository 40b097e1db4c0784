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
        let floor = try BareConnection(path: place.file("ours.db"))
        // The rows that say the same: the file's, the memory's and those it is joined with.
        let state = try floor.prepare("SELECT * FROM store")
        let memory = try floor.prepare(
            """
            SELECT * FROM memories AS m JOIN users AS u ON u.user_key = m.user_key
            JOIN documents AS d ON d.user_key = m.user_key AND d.document_key = m.memory_key
            JOIN categories AS c ON c.category_key = m.category_key
            LEFT JOIN versions AS v ON v.memory_key = m.memory_key AND v.version_id = m.head
            LEFT JOIN sessions AS s ON s.session_key = m.session_key
            LEFT JOIN accesses AS a ON a.memory_key = m.memory_key
            WHERE m.identifier_start = substr(?1, 1, 8) AND m.identifier = ?1
            """
        )
        let begin = try floor.prepare("BEGIN")
        let commit = try floor.prepare("COMMIT")
        let bare = try Stopwatch.seconds {
            for id in chosen {
                try begin.run([])
                _ = try state.step()
                memory.bind(.blob(stored(id)), at: 1)
                _ = try memory.step()
                _ = state.row
                _ = memory.row
                state.reset()
                memory.reset()
                try commit.run([])
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

    /// An identifier of the engine's own form as the file holds it: the bytes that its digits stand for.
    private static func stored(_ id: MemoryID) -> [UInt8] {
        let digits = Array(id.rawValue.utf8.dropFirst("mem_".utf8.count))
        func value(_ digit: UInt8) -> UInt8 { digit < 0x61 ? digit - 0x30 : digit - 0x61 + 10 }
        return stride(from: 0, to: digits.count, by: 2).map { value(digits[$0]) << 4 | value(digits[$0 + 1]) }
    }
}
