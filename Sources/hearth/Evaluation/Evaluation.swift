import HearthMemory

/// Stores a collection and asks its questions, all through the calls that a host has.
struct Evaluation {
    /// The agent that stores and asks everything: sharing is not what is measured.
    static let agent: AgentID = "alden"

    /// How many memories one transaction stores.
    private static let batch = 500

    let data: EvaluationData
    let coordinator: MultiAgentMemoryCoordinator

    /// Stores every document as a memory of its user, with its session and its time.
    func store(progress: ProgressLine) async throws {
        defer { progress.clear() }
        let memories = try data.documents.enumerated()
            .map { index, document in
                let draft = MemoryDraft(content: document.text, createdAt: document.createdAt)
                try draft.validate()
                return MemoryImport(
                    id: Self.id(of: index),
                    userID: document.user,
                    agentID: Self.agent,
                    sessionID: document.session,
                    draft: draft
                )
            }
        for start in stride(from: 0, to: memories.count, by: Self.batch) {
            let end = min(start + Self.batch, memories.count)
            _ = try await coordinator.importMemories(Array(memories[start..<end]))
            progress.show("Storing: \(end) of \(memories.count)")
        }
    }

    /// Makes the vectors that an embedder outside the process has not made yet.
    func embed(progress: ProgressLine) async throws {
        defer { progress.clear() }
        let count = data.documents.count
        try await coordinator.rebuildEmbeddings { done in
            // The line is drawn by one task, one batch after the other.
            Console.error.redraw("Embedding: \(done) of \(count)")
        }
    }

    /// Asks every question among its user's memories.
    ///
    /// Each user's first question is asked once beforehand, so that what is measured is a store in use and not one just
    /// opened.
    func ask(_ type: SearchType, limit: Int, progress: ProgressLine) async throws -> EvaluationReport {
        defer { progress.clear() }
        var known: Set<UserID> = []
        for question in data.questions where known.insert(question.user).inserted {
            _ = try await search(question, type, limit: limit)
        }
        let clock = ContinuousClock()
        var answers: [(found: [Int], relevant: Set<Int>)] = []
        var durations: [Duration] = []
        for question in data.questions {
            let start = clock.now
            let found = try await search(question, type, limit: limit)
            durations.append(clock.now - start)
            answers.append((found.map { Self.index(of: $0.memory.id) }, question.relevant))
            progress.show("Asking: \(answers.count) of \(data.questions.count)")
        }
        return EvaluationReport(
            metrics: RetrievalMetrics(of: answers),
            latency: Percentiles(of: durations),
            documents: data.documents.count,
            unanswerable: data.unanswerable
        )
    }

    private func search(
        _ question: EvaluationData.Question,
        _ type: SearchType,
        limit: Int
    ) async throws -> [MemorySearchResult] {
        try await coordinator.searchAgentMemories(
            agentID: Self.agent,
            userID: question.user,
            query: question.text,
            searchType: type,
            limit: limit
        )
    }

    /// Documents are numbered, because those of two users may have the same identifier.
    private static func id(of index: Int) -> MemoryID { MemoryID(rawValue: "\(index)") }

    private static func index(of id: MemoryID) -> Int { Int(id.rawValue) ?? -1 }
}
