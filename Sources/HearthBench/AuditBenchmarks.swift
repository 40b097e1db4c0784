import HearthMemory

/// Rows of the audit: how fast reads of others' memories leave them, and how fast the chain is verified.
enum AuditBenchmarks {
    static func run(_ scale: Scale) async throws -> [Measurement] {
        let place = try Workplace()
        let coordinator = try await MultiAgentMemoryCoordinator.benchmark(place.file("ours.db"))
        for agent in AgentProfile.hearthlink { try await coordinator.registerAgent(agent.id) }
        let id = try await coordinator.storeAgentMemory(
            agentID: "alden",
            userID: "bench",
            content: "The key is under the mat.",
            shareWithAgents: ["alice"]
        )
        let oneByOne = try await Stopwatch.seconds {
            for _ in 0..<scale.singles { _ = try await coordinator.memory(id, agentID: "alice") }
        }
        // Rows of one commit cost the chain alone; those of reads beside each other share commits.
        let concurrent = scale.singles * 5
        let tasks = 64
        let beside = try await Stopwatch.seconds {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<tasks {
                    group.addTask {
                        for _ in 0..<concurrent / tasks { _ = try await coordinator.memory(id, agentID: "alice") }
                    }
                }
                try await group.waitForAll()
            }
        }
        // A propagation rule leaves a row for each memory that is stored: bulk rows.
        let bulk = (0..<scale.bulk).map { MemoryDraft(content: "Note \($0)", category: .incident) }
        try await coordinator.storeAgentMemories(agentID: "sentry", userID: "bench", bulk)
        var rows = 0
        let verifying = try await Stopwatch.seconds { rows = try await coordinator.verifyAudit().auditRows }
        var listed = 0
        let listing = try await Stopwatch.seconds {
            var position: Int?
            repeat {
                let page = try await coordinator.auditEntries(after: position, limit: 1_000)
                listed += page.rows.count
                position = page.next
            } while position != nil
        }
        try await coordinator.close()
        return [
            Measurement(
                name: "audited reads one by one, each durable",
                ours: Double(scale.singles) / oneByOne,
                floor: nil,
                unit: "rows/s"
            ),
            Measurement(
                name: "audited reads, 64 tasks",
                ours: Double(concurrent / tasks * tasks) / beside,
                floor: nil,
                unit: "rows/s"
            ),
            Measurement(
                name: "audit verified, \(rows) rows",
                ours: Double(rows) / verifying,
                floor: nil,
                unit: "rows/s"
            ),
            Measurement(
                name: "audit listed by pages, \(listed) rows",
                ours: Double(listed) / listing,
                floor: nil,
                unit: "rows/s"
            ),
        ]
    }
}
