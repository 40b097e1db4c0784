import HearthModel
import TestSupport
import Testing

@testable import HearthRules

/// Which memories upkeep takes.
@Suite struct Aging {
    private static let now = Timestamp(rawValue: 1_735_689_600_000_000)

    private func memory(
        _ key: Int64 = 1,
        arrived: Duration,
        edited: Duration? = nil,
        importance: Double = 0.5
    ) -> AgedMemory {
        AgedMemory(
            key: key,
            id: "mem",
            user: 1,
            owner: 1,
            type: .working,
            importance: importance,
            expiresAt: nil,
            arrivedAt: Self.now.advanced(by: .zero - arrived),
            editedAt: edited.map { Self.now.advanced(by: .zero - $0) },
            flags: [],
            isDeleted: false,
            isSensitive: false
        )
    }

    @Test func `days count from the later of arrival and last edit, and end at the moment`() {
        let rules = AgingRules(policy: MaintenancePolicy(), now: Self.now)
        let day = Duration.seconds(86_400)
        #expect(rules.age(of: memory(arrived: day * 30), retention: day * 30) == .due)
        #expect(rules.age(of: memory(arrived: day * 30 - .microseconds(1)), retention: day * 30) == .young)
        #expect(rules.age(of: memory(arrived: day * 90, edited: day), retention: day * 30) == .young)
        #expect(rules.age(of: memory(arrived: day * 90, edited: day * 31), retention: day * 30) == .due)
        // A retention of a thousand years is longer than any clock counts.
        #expect(rules.age(of: memory(arrived: day * 90_000), retention: day * 365_000) == .young)
    }

    @Test func `importance from 0.8 on keeps a memory, unless the policy says otherwise`() {
        let old = Duration.seconds(86_400 * 400)
        var policy = MaintenancePolicy()
        func age(_ importance: Double) -> AgingRules.Age {
            AgingRules(policy: policy, now: Self.now)
                .age(of: memory(arrived: old, importance: importance), retention: .seconds(86_400))
        }
        #expect(age(0.8) == .kept && age(0.79) == .due && age(1) == .kept)
        policy.keptImportance = 0.95
        #expect(age(0.94) == .due && age(0.95) == .kept)
        policy.keptImportance = nil
        #expect(age(1) == .due)
    }

    @Test func `working memories go oldest and least important first`() {
        let hour = Duration.seconds(3_600)
        let memories = [
            memory(1, arrived: hour * 4, importance: 0.9), memory(2, arrived: hour * 3, importance: 0.1),
            memory(3, arrived: hour * 2, importance: 0.5), memory(4, arrived: hour, importance: 0.1),
            memory(5, arrived: hour, importance: 0.9),
        ]
        #expect(WorkingMemoryRules.order(memories).map(\.key) == [2, 1, 3, 4, 5])
        #expect(WorkingMemoryRules.order([]).isEmpty)
        // The order of equals is by age and then by key, whatever order they come in.
        let equal = [memory(7, arrived: hour), memory(6, arrived: hour), memory(8, arrived: hour * 2)]
        #expect(WorkingMemoryRules.order(equal).map(\.key) == [8, 6, 7])
    }

    @Test func `clocks are in doubt when they disagree, and after a restart when the wall clock went back`() {
        let last = ClockCheck.Reading(wall: Self.now, boot: BootInstant(bootID: "a", nanoseconds: 0))
        func trouble(_ wall: Int, _ boot: Int, _ id: String = "a") -> Duration? {
            ClockCheck.trouble(
                since: last,
                now: ClockCheck.Reading(
                    wall: Self.now.advanced(by: .seconds(wall)),
                    boot: BootInstant(bootID: id, nanoseconds: Int64(boot) * 1_000_000_000)
                ),
                tolerance: .seconds(600)
            )
        }
        #expect(trouble(60, 60) == nil && trouble(8_000_000, 8_000_000) == nil)
        #expect(trouble(660, 60) == nil && trouble(661, 60) == .seconds(601))
        #expect(trouble(-540, 60) == nil && trouble(-541, 60) == .seconds(-601))
        #expect(trouble(8_000_000, 5, "b") == nil && trouble(-601, 5, "b") == .seconds(-601))
    }
}
