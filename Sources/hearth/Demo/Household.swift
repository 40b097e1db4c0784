import FoundationEssentials
import HearthMemory

/// The data that the demo tells its story on: a fortnight of one user with four agents.
struct Household {
    /// The user they speak of.
    let user: UserID = "user_123"
    /// Whose memories they are, in the order in which they come on.
    let agents: [AgentID] = ["alden", "alice", "sentry", "mimic"]
    /// What each line of the files says, as far as the demo has to know.
    let lines: [Line]
    /// Who asks what, and what answers it.
    let questions: [Question]
    private let directory: String

    /// A memory as its file has it.
    struct Line: Decodable {
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
            /// Chinese or Japanese, where words are not set apart.
            case cjk
            /// Another agent's own business would answer it best.
            case restricted
        }

        var agent: AgentID
        var query: String
        var kind: Kind
        /// Any of these among the first ten results answers it; empty where there is no answer.
        var expects: Set<MemoryID>
        /// None of these may come back, at any rank.
        var mustNotFind: Set<MemoryID>
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
        } catch {
            throw Refusal(
                "The household of the demo does not read from \(directory); give the repository's Fixtures/household to --fixtures."
            )
        }
    }

    /// The memories of one agent, in the format of `hearth import`.
    func file(of agent: AgentID) -> String {
        Self.file(of: agent, in: directory)
    }

    private static func file(of agent: AgentID, in directory: String) -> String {
        "\(directory)/\(agent).jsonl"
    }

    /// Where the repository has it, seen from where this file was when it was built.
    static let defaultDirectory =
        #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(4).joined(separator: "/") + "/Fixtures/household"
}

extension Household {
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
