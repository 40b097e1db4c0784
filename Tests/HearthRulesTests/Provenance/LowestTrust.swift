import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules

@Suite struct LowestTrust {
    private static let some: [Provenance] = [
        .standard, Provenance(origin: .user), Provenance(origin: .tool, name: "browser"),
        Provenance(origin: .tool, name: "mail"),
        Provenance(origin: .import), Provenance(origin: .sync), Provenance(origin: .user, trust: 0),
    ]

    @Test func `the lowest of several is the same in every order, and one of them`() {
        var random = SeededGenerator()
        for _ in 0..<200 {
            let parts = (0..<Int.random(in: 1...4, using: &random))
                .map { _ in Self.some.randomElement(using: &random)! }
            let lowest = TrustRules.merged(parts)
            #expect(lowest == TrustRules.merged(parts.shuffled(using: &random)))
            #expect(lowest?.trust == parts.map(\.trust).min() && parts.contains { $0 == lowest })
        }
        #expect(TrustRules.merged([]) == nil)
    }

    @Test func `a text is no more trusted than an equal one that is seen, unless a critical agent's host says so`() {
        let tool = Provenance(origin: .tool)
        let user = Provenance(origin: .user)
        for priority in AgentPriority.allCases {
            #expect(TrustRules.written(as: nil, seen: [tool], priority: priority) == tool)
            #expect(
                TrustRules.written(as: user, seen: [tool], priority: priority) == (priority == .critical ? user : tool)
            )
            #expect(TrustRules.written(as: tool, seen: [user], priority: priority) == tool)
            #expect(TrustRules.written(as: nil, seen: [], priority: priority) == .standard)
        }
    }

    @Test func `an import is no more trusted than imports are, whatever it says`() {
        let limit = Provenance.Origin.import.usualTrust
        #expect(TrustRules.imported(nil, limit: limit) == Provenance(origin: .import))
        #expect(
            TrustRules.imported(Provenance(origin: .user, name: "a"), limit: limit)
                == Provenance(origin: .import, name: "a")
        )
        #expect(TrustRules.imported(Provenance(origin: .tool), limit: limit).trust == 0.3)
        #expect(TrustRules.imported(Provenance(origin: .import, trust: 0.9), limit: 0.9).trust == 0.9)
    }

    @Test func `the usual trust follows how near a text is to the person`() {
        let order: [Provenance.Origin] = [.user, .agent, .sync, .import, .tool]
        #expect(order.map(\.usualTrust) == order.map(\.usualTrust).sorted(by: >))
        #expect(Set(Provenance.Origin.allCases.map(\.place)).count == Provenance.Origin.allCases.count)
    }

    @Test func `a merge has the lowest trust of the edits that it joins`() throws {
        var random = SeededGenerator()
        for _ in 0..<60 {
            let generated = try GeneratedHistory(.mergeContent, steps: 8, using: &random)
            var history = generated.history
            let heads = generated.heads
            guard heads.count > 1 else { continue }
            let merged = try history.merge(heads)
            let edits = history.graph.edits(joinedBy: heads.map(\.id))
            for head in heads where edits.contains(head.id) {
                #expect(merged.fields.provenance.trust <= head.fields.provenance.trust, "seed \(random.seed)")
            }
        }
    }
}
