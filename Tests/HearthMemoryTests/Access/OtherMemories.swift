import FoundationEssentials
import HearthMemory
import TestSupport

/// Words that memories and queries share, so that what is hidden would count where it counts at all.
enum Vocabulary {
    static let words = [
        "blue", "door", "garden", "kettle", "Marek", "birthday", "dentist", "window", "ladder", "tulips", "invoice",
        "train",
        "school", "violin", "paint", "harbour", "lemon", "winter", "bicycle", "password",
    ]

    static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 2...9, using: &random)).map { _ in words.randomElement(using: &random)! }
            .joined(separator: " ")
    }

    static func query(_ random: inout SeededGenerator) -> String {
        let text = text(&random).split(separator: " ").prefix(3).joined(separator: " ")
        switch random.next() % 6 {
        case 0: return "\"\(text)\""
        case 1: return "\(text.prefix(4))*"
        case 2: return "\(text) 1 January 2025"
        default: return text
        }
    }
}

/// What goes on out of Alden's sight: private memories of Sentry, Mimic and Alice, and memories of another user, Alden's
/// own for that user among them. About half of them are sensitive.
struct OtherMemories {
    /// How many calls were made.
    private(set) var count = 0
    private let coordinator: MultiAgentMemoryCoordinator
    private var random: SeededGenerator
    /// Memories that Alden may not see.
    private var hidden: [(id: MemoryID, owner: AgentID, user: UserID)] = []

    init(coordinator: MultiAgentMemoryCoordinator, seed: UInt64) {
        self.coordinator = coordinator
        random = SeededGenerator(seed: seed)
    }

    /// One of the memories that Alden may not see; nil where there is none.
    mutating func randomHidden() -> MemoryID? { hidden.randomElement(using: &random)?.id }

    mutating func act() async throws {
        count += 1
        do {
            try await deed()
        } catch is MemoryError {
            // What is done out of sight may fail.
        }
    }

    private mutating func deed() async throws {
        guard hidden.count > 4, Int.random(in: 0..<3, using: &random) > 0,
            let target = hidden.randomElement(using: &random)
        else { return try await store() }
        let service = coordinator.syncService
        switch Int.random(in: 0..<9, using: &random) {
        case 0...1:
            let change = MemoryChange(
                content: Vocabulary.text(&random),
                isSensitive: [true, false, nil].randomElement(using: &random)!
            )
            try await coordinator.updateMemory(target.id, agentID: target.owner, change: change, userID: target.user)
        case 2 where target.owner == "alice" && target.user == "iris":
            // Not by a sync: it would publish as well what Alice changed of a memory that Alden sees.
            let change = MemoryChange(content: Vocabulary.text(&random))
            try await coordinator.publishMemory(
                target.id,
                agentID: target.owner,
                change: change,
                userID: target.user,
                timeout: .zero
            )
        case 2: _ = try await service.syncAgentMemories(agentID: target.owner, userID: target.user)
        case 3: try await coordinator.deleteMemory(target.id, agentID: target.owner, userID: target.user)
        case 4: try await coordinator.restoreMemory(target.id, agentID: target.owner, userID: target.user)
        case 5:
            _ = try await service.acquireMemoryLock(
                memoryID: target.id,
                agentID: target.owner,
                waitForLock: false,
                userID: target.user
            )
        case 6 where random.next() % 8 == 0:
            _ = try await coordinator.eraseMemory(target.id, agentID: target.owner, userID: target.user)
        case 6:
            let other: AgentID = target.owner == "mimic" ? "sentry" : "mimic"
            try await coordinator.shareMemory(target.id, agentID: target.owner, with: [other], userID: target.user)
        case 7 where target.owner == "alice" && target.user == "iris":
            // Not by search: it would find what Alden sees as well, whose counts tell him that somebody reads it.
            _ = try await coordinator.memory(target.id, agentID: target.owner, userID: target.user)
        case 8:
            // For what nobody has. An administrator looks at the counts, which are written for that.
            _ = try await coordinator.searchAgentMemories(
                agentID: target.owner,
                userID: target.user,
                query: "quixzle",
                searchType: .keyword
            )
            if random.next() % 4 == 0 { _ = try await coordinator.analytics() }
        default:
            _ = try await coordinator.searchAgentMemories(
                agentID: target.owner,
                userID: target.user,
                query: Vocabulary.query(&random),
                includeSharedMemories: false
            )
        }
    }

    private mutating func store() async throws {
        let isOtherUsers = Int.random(in: 0..<3, using: &random) == 0
        let user: UserID = isOtherUsers ? "otto" : "iris"
        let owners: [AgentID] = isOtherUsers ? ["alden", "sentry", "alice"] : ["sentry", "mimic", "alice"]
        let owner = owners.randomElement(using: &random)!
        let category: MemoryCategory =
            owner == "sentry" ? .securityCredentials : [.general, .conversation].randomElement(using: &random)!
        let draft = MemoryDraft(
            content: Vocabulary.text(&random),
            category: category,
            tags: ["shared", Vocabulary.words[0]],
            importance: Double(random.next() % 5) / 4,
            isSensitive: Bool.random(using: &random)
        )
        let session: SessionID? = ["morning", "evening", nil].randomElement(using: &random)!
        if random.next() % 4 == 0 {
            // An identifier that Alden uses for Iris as well.
            let id = MemoryID(rawValue: "note-\(random.next() % 12)")
            let item = MemoryImport(id: id, userID: user, agentID: owner, sessionID: session, draft: draft)
            // Not of Alice's for Iris: where she edits what Alden shares with her, the identifier would then be her own memory's.
            let isAlices = owner == "alice" && user == "iris"
            if owner != "alden", !isAlices { _ = try await coordinator.importMemories([item]) }
            return
        }
        let ids = try await coordinator.storeAgentMemories(
            agentID: owner,
            userID: user,
            sessionID: session,
            [draft]
        )
        if owner != "alden" { hidden.append((ids[0], owner, user)) }
    }
}
