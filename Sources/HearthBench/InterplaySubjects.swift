import HearthMemory

/// Who does what to the files of the interplay benchmarks.
enum Interplay {
    static let user: UserID = "user-0"
    static let otherUser: UserID = "user-1"
    static let owner: AgentID = "alden"
    /// An agent that sees the owner's memories.
    static let reader: AgentID = "alice"
    /// Memories to a session.
    static let sessionLength = 20
    /// Memories to a transaction where the file is filled without shares by call.
    static let batch = 1_000

    static func name(_ number: Int) -> String { "mem-\(number)" }
}

/// A store that is searched and written: ours, or one that is made of stock SQLite.
protocol InterplaySubject: SendableMetatype {
    func search(_ query: String, as agent: AgentID) async throws
    func store(_ content: String, for user: UserID) async throws
    func read(_ number: Int, as agent: AgentID) async throws
}

/// Our store. It is opened once and used by one process.
struct OurSubject: InterplaySubject {
    let coordinator: MultiAgentMemoryCoordinator

    init(path: String) async throws {
        coordinator = try await .benchmark(path)
        try await coordinator.registerAgent(Interplay.reader)
    }

    func search(_ query: String, as agent: AgentID) async throws {
        _ = try await coordinator.searchAgentMemories(agentID: agent, userID: Interplay.user, query: query)
    }

    func store(_ content: String, for user: UserID) async throws {
        try await coordinator.storeAgentMemory(agentID: Interplay.owner, userID: user, content: content)
    }

    func read(_ number: Int, as agent: AgentID) async throws {
        _ = try await coordinator.memory(MemoryID(rawValue: Interplay.name(number)), agentID: agent)
    }

    /// Stores memories that the reader sees by the policy's rule.
    func fill(_ texts: [String], for user: UserID) async throws {
        for start in stride(from: 0, to: texts.count, by: Interplay.batch) {
            _ = try await coordinator.importMemories(
                (start..<min(start + Interplay.batch, texts.count))
                    .map { number in
                        MemoryImport(
                            id: MemoryID(rawValue: (user == Interplay.user ? "" : "other-") + Interplay.name(number)),
                            userID: user,
                            agentID: Interplay.owner,
                            sessionID: SessionID(rawValue: "session-\(number / Interplay.sessionLength)"),
                            draft: MemoryDraft(content: texts[number], category: .knowledge)
                        )
                    }
            )
        }
    }

    /// Stores memories that the reader sees because each is shared with it.
    func fillShared(_ texts: [String]) async throws {
        for start in stride(from: 0, to: texts.count, by: Interplay.sessionLength) {
            _ = try await coordinator.storeAgentMemories(
                agentID: Interplay.owner,
                userID: Interplay.user,
                sessionID: SessionID(rawValue: "session-\(start / Interplay.sessionLength)"),
                texts[start..<min(start + Interplay.sessionLength, texts.count)]
                    .map { MemoryDraft(content: $0, category: .conversation) },
                shareWithAgents: [Interplay.reader]
            )
        }
    }
}

/// The same of stock SQLite. Its reader searches what is shared with it where anything is, and leaves an audit row.
struct StockSubject: InterplaySubject {
    let hybrid: StockHybrid
    var isShared = false
    /// What the identifiers of this process begin with.
    private let process = ProcessMemory.identifier

    init(path: String, isShared: Bool = false) throws {
        hybrid = try StockHybrid(path: path)
        self.isShared = isShared
    }

    func search(_ query: String, as agent: AgentID) async throws {
        let isReader = agent == Interplay.reader
        _ = try await hybrid.search(
            query,
            scope: Interplay.user.rawValue,
            sharedWith: isReader && isShared ? agent.rawValue : nil
        )
        if isReader { try hybrid.note(agent.rawValue) }
    }

    func store(_ content: String, for user: UserID) async throws {
        try await hybrid.store([("\(process)-\(content)", content)], scope: user.rawValue)
    }

    func read(_ number: Int, as agent: AgentID) async throws {
        try hybrid.read(Interplay.name(number))
        if agent == Interplay.reader { try hybrid.note(agent.rawValue) }
    }

    func fill(_ texts: [String], for user: UserID) async throws {
        let names = texts.indices.map { (user == Interplay.user ? "" : "other-") + Interplay.name($0) }
        for start in stride(from: 0, to: texts.count, by: Interplay.batch) {
            let range = start..<min(start + Interplay.batch, texts.count)
            try await hybrid.store(
                range.map { (names[$0], texts[$0]) },
                scope: user.rawValue,
                sharedWith: user == Interplay.user ? Interplay.reader.rawValue : nil
            )
        }
    }
}
