import HearthModel
import HearthRules
import Testing

/// When it is said that upkeep was not done for too long.
@Suite struct OverdueUpkeep {
    private let start = Timestamp(rawValue: 1_735_689_600_000_000)

    private func overdue(last: Int?, next: Int? = nil, first: Int? = 0, now: Int) -> Duration? {
        func time(_ days: Int) -> Timestamp { start.advanced(by: .days(days)) }
        return UpkeepSchedule.overdue(
            last: last.map(time),
            next: next.map(time),
            firstMemory: first.map(time),
            now: time(now)
        )
    }

    @Test func `a file without memories needs none, and a young one not yet`() {
        #expect(overdue(last: nil, first: nil, now: 10_000) == nil)
        #expect(overdue(last: nil, now: 30) == nil)
        #expect(overdue(last: nil, now: 31) == .days(31))
    }

    @Test func `by hand it is due after 30 days, with a host after three days or three intervals`() {
        #expect(overdue(last: 100, now: 130) == nil)
        #expect(overdue(last: 100, now: 131) == .days(31))
        #expect(overdue(last: 100, next: 100, now: 103) == nil)
        #expect(overdue(last: 100, next: 100, now: 104) == .days(4))
        #expect(overdue(last: 100, next: 107, now: 121) == nil)
        #expect(overdue(last: 100, next: 107, now: 122) == .days(22))
    }

    @Test func `a clock that is behind says nothing`() {
        #expect(overdue(last: 100, next: 101, now: 0) == nil)
    }
}
