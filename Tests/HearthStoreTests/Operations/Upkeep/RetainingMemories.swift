import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules
@testable import HearthStore

/// What goes when its days, its expiry or its place among the working memories are over.
@Suite struct RetainingMemories {
    @Test func `each agent's memories are kept for its own days, to the moment`() async throws {
        let upkeep = try await UpkeepStore()
        let days: [AgentID: Int] = ["mimic": 30, "alice": 60, "alden": 90, "sentry": 180]
        var ids: [AgentID: MemoryID] = [:]
        for agent in days.keys { ids[agent] = try await upkeep.memory("Of \(agent)", of: agent) }
        var passed = 0
        for (agent, limit) in days.sorted(by: { $0.value < $1.value }) {
            upkeep.shared.clock.advance(by: .seconds((limit - passed) * 86_400 - 1))
            try await upkeep.maintain()
            let id = try #require(ids[agent])
            #expect(await upkeep.exists(id, as: agent))
            upkeep.shared.clock.advance(by: .seconds(1))
            passed = limit
            let report = try await upkeep.maintain()
            #expect(report[.retention]?.affected == 1 && report[.retention]?.agents == [agent: 1])
            #expect(!(await upkeep.exists(id, as: agent)))
        }
        #expect(try await upkeep.store.verify().findings == [])
    }

    @Test func `an edit counts from when it was published, and a new profile from the next cycle on`() async throws {
        let upkeep = try await UpkeepStore()
        let id = try await upkeep.memory("Edited")
        upkeep.pass(days: 20)
        try await upkeep.maintain()
        try await upkeep.shared.edit(id, as: "mimic", content: "Edited again")
        try await upkeep.shared.sync("mimic")
        upkeep.pass(days: 29)
        #expect(try await upkeep.maintain()[.retention]?.affected == 0)
        #expect(await upkeep.exists(id))
        var profile = AgentProfile.mimic
        profile.retention = .seconds(3_600)
        try await upkeep.store.setProfiles([profile])
        #expect(try await upkeep.maintain()[.retention]?.affected == 1)
        #expect(!(await upkeep.exists(id)))
    }

    @Test func `a memory of importance 0.8 stays until an edit makes it less important`() async throws {
        let upkeep = try await UpkeepStore()
        let id = try await upkeep.memory("Important", importance: 0.8)
        upkeep.pass(days: 200)
        let report = try await upkeep.maintain()
        #expect(report[.retention]?.examined == 1 && report[.retention]?.affected == 0)
        #expect(try await upkeep.maintain()[.retention]?.examined == 0)
        try await upkeep.shared.edit(id, as: "mimic", importance: 0.5)
        try await upkeep.shared.sync("mimic")
        upkeep.pass(days: 29.9)
        try await upkeep.maintain()
        #expect(await upkeep.exists(id))
        upkeep.pass(days: 0.2)
        try await upkeep.maintain()
        #expect(!(await upkeep.exists(id)))
    }

    @Test func `what is under a lease, has a draft or is in a conflict stays until that is over`() async throws {
        let upkeep = try await UpkeepStore()
        let leased = try await upkeep.memory("Leased")
        let drafted = try await upkeep.memory("Drafted")
        let (conflicting, conflict) = try await upkeep.shared.waitingConflict()
        upkeep.pass(days: 400)
        _ = try await upkeep.shared.lock(leased, as: "mimic", for: .seconds(3_600))
        try await upkeep.shared.edit(drafted, as: "mimic", content: "Drafted still")
        let report = try await upkeep.maintain()
        #expect(report[.retention]?.affected == 0 && report[.retention]?.kept == 3)
        #expect(await upkeep.exists(leased))
        #expect(await upkeep.exists(drafted))
        #expect(await upkeep.exists(conflicting, as: "sentry"))
        _ = try await upkeep.store.releaseLease(on: leased, as: "mimic")
        try await upkeep.store.discardDraft(of: drafted, as: "mimic")
        upkeep.shared.clock.advance(by: MaintenanceCycle.delayInUse)
        #expect(try await upkeep.maintain()[.retention]?.agents == ["mimic": 2])
        _ = try await upkeep.store.resolve(conflict.id, as: "system", strategy: .latestWins)
        upkeep.pass(days: 181)
        #expect(try await upkeep.maintain()[.retention]?.agents == ["sentry": 1])
    }

    @Test func `an expired memory can be extended until upkeep takes it, and restored until it is purged`() async throws
    {
        let upkeep = try await UpkeepStore()
        let end = upkeep.shared.clock.storeClock.now().advanced(by: .seconds(60))
        let extended = try await upkeep.memory("Extended", expiresAt: end)
        let taken = try await upkeep.memory("Taken", expiresAt: end)
        upkeep.shared.clock.advance(by: .seconds(59))
        #expect(try await upkeep.maintain()[.expiry]?.examined == 0)
        upkeep.shared.clock.advance(by: .seconds(1))
        let lock = try await upkeep.shared.lock(extended, as: "mimic")
        let change = MemoryChange(expiresAt: .some(nil))
        _ = try await upkeep.store.update(extended, as: "mimic", change: change, lock: lock)
        let report = try await upkeep.maintain()
        #expect(report[.expiry]?.affected == 1 && report[.expiry]?.samples == ["mimic": [taken]])
        #expect(await upkeep.exists(extended))
        let restored = try await upkeep.store.restore(taken, as: "mimic")
        #expect(restored.content == "Taken" && restored.expiresAt == nil)
        #expect(try await upkeep.store.history(of: taken, as: "mimic").map(\.author) == ["mimic", "system", "mimic"])
        #expect(try await upkeep.maintain()[.expiry]?.examined == 0)
    }

    @Test func `beyond the limit the oldest and least important working memories go, and others are left`() async throws
    {
        let upkeep = try await UpkeepStore()
        var ids: [MemoryID] = []
        for index in 0..<40 {
            ids.append(try await upkeep.memory("Step \(index)", type: .working, importance: Double(index % 3) / 10))
            upkeep.shared.clock.advance(by: .seconds(60))
        }
        let other = try await upkeep.memory("Not working")
        let (order, count) = try upkeep.store.read { snapshot in
            let working = try #require(
                try WorkingMemories.excessive(directory: snapshot.directory, in: snapshot.connection).first
            )
            return try working.excess(
                at: snapshot.clock.now(),
                directory: snapshot.directory,
                in: snapshot.connection
            )
        }
        #expect(count == 15)
        let report = try await upkeep.maintain(.workingMemory)
        #expect(report[.workingMemory]?.affected == 15)
        for (place, memory) in order.enumerated() { #expect(await upkeep.exists(memory.id) == (place >= 15)) }
        #expect(await upkeep.exists(other))
        #expect(try await upkeep.maintain(.workingMemory)[.workingMemory]?.examined == 0)
        #expect(try await upkeep.store.verify().findings == [])
    }

    @Test func `a limit of nothing, and one above what there is`() async throws {
        var profile = AgentProfile.mimic
        profile.workingMemoryLimit = 0
        let upkeep = try await UpkeepStore()
        for index in 0..<3 { _ = try await upkeep.memory("Step \(index)", type: .working) }
        #expect(try await upkeep.maintain()[.workingMemory]?.affected == 0)
        try await upkeep.store.setProfiles([profile])
        #expect(try await upkeep.maintain()[.workingMemory]?.affected == 3)
    }

    @Test func `deletions leave audit rows without contents, one for a batch`() async throws {
        let upkeep = try await UpkeepStore()
        for index in 0..<5 { _ = try await upkeep.memory("Secret \(index)") }
        upkeep.pass(days: 31)
        try await upkeep.maintain()
        let rows = try upkeep.store.read {
            try $0.connection.rows(
                "SELECT detail, memories FROM audit WHERE action = 'maintain'",
                as: { ($0.string(0), $0.string(1)) }
            )
        }
        #expect(rows.count == 1)
        #expect(rows.first?.0 == #"{"step":"retention"}"#)
        #expect(rows.first?.1.split(separator: ",").count == 5)
    }
}
