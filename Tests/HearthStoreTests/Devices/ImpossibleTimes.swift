import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Times that no store takes, in facts that another device signed.
@Suite struct ImpossibleTimes {
    private static let impossible: [Int64] = [
        .min, Timestamp.earliest.rawValue - 1, Timestamp.latest.rawValue + 1, .max,
    ]

    /// The same fact with each of its times in turn so.
    private static func spoilt(_ fact: DeviceFact, by time: Int64) -> [DeviceFact] {
        switch fact {
        case .version(let fact):
            var (created, expiring) = (fact, fact)
            created.origin?.createdAt = time
            expiring.version.expiresAt = time
            return fact.origin == nil ? [.version(expiring)] : [.version(created), .version(expiring)]
        case .share(var fact):
            fact.grantedAt = time
            return [.share(fact)]
        case .session(let fact):
            var (started, ended) = (fact, fact)
            started.session.startedAt = time
            ended.session.endedAt = time
            return [.session(started), .session(ended)]
        case .tombstone(var fact):
            fact.deletedAt = time
            return [.tombstone(fact)]
        case .agent, .policy, .erasure, .sensitivity: return []
        }
    }

    @Test func `a fact with a time that no store takes is refused, and what it should have said comes through`()
        async throws
    {
        let devices = ExchangingStores()
        let (there, here) = (try await devices.open(), try await devices.open())
        let draft = MemoryDraft(content: "the honest text")
        let id =
            try await there.store([draft], agentID: "alden", userID: "ana", sessionID: "talk", shareWith: ["alice"])[0]
        _ = try await there.update(id, as: "alden", change: MemoryChange(content: "the next text"), userID: "ana")
        _ = try await there.sync("alden", userID: "ana")
        try await devices.send(there)
        var facts = try devices.hub.records.map { try DeviceFact(payload: $0.payload) }
        let memory = FactMemory(user: "ana", owner: "alden", id: "mem_gone")
        facts.append(.tombstone(TombstoneFact(memory: memory, deletedAt: 0)))
        let bad = try Self.impossible.flatMap { time in
            try facts.flatMap { Self.spoilt($0, by: time) }.map { try $0.record() }
        }
        #expect(
            Set(facts.filter { !Self.spoilt($0, by: 0).isEmpty }.map(\.kind)) == [
                .version, .share, .session, .tombstone,
            ]
        )
        let report = try await here.takeOver(
            bad.enumerated().map { ReceivedRecord(position: Int64($0 + 1_000), sealed: $1.payload, record: $1) },
            cursor: nil
        )
        #expect(report.applied == 0 && report.refusals.count == bad.count)
        #expect(report.refusals.values.allSatisfy { $0.contains("years -9999 to 9999") })
        #expect(try await here.contents(of: "ana") == [])
        try await devices.exchange()
        #expect(try await here.contents(of: "ana") == ["the next text"])
        try await devices.close()
    }
}
