import HearthMemory

/// The demo's story, told chapter by chapter on a store that is empty in the beginning.
struct Story {
    let coordinator: MultiAgentMemoryCoordinator
    let household: Household
    var counts = DemoCounts()
    /// How many memories of others each agent sees by a share made in the story.
    var sharedByHand: [AgentID: Int] = [:]

    var user: UserID { household.user }

    /// Tells everything.
    static func tell(to coordinator: MultiAgentMemoryCoordinator, household: Household) async throws -> DemoReport {
        var story = Story(coordinator: coordinator, household: household)
        var chapters: [Chapter] = []
        chapters.append(try await story.remembering())
        chapters.append(try await story.storing())
        chapters.append(try await story.sharingByRule())
        chapters.append(try await story.sharingByHand())
        chapters.append(try await story.keepingToOneself())
        chapters.append(try await story.asking())
        chapters.append(try await story.editing())
        chapters.append(try await story.deleting())
        chapters.append(try await story.disagreeing())
        chapters.append(try await story.deciding())
        chapters.append(try await story.leasing())
        chapters.append(try await story.goingBack())
        chapters.append(try await story.slicing())
        chapters.append(try await story.takingStock())
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

/// What the demo counted.
struct DemoCounts: Encodable {
    /// Memories in the store at the end.
    var memories = 0
    var sessions = 0
    /// Questions put, by outcome.
    var questions = Questions()
    /// What each agent may see.
    var slices: [AgentID: SliceCounts] = [:]
    /// What happened to memories that several agents edit.
    var edits = Edits()

    struct Questions: Encodable {
        var asked = 0
        var answered = 0
        /// By meaning, where the store searches by word only.
        var skipped = 0
    }

    struct Edits: Encodable {
        /// Drafts that a sync took up.
        var synced = 0
        /// Drafts that other edits contested.
        var conflicts = 0
        /// Conflicts that a person settled.
        var decisions = 0
        /// Leases that were acquired.
        var leases = 0
        var rollbacks = 0
    }
}

/// The whole demo.
struct DemoReport: Report {
    private let chapters: [Chapter]
    private let counts: DemoCounts

    init(chapters: [Chapter], counts: DemoCounts) {
        self.chapters = chapters
        self.counts = counts
    }

    private var checks: [Chapter.Check] { chapters.flatMap(\.checks) }
    private var failed: Int { checks.count { !$0.holds } }

    /// Whether all is as the story says.
    var passed: Bool { failed == 0 }

    private enum CodingKeys: String, CodingKey { case passed, counts, checks }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(passed, forKey: .passed)
        try container.encode(counts, forKey: .counts)
        try container.encode(checks, forKey: .checks)
    }

    func render(on page: inout Page) {
        for chapter in chapters {
            chapter.render(on: &page)
            page.gap()
        }
        if passed {
            page.line(Styled("All \(checks.count) checks hold.", .good))
        } else {
            page.line(Styled("\(failed) of \(checks.count) checks do not hold.", .bad))
        }
    }
}
