import FoundationEssentials
import HearthMemory

/// The data that the demo tells its story on: a fortnight of one user with four agents.
struct Household {
    /// The user they speak of.
    let user: UserID = "user_123"
    /// The agents whose memories they are, in the order in which they appear.
    let agents: [AgentID] = ["alden", "alice", "sentry", "mimic"]
    /// What each line of the files says, as far as the demo needs it.
    let lines: [Line]
    /// Who asks what, and what answers it.
    let questions: [Question]
    /// What two agents make of one memory at the same time.
    let edits: [Edit]
    private let directory: String

    /// A memory as its file has it.
    struct Line: Decodable {
        var id: MemoryID
        var agent: AgentID
        var session: SessionID
        var category: MemoryCategory
    }

    /// One question to the memories.
    struct Question: Decodable {
        enum Kind: String, Decodable {
            /// The words of the question are in the answer.
            case word
            /// They are not, though the answer means what the question asks for.
            case meaning
            /// They are not, and the built-in embedder may miss the likeness: the demo shows what it finds.
            case beyond
            /// Chinese or Japanese, where no spaces separate the words.
            case cjk
            /// The best answer is private to another agent.
            case restricted
        }

        var agent: AgentID
        var query: String
        var kind: Kind
        /// Whether only its meaning leads to the answer.
        var isByMeaning: Bool { kind == .meaning || kind == .beyond }
        /// Any of these among the first ten results answers it; empty if there is no answer.
        var expects: Set<MemoryID>
        /// None of these may come back, at any rank.
        var mustNotFind: Set<MemoryID>
    }

    /// One memory that two agents edit before either has synced.
    struct Edit: Decodable {
        /// Which of the three stories it is.
        enum Kind: String, Decodable {
            /// Each changes a sentence of its own.
            case disjoint
            /// Both change the same sentence.
            case overlapping
            /// One deletes what the other edits.
            case deleteEdit = "delete-edit"
        }

        /// What one agent makes of it.
        struct Side: Decodable {
            var agent: AgentID
            /// Nil if the agent deletes it.
            var content: String?
        }

        var story: Kind
        var memory: MemoryID
        /// Whom the owner shares it with first.
        var shareWith: [AgentID]
        /// What it says before.
        var base: String
        /// Who edits first.
        var a: Side
        /// Who edits after that.
        var b: Side
        /// What merging makes of it; nil if the engine chooses the order of the wordings.
        var merged: String?
        /// What the merged text must hold, each whole and exactly once.
        var keeps: [String]
    }

    /// Reads the household from a directory.
    init(directory: String) throws {
        self.directory = directory
        do {
            let decoder = JSONDecoder()
            lines = try agents.flatMap { agent in
                try Data(contentsOf: URL(filePath: Self.file(of: agent, in: directory)))
                    .split(separator: UInt8(ascii: "\n"))
                    .map { try decoder.decode(Line.self, from: $0) }
            }
            questions = try decoder.decode(
                [Question].self,
                from: Data(contentsOf: URL(filePath: directory + "/questions.json"))
            )
            edits = try decoder.decode([Edit].self, from: Data(contentsOf: URL(filePath: directory + "/edits.json")))
        } catch {
            throw CommandFailure(
                "The household of the demo does not read from \(directory); give the repository's Fixtures/household to --fixtures."
            )
        }
    }

    /// The memories of one agent, in the format of `hearth import`.
    func file(of agent: AgentID) -> String {
        Self.file(of: agent, in: directory)
    }

    /// The edits of one story.
    func edit(_ story: Edit.Kind) throws -> Edit {
        guard let edit = edits.first(where: { $0.story == story }) else {
            throw CommandFailure(
                "\(directory)/edits.json lacks the story \(story.rawValue); give the repository's Fixtures/household to --fixtures."
            )
        }
        return edit
    }

    private static func file(of agent: AgentID, in directory: String) -> String {
        "\(directory)/\(agent).jsonl"
    }

    /// Where the repository has it, relative to where this file was when it was compiled.
    static let defaultDirectory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(4).joined(separator: "/") + "/Fixtures/household"
}

extension Household {
    /// The owner of a memory in the files.
    func owner(of id: MemoryID) -> AgentID? {
        lines.first { $0.id == id }?.agent
    }

    /// How many memories of others a policy shows an agent, counted line by line and not by the engine.
    func sharedMemories(with agent: AgentID, under policy: SharingPolicy) -> Int {
        let rules = (policy.globalRules + policy.propagationRules).filter { $0.agents.contains(agent) }
        return lines.count { line in
            line.agent != agent
                && policy.restrictedCategories[line.agent]?.contains(line.category) != true
                && rules.contains { $0.categories.contains(line.category) }
        }
    }
}
