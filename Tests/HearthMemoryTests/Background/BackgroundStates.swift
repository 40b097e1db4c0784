import FoundationEssentials
import HearthRules
import TestSupport
import Testing

@testable import HearthMemory
@testable import HearthModel

/// The state machine of background sync, without a task and without a store.
@Suite struct BackgroundStates {
    /// The state, behind a reference: expectations take no value that they would change.
    private final class Machine {
        var state: BackgroundSyncState

        init(_ state: BackgroundSyncState) {
            self.state = state
        }

        func start(at now: BootInstant) -> Bool { state.start(at: now) }

        func step(at now: BootInstant) -> BackgroundSyncState.Step { state.step(at: now) }
    }

    private static func at(_ seconds: Int64) -> BootInstant {
        BootInstant(bootID: "boot", nanoseconds: seconds * 1_000_000_000)
    }

    private static func ending(failure: String? = nil, retry: Int64? = nil) -> BackgroundSyncState.Ending {
        var cycle = BackgroundSyncStatus.Cycle(beganAt: .now, endedAt: .now)
        cycle.errorCode = failure
        return BackgroundSyncState.Ending(cycle: cycle, failure: failure, retry: retry.map(at))
    }

    @Test func `cycles come an interval apart, and a failure puts a growing pause in its place`() {
        var generator = SeededGenerator()
        let schedule = RetrySchedule(first: .seconds(10), longest: .seconds(100))
        let machine = Machine(BackgroundSyncState(interval: .seconds(60), schedule: schedule))
        #expect(machine.start(at: Self.at(0)))
        #expect(!machine.start(at: Self.at(0)))
        #expect(machine.step(at: Self.at(0)) == .rest(until: Self.at(60)))
        #expect(machine.step(at: Self.at(60)) == .cycle)
        machine.state.end(Self.ending(), at: Self.at(61), using: &generator)
        #expect(machine.step(at: Self.at(61)) == .rest(until: Self.at(121)))
        for whole in [10, 20, 40, 80, 100, 100] as [Int64] {
            #expect(machine.step(at: Self.at(1_000)) == .cycle)
            machine.state.end(Self.ending(failure: "storeBusy"), at: Self.at(0), using: &generator)
            guard case .rest(let until) = machine.step(at: Self.at(0)) else {
                Issue.record("It does not rest: \(generator)")
                return
            }
            #expect(until >= Self.at(whole / 2) && until <= Self.at(whole), "\(generator)")
        }
        #expect(machine.step(at: Self.at(1_000)) == .cycle)
        machine.state.end(Self.ending(retry: 1_030), at: Self.at(1_000), using: &generator)
        #expect(machine.step(at: Self.at(1_000)) == .rest(until: Self.at(1_030)))
    }

    @Test func `any calls in any order leave it running, paused or stopped as the calls say`() {
        var generator = SeededGenerator()
        for _ in 0..<300 {
            let machine = Machine(BackgroundSyncState(interval: .seconds(60)))
            var (running, stopping, pauses, inCycle) = (false, false, 0, false)
            for _ in 0..<40 {
                switch Int.random(in: 0..<6, using: &generator) {
                case 0:
                    #expect(machine.start(at: Self.at(0)) == !running, "\(generator)")
                    if !running { (running, stopping) = (true, false) }
                case 1:
                    machine.state.stop()
                    stopping = true
                case 2:
                    machine.state.pause()
                    pauses += 1
                case 3:
                    machine.state.resume()
                    pauses = max(0, pauses - 1)
                case 4 where running && !inCycle:
                    let step = machine.step(at: Self.at(Int64.random(in: 0...120, using: &generator)))
                    if stopping {
                        #expect(step == .stop, "\(generator)")
                        running = false
                    } else {
                        #expect((step == .wait) == (pauses > 0), "\(generator)")
                    }
                    inCycle = step == .cycle
                case 5 where inCycle:
                    if Bool.random(using: &generator) {
                        machine.state.end(Self.ending(), at: Self.at(0), using: &generator)
                    } else {
                        machine.state.interrupt()
                    }
                    inCycle = false
                default: break
                }
                #expect(machine.state.isRunning == running && machine.state.isInCycle == inCycle, "\(generator)")
                #expect(
                    machine.state.pauses == pauses
                        && machine.state.mayGoOn == (pauses == 0 && !machine.state.isStopping),
                    "\(generator)"
                )
            }
        }
    }
}
