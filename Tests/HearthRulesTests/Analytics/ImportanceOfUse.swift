import HearthModel
import HearthRules
import TestSupport
import Testing

/// What importance follows from how a memory is used.
@Suite struct ImportanceOfUse {
    private func importance(_ use: ImportanceRules.Use) -> Double {
        ImportanceRules.importance(ImportanceRules.parts(use))
    }

    @Test func `more reads, links and shares never make a memory less important`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let use = ImportanceRules.Use(
                category: [.general, .security, .conversation].randomElement(using: &generator) ?? .general,
                reads: Int.random(in: 0...100, using: &generator),
                daysSinceRead: Bool.random(using: &generator) ? Int.random(in: 0...300, using: &generator) : nil,
                age: Int.random(in: 7...400, using: &generator),
                children: Int.random(in: 0...9, using: &generator),
                shares: Int.random(in: 0...3, using: &generator)
            )
            var more = use
            more.reads += 5
            #expect(importance(more) >= importance(use), "\(use)")
            more = use
            more.children += 1
            #expect(importance(more) >= importance(use), "\(use)")
            // Below the importance that outlives retention.
            #expect((0.05...0.8).contains(importance(use)), "\(use)")
        }
    }

    @Test func `every part says why, and parts add up`() {
        let use = ImportanceRules.Use(category: .security, reads: 32, daysSinceRead: 1, age: 90, children: 2, shares: 1)
        let parts = ImportanceRules.parts(use)
        #expect(parts.map(\.name) == ["base", "use", "age", "links", "category"])
        #expect(parts.allSatisfy { !$0.reason.isEmpty })
        #expect(importance(use) == 0.8 || importance(use) == 0.79)
        let idle = ImportanceRules.Use(category: .general, age: 100)
        #expect(abs(importance(idle) - 0.2) < 1e-9)
    }

    @Test func `small differences are no edit, and what people have put high stays`() {
        #expect(!ImportanceRules.isWorthwhile(0.5, inPlaceOf: 0.4))
        #expect(ImportanceRules.isWorthwhile(0.5, inPlaceOf: 0.35))
        #expect(!ImportanceRules.isWorthwhile(0.2, inPlaceOf: 0.9))
    }

    @Test func `a strategy is suggested for three quarters of four decisions, and not for fewer`() {
        func advice(_ agreeing: [Set<ConflictResolution>]) -> ConflictResolution? {
            StrategyAgreement.advice(agreeing.map { StrategyAgreement.Decision(category: .general, agreeing: $0) })
                .first?
                .suggested
        }
        #expect(advice([[.latestWins], [.latestWins], [.latestWins], []]) == .latestWins)
        #expect(advice([[.latestWins], [.latestWins], [.latestWins]]) == nil)
        #expect(advice([[.latestWins], [.latestWins], [], []]) == nil)
        let counts = StrategyAgreement.advice([.init(category: .general, agreeing: [.mergeContent])])[0].agreements
        #expect(counts.first == .init(strategy: .mergeContent, decisions: 1) && counts.count == 4)
    }
}
