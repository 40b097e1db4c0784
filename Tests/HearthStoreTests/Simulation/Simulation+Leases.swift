import HearthSQLite
import TestSupport

@testable import HearthModel
@testable import HearthStore

extension Simulation {
    private mutating func anyDuration() -> Duration { .seconds(any([5, 60, 300])) }

    private mutating func keep(_ lock: MemoryLock) {
        locks.append(lock)
        if locks.count > 30 { locks.removeFirst() }
    }

    mutating func acquire() async throws -> [MemoryID] {
        let id = anyMemory()
        let agent = anyAgent(for: id, withSystem: true)
        let duration = anyDuration()
        note("\(id) by \(agent) for \(duration)")
        let expected = Result { () throws(Refused) in
            try model.acquire(id, by: agent, for: duration, waitingAtMost: .zero)
        }
        let answer = try await agree(expected) {
            try await store.acquireLease(on: id, as: agent, for: duration, waitingAtMost: .zero)
        }
        guard let answer else { return [id] }
        switch (answer.expected, answer.found) {
        case (.granted(let token), let lock?) where lock.fencingToken == token: keep(lock)
        case (.unavailable, nil): break
        default: throw SimulationFailure(description: "\(answer)")
        }
        return [id]
    }

    /// Waits for a lease that is held; refused if the wait would close a circle.
    mutating func wait() async throws -> [MemoryID] {
        let held = model.leases.keys.sorted()
        guard !held.isEmpty, waits.count < 6 else { return [] }
        let id = any(held)
        let agent = anyAgent(for: id, withSystem: true)
        let (duration, timeout) = (anyDuration(), anyDuration())
        note("for \(id) by \(agent), \(timeout) at the most")
        let expected = Result { () throws(Refused) in
            try model.acquire(id, by: agent, for: duration, waitingAtMost: timeout)
        }
        let before = try queueLength()
        let wait = LeaseWait { [store] in
            try await store.acquireLease(on: id, as: agent, for: duration, waitingAtMost: timeout)
        }
        if case .success(.queued(let ticket)) = expected {
            try await until { try queueLength() > before || wait.isOver }
            try expect(!wait.isOver, "a waiter was answered before its turn")
            waits[ticket] = wait
        } else {
            _ = try await agree(expected) { try await wait.ended() }
        }
        return [id]
    }

    private func queueLength() throws -> Int {
        try store.read { try LeaseQueue.all(in: $0.connection).count }
    }

    /// Ends the waits whose time is over, and gives each free lease to the one who is next in the queue.
    mutating func settleWaits() async throws {
        for id in model.ids {
            for waiter in model[id].queue where waiter.patience <= model.boot {
                model[id].queue.removeAll { $0.ticket == waiter.ticket }
                let lock = try await waits.removeValue(forKey: waiter.ticket)?.ended()
                try expect(lock == .some(nil), "a waiter whose time is over was given \(String(describing: lock))")
            }
            while model.liveLease(of: model[id]) == nil, let waiter = model[id].queue.first {
                model[id].queue.removeFirst()
                guard let wait = waits.removeValue(forKey: waiter.ticket) else { continue }
                let expected = Result { () throws(Refused) in
                    try model.authorizeLease(waiter.agent, on: model[id])
                    return model.grant(id, to: waiter.agent, for: waiter.duration)
                }
                guard let answer = try await agree(expected, { try await wait.ended() }) else { continue }
                guard let lock = answer.found, lock.fencingToken == answer.expected, lock.agentID == waiter.agent
                else { throw SimulationFailure(description: "the next in the queue got \(answer)") }
                keep(lock)
            }
        }
        for wait in waits.values { try expect(!wait.isOver, "a waiter was answered before its turn") }
    }

    mutating func renew() async throws -> [MemoryID] {
        guard let lock = locks.randomElement(using: &random) else { return [] }
        let duration = anyDuration()
        note("\(lock.memoryID) token \(lock.fencingToken) for \(duration)")
        let expected = Result { () throws(Refused) in try model.renew(lock, for: duration) }
        let answer = try await agree(expected) { try await store.renewLease(lock, for: duration) }
        if let renewed = answer?.found {
            try expect(renewed.fencingToken == lock.fencingToken, "renewing gave another token: \(renewed)")
        }
        return [lock.memoryID]
    }

    mutating func release() async throws -> [MemoryID] {
        guard let lock = locks.randomElement(using: &random) else { return [] }
        note("\(lock.memoryID) token \(lock.fencingToken)")
        let expected = model.release(lock)
        let found = try await store.releaseLease(lock)
        try expect(expected == found, "releasing said \(found)")
        return [lock.memoryID]
    }

    mutating func releaseByName() async throws -> [MemoryID] {
        let held = model.leases.keys.sorted()
        let id = held.isEmpty || chance(20) ? anyMemory() : any(held)
        let agent = chance(50) ? model[id].lease?.holder ?? model[id].owner : anyAgent(for: id, withSystem: true)
        let force = chance(30)
        note("\(id) by \(agent), force \(force)")
        let expected = Result { () throws(Refused) in try model.release(id, by: agent, force: force) }
        let answer = try await agree(expected) { try await store.releaseLease(on: id, as: agent, force: force) }
        if let answer { try expect(answer.expected == answer.found, "releasing said \(answer.found)") }
        return [id]
    }

    mutating func releaseAll() async throws -> [MemoryID] {
        let agent = any(agents + ["system"])
        note("by \(agent)")
        let expected = Result { () throws(Refused) in try model.releaseAll(by: agent) }
        let answer = try await agree(expected) { try await store.releaseAllLeases(as: agent) }
        if let answer { try expect(answer.expected == answer.found, "releasing all said \(answer.found)") }
        return []
    }

    mutating func sweep() async throws -> [MemoryID] {
        try await store.sweepLeases()
        return []
    }
}
