import HearthMemory

/// Storing: one by one, by many tasks at once, in bulk.
enum StoreBenchmarks {
    static func oneByOne(_ count: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let texts = (0..<count).map { _ in corpus.sentence() }
        let ours = try await Stopwatch.seconds {
            for text in texts {
                try await coordinator.storeAgentMemory(agentID: "alden", userID: "bench", content: text)
            }
        }
        try await coordinator.close()
        let floor = try Replay(path: place.file("ours.db")).write(into: place.file("floor.db"), perTransaction: 1)
        return [
            Measurement(
                name: "store, one by one",
                ours: ours / Double(count) * 1e6,
                floor: floor / Double(count) * 1e6,
                unit: "µs each"
            )
        ]
    }

    static func concurrently(_ count: Int, tasks: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let texts = (0..<count).map { _ in corpus.sentence() }
        let ours = try await Stopwatch.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<tasks {
                    group.addTask {
                        for index in stride(from: task, to: texts.count, by: tasks) {
                            try await coordinator.storeAgentMemory(
                                agentID: "alden",
                                userID: "bench",
                                content: texts[index]
                            )
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        try await coordinator.close()
        let floor = try Replay(path: place.file("ours.db")).write(into: place.file("floor.db"), perTransaction: tasks)
        return [
            Measurement(
                name: "store, \(tasks) tasks at once",
                ours: ours / Double(count) * 1e6,
                floor: floor / Double(count) * 1e6,
                unit: "µs each"
            )
        ]
    }

    /// Many memories by as many calls as they are divided into, each call a transaction.
    static func inBulk(_ count: Int, perCall: Int) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        var corpus = Corpus()
        let drafts = corpus.drafts(count)
        let ours = try await Stopwatch.seconds {
            _ = try await coordinator.fill(drafts, user: "bench", batch: perCall)
        }
        try await coordinator.close()
        let floor = try Replay(path: place.file("ours.db")).write(into: place.file("floor.db"), perTransaction: perCall)
        return [
            Measurement(
                name: "store, \(count) in bulk, \(perCall) a call",
                ours: ours / Double(count) * 1e6,
                floor: floor / Double(count) * 1e6,
                unit: "µs each"
            ),
            Measurement(
                name: "the same with embedding, a second",
                ours: Double(count) / ours,
                floor: nil,
                unit: "a second"
            ),
        ]
    }
}
