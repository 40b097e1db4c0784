import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// A store of random history, and its exports.
struct ExchangedStore {
    let directory: TemporaryDirectory
    let provider: MemoryKeyProvider
    let shared: SharedStore
    var store: MemoryStore { shared.store }

    init(provider: MemoryKeyProvider = MemoryKeyProvider(), clock: TestClock = TestClock()) async throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        self.provider = provider
        shared = try await SharedStore(.file(directory.file("store.db")), clock: clock, embeds: false) { options in
            options.keyProvider = provider
        }
    }

    /// The lines of an export.
    func exported(user: UserID? = nil, sensitive: Bool = true) async throws -> [String] {
        let path = directory.file("export-\(UUID().uuidString)")
        _ = try await store.export(userID: user, includesSensitive: sensitive, toFile: path)
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Writes lines to a file.
    func file(_ lines: [String]) throws -> String {
        let path = directory.file("lines-\(UUID().uuidString)")
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
        return path
    }

    @discardableResult
    func imported(_ lines: [String], allowErased: Bool = false) async throws -> ImportReport {
        try await store.importExport(from: file(lines), allowErased: allowErased)
    }

    /// Fills the store by random calls.
    func fill(_ generator: inout SeededGenerator, steps: Int = 60) async throws {
        let agents: [AgentID] = ["alden", "alice", "sentry", "mimic"]
        let users: [UserID] = ["iris", "ömer", "user_123"]
        var memories: [(id: MemoryID, owner: AgentID, user: UserID)] = []
        for step in 0..<steps {
            shared.clock.advance(by: .milliseconds(Int.random(in: 1...90_000, using: &generator)))
            let agent = agents.randomElement(using: &generator) ?? "alden"
            let known = memories.randomElement(using: &generator)
            switch known == nil ? 0 : Int.random(in: 0...11, using: &generator) {
            case 0...3:
                let user = users.randomElement(using: &generator) ?? "iris"
                var draft = MemoryDraft(content: "memory \(step) " + generator.text(upTo: 40))
                draft.category = [.general, .preference, .alert, "odd"].randomElement(using: &generator) ?? .general
                draft.tags = ["a", "b", "ç\(step)"].filter { _ in Bool.random(using: &generator) }
                draft.importance = Double.random(in: 0...1, using: &generator)
                draft.metadata = Bool.random(using: &generator) ? ["k": generator.text(upTo: 5)] : [:]
                draft.isSensitive = Int.random(in: 0..<4, using: &generator) == 0
                draft.provenance = Bool.random(using: &generator) ? Provenance(origin: .tool, name: "web") : nil
                let session: SessionID? = Bool.random(using: &generator) ? SessionID(rawValue: "s\(step % 3)") : nil
                let others = agents.filter { $0 != agent && Bool.random(using: &generator) }
                let parent = memories.last { $0.owner == agent && $0.user == user }?.id
                if let parent, (try? await store.memory(parent, as: agent)) != nil { draft.parentID = parent }
                let ids = try await store.store(
                    [draft],
                    agentID: agent,
                    userID: user,
                    sessionID: session,
                    shareWith: others
                )
                memories.append((ids[0], agent, user))
            default:
                guard let known else { continue }
                try await change(known.id, owner: known.owner, user: known.user, by: agent, step, &generator)
            }
        }
    }

    /// A random call on a memory. One that is refused changes nothing.
    private func change(
        _ id: MemoryID,
        owner: AgentID,
        user: UserID,
        by agent: AgentID,
        _ step: Int,
        _ generator: inout SeededGenerator
    ) async throws {
        do {
            switch Int.random(in: 0...9, using: &generator) {
            case 0...3: try await shared.edit(id, as: agent, content: "edit \(step) by \(agent)")
            case 4: try await shared.edit(id, as: owner, tags: ["t\(step)"], importance: 0.25)
            case 5: _ = try await store.sync(agent, userID: user)
            case 6: try await store.share(id, as: owner, with: [agent])
            case 7: try await store.revokeShare(id, as: owner, from: [agent])
            case 8: try await store.delete(id, as: owner, lock: shared.lock(id, as: owner))
            default: _ = try await store.memory(id, as: agent)
            }
        } catch is MemoryError {
        }
    }
}
