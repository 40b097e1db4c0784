import HearthModel
import HearthRules
import Testing

/// Which of call, profile and configuration decides how a conflict is settled.
@Suite struct StrategyChoices {
    private static func profile(_ resolution: ConflictResolution?) -> AgentProfile {
        AgentProfile(
            id: "alden",
            name: "Alden",
            priority: .high,
            retention: .seconds(86_400),
            conflictResolution: resolution,
            memoryTypes: [],
            categories: [],
            workingMemoryLimit: 1
        )
    }

    @Test(arguments: ConflictResolution.allCases, ConflictResolution.allCases)
    func `the call goes before the profile, and the profile before the configuration`(
        named: ConflictResolution,
        other: ConflictResolution
    ) {
        let own = Self.profile(named)
        let none = Self.profile(nil)
        #expect(
            StrategyChoice(call: named, profile: Self.profile(other), configuration: other)
                == StrategyChoice(call: named, profile: nil, configuration: named)
        )
        #expect(StrategyChoice(call: nil, profile: own, configuration: other).strategy == named)
        #expect(StrategyChoice(call: nil, profile: own, configuration: other).decider == .profile)
        #expect(StrategyChoice(call: nil, profile: none, configuration: named).strategy == named)
        #expect(StrategyChoice(call: nil, profile: none, configuration: named).decider == .configuration)
        #expect(StrategyChoice(call: nil, profile: nil, configuration: named).strategy == named)
    }
}
