import HearthRules
import TestSupport
import Testing

/// Pauses between attempts grow, vary and have an end.
@Suite struct RetrySchedules {
    private let schedule = RetrySchedule(first: .seconds(2), longest: .seconds(60))

    @Test(arguments: [(1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (7, 60), (1_000, 60), (Int.max, 60), (0, 2), (-3, 2)])
    func `each pause is between a half and the whole of one that doubles up to the cap`(failures: Int, whole: Int) {
        var generator = SeededGenerator()
        for _ in 0..<200 {
            let pause = schedule.pause(afterFailures: failures, using: &generator)
            #expect(pause >= .seconds(whole) / 2 && pause <= .seconds(whole), "\(generator)")
        }
    }

    @Test func `pauses of one seed are the same, and of another are not`() {
        func pauses(_ seed: UInt64) -> [Duration] {
            var generator = SeededGenerator(seed: seed)
            return (1...8).map { schedule.pause(afterFailures: $0, using: &generator) }
        }
        #expect(pauses(1) == pauses(1))
        #expect(pauses(1) != pauses(2))
    }
}
