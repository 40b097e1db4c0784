import FoundationEssentials
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules
@testable import HearthStore

@Suite struct LeaseRights {
    private let rules = AccessRules(
        policy: .hearthlink,
        priorities: Dictionary(
            uniqueKeysWithValues: (AgentProfile.hearthlink + [.system]).map { ($0.id, $0.priority) }
        )
    )

    @Test func `locking needs owner rights or a priority not below the owner's`() {
        let shared = AccessRules.Standing.shared(SharingContext(reason: .explicit, permission: .propose))
        for owner in AgentProfile.hearthlink {
            for agent in AgentProfile.hearthlink where agent.id != owner.id {
                let right = rules.leaseRight(of: agent.id, owner: owner.id, standing: shared)
                #expect(right == (agent.priority >= owner.priority ? .granted : .denied))
                #expect(rules.leaseRight(of: agent.id, owner: owner.id, standing: .none) == .unseen)
            }
            #expect(rules.leaseRight(of: owner.id, owner: owner.id, standing: .owner) == .granted)
            #expect(rules.leaseRight(of: "system", owner: owner.id, standing: .none) == .granted)
        }
    }

    @Test func `an agent leases what it sees, within its priority`() async throws {
        let leased = try await LeasedStore()
        let alices = try await leased.another(of: "alice")
        for agent: AgentID in ["alice", "sentry", "alden"] {
            let lock = try #require(try await leased.acquire(alices, as: agent))
            try await leased.store.releaseLease(lock)
        }
        for agent: AgentID in ["alice", "sentry", "mimic"] {
            await expect(.accessDenied) { try await leased.acquire(as: agent) }
        }
        try await leased.store.close()
    }

    @Test func `what an agent may not see is not found, and the attempt is audited`() async throws {
        let leased = try await LeasedStore()
        let hidden = try await leased.another(of: "mimic", shareWith: [])
        let before = try leased.audit().count
        await expect(.memoryNotFound) { try await leased.acquire(hidden, as: "alden") }
        await expect(.memoryNotFound) { try await leased.acquire("mem_none", as: "alden") }
        await expect(.accessDenied) { try await leased.acquire(as: "mimic") }
        #expect(try leased.audit().dropFirst(before) == ["refuse", "refuse"])
        try await leased.store.close()
    }

    @Test func `system may lease any memory and sees no more for it`() async throws {
        let leased = try await LeasedStore()
        _ = try #require(try await leased.acquire(as: "system"))
        await expect(.memoryNotFound) { try await leased.store.memory(leased.memory, as: "system") }
        await expect(.memoryNotFound) { try await leased.acquire("mem_none", as: "system") }
        try await leased.store.close()
    }

    @Test func `a memory past its own expiry is leased by its owner alone, who may extend it`() async throws {
        let leased = try await LeasedStore()
        let expiresAt = leased.clock.storeClock.now().date.addingTimeInterval(60)
        let memory =
            try await leased.store
            .store(
                [MemoryDraft(content: "The kettle is on.", expiresAt: expiresAt)],
                agentID: "alden",
                userID: leased.user
            )[0]
        try await leased.store.releaseLease(#require(try await leased.acquire(memory)))
        leased.clock.advance(by: .seconds(60))
        await expect(.memoryNotFound) { try await leased.acquire(memory, as: "alice") }
        await expect(.memoryNotFound) { try await leased.acquire(memory, as: "system") }
        #expect(try await leased.acquire(memory) != nil)
        try await leased.store.close()
    }
}
