import FoundationEssentials
import HearthRules
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What an agent that may propose can do to another's memory, and what only the owner can.
@Suite struct Proposals {
    private func time(_ seconds: Double, after shared: SharedStore) -> Date {
        shared.clock.storeClock.now().date.addingTimeInterval(seconds)
    }

    @Test func `nobody but the owner sets, shortens, extends or removes an expiry`() async throws {
        let shared = try await SharedStore(embeds: false)
        let expiry = time(1_000, after: shared)
        let draft = MemoryDraft(content: "One.", expiresAt: expiry)
        let id = try await shared.store.store([draft], agentID: "alice", userID: shared.user, shareWith: ["alden"])[0]
        // Alden's priority is the higher one, so it may also take the lease.
        let lock = try #require(try await shared.lock(id, as: "alden"))
        for other: Date? in [time(1, after: shared), time(10_000, after: shared), time(-1, after: shared), nil] {
            let change = MemoryChange(tags: ["a"], expiresAt: .some(other))
            for lock in [nil, lock] {
                await expect(.accessDenied) {
                    try await shared.store.update(id, as: "alden", change: change, lock: lock)
                }
            }
        }
        // A form that sends back what it was given is no change.
        let form = MemoryChange(tags: ["a"], expiresAt: .some(expiry))
        try await shared.store.update(id, as: "alden", change: form, lock: lock)
        let seen = try await shared.store.memory(id, as: "alice")
        #expect(seen.tags == ["a"] && seen.expiresAt == expiry)
        #expect(try shared.audit().count { $0 == "refuse" } == 8)
    }

    @Test func `a draft that holds an expiry is refused when it is to be published, and hides nothing`() async throws {
        let shared = try await SharedStore(embeds: false)
        let id = try await shared.memory("One.")
        // As an earlier version of the engine let it be drafted.
        try await shared.draft(
            FieldChange(tags: ["a"], expiresAt: time(10, after: shared).timestamp),
            of: id,
            as: "alice"
        )
        for elapsed in [0, 20] {
            shared.clock.advance(by: .seconds(elapsed))
            let result = try await shared.sync("alice")
            #expect(result.successfulSyncs == 0 && result.errors.count == 1, "\(result)")
            #expect(try await shared.store.memory(id, as: "alden").tags == [])
            #expect(try await shared.store.memory(id, as: "alice").tags == ["a"])
        }
        let lock = try #require(try await shared.lock(id, as: "alden"))
        try await shared.store.releaseLease(lock)
        try await shared.store.discardDraft(of: id, as: "alice")
        #expect(try await shared.sync("alice").errors == [])
        #expect(try await shared.store.memory(id, as: "alice").expiresAt == nil)
    }

    @Test(arguments: ConflictResolution.allCases)
    func `an expiry that was proposed before it was refused settles no conflict`(
        strategy: ConflictResolution
    ) async throws {
        let shared = try await SharedStore.settlingAldens(by: .manualReview)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Alice's.", importance: 1)
        try await shared.edit(id, as: "alden", content: "Alden's.", importance: 0.1)
        try await shared.sync("alden")
        try await shared.sync("alice")
        try await shared.publishOver(id, as: "alice") { $0.expiresAt = try time(10, after: shared).timestamp }
        let conflict = try #require(try await shared.store.pendingConflicts().first)
        let alices = try #require(conflict.versions.first { $0.expiresAt != nil })
        let decision = strategy == .manualReview ? ManualDecision.keep(alices.id) : nil
        try await shared.store.resolve(conflict.id, as: "system", strategy: strategy, decision: decision)
        #expect(try await shared.store.memory(id, as: "alden").expiresAt == nil)
        #expect(try await shared.store.verify().isSound)
    }

    @Test func `the owner may keep an edit with the expiry that it proposes`() async throws {
        let shared = try await SharedStore.settlingAldens(by: .manualReview)
        let id = try await shared.memory("One.")
        try await shared.edit(id, as: "alice", content: "Alice's.")
        try await shared.edit(id, as: "alden", content: "Alden's.")
        try await shared.sync("alden")
        try await shared.sync("alice")
        let expiry = time(10, after: shared)
        try await shared.publishOver(id, as: "alice") { $0.expiresAt = try expiry.timestamp }
        let conflict = try #require(try await shared.store.pendingConflicts().first)
        let alices = try #require(conflict.versions.first { $0.expiresAt != nil })
        try await shared.store.resolve(conflict.id, as: "alden", decision: .keep(alices.id))
        #expect(try await shared.store.memory(id, as: "alden").expiresAt == expiry)
    }

    @Test func `a critical agent that rolls back leaves the expiry as the owner has it`() async throws {
        let shared = try await SharedStore(embeds: false)
        let draft = MemoryDraft(content: "One.", expiresAt: time(10, after: shared))
        let id = try await shared.store.store([draft], agentID: "alden", userID: shared.user)[0]
        let first = try await shared.store.history(of: id, as: "alden")[0].id
        try await shared.store.update(id, as: "alden", change: MemoryChange(content: "Two.", expiresAt: .some(nil)))
        try await shared.sync("alden")
        let seen = try await shared.store.rollback(id, to: first, as: "system")
        #expect(seen.content == "One." && seen.expiresAt == nil)
    }
}

extension Date {
    fileprivate var timestamp: Timestamp {
        get throws { try Timestamp(self, name: "time") }
    }
}

extension SharedStore {
    /// Writes a draft without asking whether the agent may make it.
    fileprivate func draft(_ change: FieldChange, of id: MemoryID, as agent: AgentID) async throws {
        try await store.writePublishing { context in
            guard let record = try MemoryRecord.find(id, in: context.snapshot) else {
                throw MemoryError.memoryNotFound(id)
            }
            let agent = try context.directory.agent(agent).key
            _ = try DraftWriter(context).amend(change, over: nil, of: record, by: agent)
        }
    }

    /// Publishes an edit of the agent's own version, which waits in a conflict, without asking whether it may.
    fileprivate func publishOver(
        _ id: MemoryID,
        as agent: AgentID,
        _ change: @escaping @Sendable (inout MemoryFields) throws -> Void
    ) async throws {
        try await store.writePublishing { context in
            guard let record = try MemoryRecord.find(id, in: context.snapshot) else {
                throw MemoryError.memoryNotFound(id)
            }
            let versions = try VersionReader(of: record, in: context.snapshot).all().map(\.version)
            guard let own = versions.last(where: { $0.author == agent }) else { throw MemoryError.memoryNotFound(id) }
            var fields = own.fields
            try change(&fields)
            let version = Version(
                memoryID: id,
                parents: [own.id],
                author: agent,
                node: context.transaction.state.node,
                time: context.transaction.nextTime(at: context.now),
                fields: fields,
                number: own.number + 1
            )
            _ = try context.publish(version, of: record)
        }
    }
}
