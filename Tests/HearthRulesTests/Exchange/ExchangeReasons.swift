import FoundationEssentials
import HearthModel
import HearthRules
import Testing

/// When a person is told of the exchange with other devices, and what.
@Suite struct ExchangeReasons {
    private let now = Date(timeIntervalSince1970: 1_735_689_600)

    private func status(_ change: (inout HubSyncStatus) -> Void = { _ in }) -> HubSyncStatus {
        var status = HubSyncStatus(hub: "h", cursor: 9, joinedAt: now, lastSuccessAt: now)
        change(&status)
        return status
    }

    private func reasons(incompleteFor age: Double? = nil, _ change: (inout HubSyncStatus) -> Void) -> [String] {
        ExchangeHealth.reasons(of: status(change), incompleteSince: age.map { now.addingTimeInterval(-$0) }, at: now)
    }

    @Test func `an exchange that goes well has no reasons, however much it has done`() {
        #expect(reasons { _ in } == [])
        #expect(reasons { ($0.outgoing, $0.behind) = (9_000, 9_000) } == [])
    }

    @Test func `a hub that is not reached is named after an hour, and as long as somebody tries`() {
        func failing(since age: Double, last: Double, code: String = "hubUnavailable") -> [String] {
            reasons {
                $0.failingSince = now.addingTimeInterval(-age)
                $0.lastFailureAt = now.addingTimeInterval(-last)
                $0.lastErrorCode = code
            }
        }
        #expect(failing(since: 3_600, last: 1) == [])
        #expect(failing(since: 3_601, last: 1).first?.contains("has failed since") == true)
        #expect(failing(since: 9_000, last: 3_601) == [])
        #expect(failing(since: 1, last: 1, code: "deviceRemoved").first?.contains("take a new invitation") == true)
        #expect(failing(since: 9_000, last: 9_000, code: "schemaTooNew").count == 1)
    }

    @Test func `changes that have waited for a day are named, and a week of silence`() {
        let day = 86_400.0
        func silent(_ age: Double, outgoing: Int) -> [String] {
            reasons { ($0.lastSuccessAt, $0.outgoing) = (now.addingTimeInterval(-age), outgoing) }
        }
        #expect(silent(day, outgoing: 1) == [])
        #expect(silent(day + 1, outgoing: 1).first?.contains("waited for 1 day to be sent") == true)
        #expect(silent(day + 1, outgoing: 0) == [])
        #expect(silent(7 * day + 1, outgoing: 0).first?.contains("not asked for 7 days") == true)
        // A device that has joined and never exchanged.
        let never = reasons {
            ($0.lastSuccessAt, $0.joinedAt, $0.outgoing) = (nil, now.addingTimeInterval(-2 * day), 3)
        }
        #expect(never.first?.contains("waited for 2 days") == true)
    }

    @Test func `rows that wait and rows that the hub does not give are named with what to do`() {
        #expect(reasons(incompleteFor: 3_600) { $0.incomplete = 2 } == [])
        #expect(
            reasons(incompleteFor: 3_601) { $0.incomplete = 2 }.first?.contains("2 rows of other devices wait") == true
        )
        #expect(reasons { $0.future = 1 }.first?.contains("Set the clock") == true)
        #expect(reasons { $0.opaque = 3 }.first?.contains("Upgrade") == true)
        #expect(reasons { $0.withheld = 1 }.first?.contains("keeps back 1 row") == true)
        #expect(reasons { $0.emptied = 2 }.first?.contains("no device erased them") == true)
        #expect(reasons { $0.keyless = 1 }.first?.contains("hearth keys status") == true)
        #expect(reasons { $0.damaged = 2 }.first?.contains("hearth verify") == true)
        #expect(reasons { $0.keptBack = 1 }.first?.contains("1 change can't be sent") == true)
        #expect(reasons { $0.disagreeing = 1 }.first?.contains("other rows to 1 of the other devices") == true)
        let all = reasons { ($0.future, $0.opaque, $0.withheld, $0.emptied) = (1, 1, 1, 1) }
        #expect(all.count == 4 && all.allSatisfy { $0.hasPrefix("devices: ") })
    }

    @Test func `an administrator is told after five failures, or at once of what does not go away`() {
        func told(_ code: MemoryError.Code, failures: Int) -> [ExchangeTrouble.Kind] {
            var notes = ExchangeNotes()
            let outcome = ExchangeOutcome(hub: "h", error: MemoryError(code: code, message: "no"))
            for _ in 0..<failures { notes = notes.noting(outcome, at: Timestamp(rawValue: 1)) }
            return ExchangeTrouble.found(in: notes, opaque: 0).map(\.kind)
        }
        #expect(told(.hubUnavailable, failures: 4) == [] && told(.hubUnavailable, failures: 5) == [.failing])
        for code in [MemoryError.Code.deviceRemoved, .accessDenied, .keyUnavailable, .schemaTooNew] {
            #expect(told(code, failures: 1) == [.failing])
        }
    }

    @Test func `each trouble has a cause of its own, and a success ends the failures`() {
        var notes = ExchangeNotes()
        let failure = MemoryError(code: .hubUnavailable, message: "no")
        for time in 1...6 {
            let outcome = ExchangeOutcome(hub: nil, error: failure, end: 12, withheld: [3...5, 8...8], emptied: 2)
            notes = notes.noting(outcome, at: Timestamp(rawValue: Int64(time)))
        }
        #expect(notes.failures == 6 && notes.failingSince?.rawValue == 1 && notes.lastFailure?.rawValue == 6)
        let found = ExchangeTrouble.found(in: notes, opaque: 7)
        #expect(found.map(\.amount) == [6, 4, 2, 7])
        #expect(Set(found.map(\.cause)).count == 4)
        let restarted = HubSyncReport(wasRestarted: true)
        // An exchange that did not come to ask the hub says nothing of what it keeps back.
        let unasked = notes.noting(ExchangeOutcome(hub: nil, error: failure), at: Timestamp(rawValue: 8))
        #expect(unasked.withheld == notes.withheld && unasked.emptied == 2)
        let outcome = ExchangeOutcome(hub: "h", report: restarted, end: 12, withheld: [], emptied: 0)
        let well = notes.noting(outcome, at: Timestamp(rawValue: 9))
        #expect(well.failures == 0 && well.failingSince == nil && well.lastSuccess?.rawValue == 9 && well.hub == "h")
        #expect(ExchangeTrouble.found(in: well, opaque: 0).map(\.kind) == [.wentBack])
    }

    @Test func `an administrator is told of rows that are never used, each counted once`() {
        func after(_ refused: Set<Int64>?...) -> ExchangeNotes {
            refused.reduce(ExchangeNotes()) {
                $0.noting(ExchangeOutcome(hub: "h", refused: $1), at: Timestamp(rawValue: 1))
            }
        }
        let told = ExchangeTrouble.found(in: after([4, 9], nil, [4, 9, 12]), opaque: 0)
        #expect(told.map(\.kind) == [.refused] && told.first?.amount == 3)
        #expect(ExchangeTrouble.found(in: after([4], []), opaque: 0).isEmpty)
    }
}
