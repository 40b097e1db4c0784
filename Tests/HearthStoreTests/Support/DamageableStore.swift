import Foundation
import Glibc
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A closed file with something in every table, for tests that damage copies of it.
struct DamageableStore {
    let directory: TemporaryDirectory
    let original: String
    let ids: [MemoryID]
    let user: UserID
    /// Every state in which an agent could ever see one of the memories.
    let known: Set<Fields>

    /// What a digest covers of what a host sees of a version.
    struct Fields: Hashable {
        var id: VersionID
        var content: String
        var category: MemoryCategory
        var tags: [String]
        var importance: Double
        var confidence: Double
        var metadata: [String: String]
        var expiresAt: Date?

        init(_ memory: Memory) {
            id = memory.versionID
            content = memory.content
            category = memory.category
            tags = memory.tags
            importance = memory.importance
            confidence = memory.confidence
            metadata = memory.metadata
            expiresAt = memory.expiresAt
        }
    }

    /// - Parameter keepsLog: Whether what was written stays in the write-ahead log beside the file.
    init(keepsLog: Bool = false) async throws {
        directory = try TemporaryDirectory()
        original = directory.file("original.db")
        let working = directory.file("working.db")
        let shared = try await SharedStore(.file(working))
        user = shared.user
        var known: Set<Fields> = []
        var ids: [MemoryID] = []
        func note() async {
            for id in ids {
                for agent: AgentID in ["alden", "alice", "sentry"] {
                    if let memory = try? await shared.store.memory(id, as: agent) { known.insert(Fields(memory)) }
                }
            }
        }
        // A conflict that waits for a person, with every step noted.
        let conflicted = try await shared.memory("The door is shut.", of: "sentry", shareWith: ["alden"])
        ids.append(conflicted)
        await note()
        try await shared.edit(conflicted, as: "sentry", content: "The door is open.")
        await note()
        try await shared.edit(conflicted, as: "alden", content: "The door is locked.")
        await note()
        try await shared.sync("sentry")
        await note()
        try await shared.sync("alden")
        await note()
        let session = try await shared.store.createSession(userID: shared.user, agentID: "alden")
        let tea = MemoryDraft(content: "Tea on 7 May 2023 at four", tags: ["tea"], metadata: ["cup": "blue"])
        ids += try await shared.store.store([tea], agentID: "alden", userID: shared.user, sessionID: session)
        let edited = try await shared.memory("The door is shut.", tags: ["door"])
        ids.append(edited)
        await note()
        try await shared.edit(edited, as: "alden", content: "The door is ajar.", importance: 0.9)
        await note()
        let passing = MemoryDraft(content: "Ask about the tea.", type: .working)
        ids += try await shared.store.store([passing], agentID: "alden", userID: shared.user)
        await note()
        let deleted = try await shared.memory("Gone.")
        ids.append(deleted)
        await note()
        try await shared.store.delete(deleted, as: "alden")
        try await shared.sync("alden")
        await note()
        try await shared.edit(edited, as: "alice", content: "The door is locked.")
        _ = try await shared.lock(edited, as: "alden")
        await note()
        self.ids = ids
        self.known = known
        if keepsLog { try Self.copyOpenFile(working, to: original) }
        try await shared.store.close()
        if !keepsLog { try Self.copy(working, to: original) }
    }

    /// Copies a file that is open here, through a process of its own: this one would lose its locks on closing it.
    private static func copyOpenFile(_ path: String, to copy: String) throws {
        for suffix in ["", "-wal"] {
            let (end, _) = try ChildProcess.run(["cp", path + suffix, copy + suffix], collecting: 1)
            try #require(end.status == 0 && !end.wasKilled)
        }
    }

    /// Copies a closed file, with its log if it has one.
    static func copy(_ original: String, to path: String) throws {
        unlink(path + "-shm")
        for suffix in ["", "-wal"] {
            unlink(path + suffix)
            if let bytes = FileManager.default.contents(atPath: original + suffix) {
                try bytes.write(to: URL(filePath: path + suffix))
            }
        }
    }
}

extension DamageableStore {
    /// Makes every kind of call to a damaged file: each answers or throws.
    func useEverything(_ path: String) async {
        let clock = TestClock()
        clock.advance(by: .seconds(60))
        guard let shared = try? await SharedStore(.file(path), clock: clock) else { return }
        let store = shared.store
        let calls: [() async throws -> Void] = [
            { _ = try await store.healthCheck() },
            { _ = try await store.verify() },
            { _ = try await store.syncStatistics() },
            { _ = try store.agents() },
            { _ = try await store.pendingConflicts() },
            { _ = try store.pendingNotifications() },
            { _ = try await store.search("door tea 7 May 2023", as: "alden", userID: shared.user) },
            { _ = try await store.search("door", as: "alice", userID: shared.user, type: .keyword) },
            { _ = try await store.browse(as: "alden", userID: shared.user) },
            { _ = try await store.slice(of: "alice", userID: shared.user) },
            { _ = try await store.context("door", as: "alden", userID: shared.user, budget: 1_000) },
            { _ = try await store.count(as: "alden", userID: shared.user) },
            { _ = try await store.tags(as: "alden", userID: shared.user) },
            { _ = try await store.sessions(as: "alden", userID: shared.user) },
            { _ = try await store.drafts(of: "alden", userID: shared.user) },
            { _ = try await store.deleted(of: "alden", userID: shared.user) },
            { _ = try await store.foldedMemories(of: "alden", userID: shared.user) },
            { _ = try await store.userSummaries() },
            { _ = try await store.owners(userID: nil) },
            { _ = try await store.allocation(userID: shared.user, agentID: nil) },
            { _ = try await store.allocation(userID: shared.user, agentID: "alden") },
            { _ = try await store.metricReadings().map(\.total) },
            { _ = try store.crossAgentShares() },
            { _ = try await store.analytics() },
            { _ = try await store.importanceSuggestions() },
            { _ = try await store.applyImportances(store.importanceSuggestions()) },
            { _ = try await store.auditEntries(matching: AuditFilter(), limit: 100) },
            { _ = try await store.verifyAudit(anchor: nil) },
            { _ = try await store.export { _ in } },
            { _ = try await store.embeddingStatus() },
            { _ = try await store.maintain(MaintenanceRequest(isDryRun: true)) },
            { _ = try await store.rebuildEmbeddings(all: true) },
            { _ = try await shared.memory("Another.") },
            { try await shared.sync("alice", force: true) },
        ]
        for call in calls { try? await call() }
        for id in ids {
            _ = try? await store.memory(id, as: "alden")
            _ = try? await store.history(of: id, as: "alden")
            let lock = try? await shared.lock(id, as: "alden")
            _ = try? await shared.edit(id, as: "alden", content: "Words \(id)", lock: lock)
            if let lock { _ = try? await store.renewLease(lock, for: .seconds(60)) }
            _ = try? await store.releaseLease(on: id, as: "alden")
            _ = try? await shared.edit(id, as: "alden", content: "More words")
        }
        _ = try? await shared.sync("alden")
        for id in ids {
            _ = try? await store.delete(id, as: "alden")
            _ = try? await store.restore(id, as: "alden")
        }
        _ = try? await store.maintain(MaintenanceRequest())
        _ = try? await store.healthCheck()
        try? await store.close()
    }
}
