import HearthMemory

/// The demo's story, told chapter by chapter on a store that is empty in the beginning.
struct DemoStory {
    let coordinator: MultiAgentMemoryCoordinator
    let household: Household
    var counts = DemoCounts()
    /// How many memories of others each agent sees by a share made in the story.
    var sharedByHand: [AgentID: Int] = [:]

    var user: UserID { household.user }

    /// Tells everything.
    static func tell(to coordinator: MultiAgentMemoryCoordinator, household: Household) async throws -> DemoReport {
        var story = DemoStory(coordinator: coordinator, household: household)
        var chapters: [DemoChapter] = []
        chapters.append(try await story.importing())
        chapters.append(try await story.storing())
        chapters.append(try await story.sharingByRule())
        chapters.append(try await story.sharingByHand())
        chapters.append(try await story.restricting())
        chapters.append(try await story.searching())
        chapters.append(try await story.editing())
        chapters.append(try await story.deleting())
        chapters.append(try await story.settlingByStrategy())
        chapters.append(try await story.settlingByHand())
        chapters.append(try await story.leasing())
        chapters.append(try await story.rollingBack())
        chapters.append(try await story.slicing())
        chapters.append(try await story.checkingHealth())
        return DemoReport(chapters: chapters, counts: story.counts)
    }

    /// The code of the error that `body` throws; nil where it throws none.
    func refusal(of body: () async throws -> Void) async throws -> MemoryError.Code? {
        do {
            try await body()
            return nil
        } catch let error as MemoryError {
            return error.code
        }
    }

    /// Whether an agent finds a memory by its id.
    func mayRead(_ id: MemoryID, _ agent: AgentID) async throws -> Bool {
        try await refusal { _ = try await coordinator.memory(id, agentID: agent, userID: user) } != .memoryNotFound
    }
}
