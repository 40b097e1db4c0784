import HearthMemory

/// The demo's story, told chapter by chapter on a store that is empty at first.
struct DemoStory {
    let coordinator: MultiAgentMemoryCoordinator
    let household: Household
    var counts = DemoCounts()
    /// How many memories of others each agent sees by a share made in the story.
    var sharedByHand: [AgentID: Int] = [:]

    var user: UserID { household.user }

    /// Tells the whole story.
    static func tell(to coordinator: MultiAgentMemoryCoordinator, household: Household) async throws -> DemoReport {
        var story = DemoStory(coordinator: coordinator, household: household)
        var chapters: [DemoChapter] = []
        chapters.append(try await story.importing())
        chapters.append(try await story.storing())
        chapters.append(try await story.sharingByRule())
        chapters.append(try await story.sharingByHand())
        chapters.append(try await story.restricting())
        chapters.append(try await story.sealing())
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

    /// The code of the error that `body` throws; nil if it throws none.
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

/// A part of the demo's story: what happens, what is seen, and what must be true.
struct DemoChapter {
    var title: String
    /// What happens, for a person.
    var text: String
    /// What is seen.
    var table: Table?
    /// A text that is shown whole, under a caption.
    var quote: (caption: String, text: [Styled])?
    /// What must be true.
    private(set) var checks: [Check] = []

    /// A claim, and whether it holds.
    struct Check: Encodable {
        var claim: String
        var holds: Bool
        /// What was seen instead, if the claim does not hold.
        var instead: String?
    }

    init(_ title: String, _ text: String) {
        self.title = title
        self.text = text
    }

    /// Notes whether a claim holds.
    mutating func check(_ claim: String, _ holds: Bool, instead: @autoclosure () -> String? = nil) {
        checks.append(Check(claim: claim, holds: holds, instead: holds ? nil : instead()))
    }

    /// Notes whether two values agree.
    mutating func check<Value: Equatable>(_ claim: String, _ seen: Value, is expected: Value) {
        check(claim, seen == expected, instead: "\(seen), not \(expected)")
    }

    func render(on page: inout Page) {
        page.line(Styled(title, .heading))
        page.line(Styled(text))
        if let table {
            page.gap()
            page.table(table, none: "Nothing.")
        }
        if let quote {
            page.gap()
            page.line(Styled(quote.caption))
            page.block(quote.text, indent: Self.indent)
        }
        page.gap()
        if checks.count > Self.longestList, checks.allSatisfy(\.holds) {
            page.line(Styled("  ✓ ", .good), "all \(checks.count) checks of this hold")
        } else {
            for check in checks { Self.render(check, on: &page) }
        }
    }

    private static let indent = 2

    /// The most checks that are listed one by one if all of them hold.
    private static let longestList = 8

    private static func render(_ check: Check, on page: inout Page) {
        if check.holds {
            page.line(Styled("  ✓ ", .good), Styled(check.claim))
        } else {
            page.line(Styled("  ✗ ", .bad), Styled(check.claim), Styled(check.instead.map { ": \($0)" } ?? "", .bad))
        }
    }
}
