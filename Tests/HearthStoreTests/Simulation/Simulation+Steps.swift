import FoundationEssentials
import TestSupport

@testable import HearthModel
@testable import HearthRules
@testable import HearthStore

extension Simulation {
    private enum Step: String {
        case store, edit, editUnderLease, delete, discard, restore, rollback, share, revoke
        case acquire, wait, renew, release, releaseByName, releaseAll, sweep
        case sync, forcedSync, resolve, resolveAgain
        case time, wallClock, reopen, reboot
    }

    /// How often each step comes, relative to the others.
    private static let weights: [(step: Step, weight: Int)] = [
        (.store, 6), (.edit, 34), (.editUnderLease, 10), (.delete, 4), (.discard, 4), (.restore, 5), (.rollback, 4),
        (.share, 6), (.revoke, 4),
        (.acquire, 8), (.wait, 5), (.renew, 3), (.release, 6), (.releaseByName, 4), (.releaseAll, 1), (.sweep, 1),
        (.sync, 18), (.forcedSync, 2), (.resolve, 8), (.resolveAgain, 1),
        (.time, 6), (.wallClock, 2), (.reopen, 1), (.reboot, 1),
    ]

    /// Does one step and compares what it has touched.
    mutating func step() async throws {
        var place = Int.random(in: 0..<Self.weights.reduce(0) { $0 + $1.weight }, using: &random)
        var step = Step.store
        for (candidate, weight) in Self.weights {
            step = candidate
            place -= weight
            if place < 0 { break }
        }
        if model.ids.isEmpty { step = .store }
        // Every edit is later than the one before, by the wall clock or by the counter of hybrid time.
        advance(by: .milliseconds(.random(in: 0...3, using: &random)))
        trace.append(step.rawValue)
        let touched = try await perform(step)
        try await settleWaits()
        try await check(touched)
    }

    private mutating func perform(_ step: Step) async throws -> [MemoryID] {
        switch step {
        case .store: try await storeMemory()
        case .edit: try await edit(underLease: false)
        case .editUnderLease: try await edit(underLease: true)
        case .delete: try await delete()
        case .discard: try await discard()
        case .restore: try await restore()
        case .rollback: try await rollback()
        case .share: try await share()
        case .revoke: try await revoke()
        case .acquire: try await acquire()
        case .wait: try await wait()
        case .renew: try await renew()
        case .release: try await release()
        case .releaseByName: try await releaseByName()
        case .releaseAll: try await releaseAll()
        case .sweep: try await sweep()
        case .sync: try await sync(force: false)
        case .forcedSync: try await sync(force: true)
        case .resolve: try await resolve()
        case .resolveAgain: try await resolveAgain()
        case .time: passTime()
        case .wallClock: jumpWallClock()
        case .reopen: try await reopen(rebooted: false)
        case .reboot: try await reopen(rebooted: true)
        }
    }

    // MARK: What is chosen at random

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func any<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    mutating func anyMemory() -> MemoryID { any(model.ids) }

    /// An agent, mostly one that sees the memory.
    mutating func anyAgent(for id: MemoryID, withSystem: Bool = false) -> AgentID {
        let seeing = agents.filter { model.access.sees($0, model[id]) }
        if !seeing.isEmpty, chance(85) { return any(seeing) }
        return any(withSystem ? agents + ["system"] : agents)
    }

    mutating func anyOthers(than agent: AgentID) -> [AgentID] {
        Array(agents.filter { $0 != agent }.shuffled(using: &random).prefix(.random(in: 1...3, using: &random)))
    }

    mutating func note(_ text: String) {
        trace[trace.count - 1] += " " + text
    }

    // MARK: Time

    mutating func advance(by duration: Duration) {
        clock.advance(by: duration)
        model.boot = clock.storeClock.bootTime()
    }

    private mutating func passTime() -> [MemoryID] {
        let duration: Duration = .milliseconds(any([10, 1_000, 20_000, 100_000, 400_000]))
        note("\(duration)")
        advance(by: duration)
        return []
    }

    /// Sets the wall clock years ahead or back.
    private mutating func jumpWallClock() -> [MemoryID] {
        let years = Int.random(in: -20...20, using: &random)
        note("to \(years) years")
        clock.jumpWallClock(by: .seconds((years - wallYears) * 365 * 86_400))
        wallYears = years
        return []
    }

    /// The process ends without a sync, and another one opens the file, before or after a reboot.
    private mutating func reopen(rebooted: Bool) async throws -> [MemoryID] {
        try await closeStore()
        if rebooted { clock = clock.rebooted() }
        model.boot = clock.storeClock.bootTime()
        model.end(leases: rebooted)
        store = try await Self.open(directory, options: options, clock: clock)
        try await checkEverything()
        return []
    }

    /// Closes the store, and checks that everyone who waits for a lease is told so.
    mutating func closeStore() async throws {
        try await store.close()
        for wait in waits.values {
            do {
                let lock = try await wait.ended()
                throw SimulationFailure(
                    description: "a closed store answered a waiter with \(String(describing: lock))"
                )
            } catch let error as MemoryError {
                try expect(error.code == .closed, "a closed store told a waiter \(error)")
            }
        }
        waits = [:]
    }
}
