import HearthModel
import Synchronization

/// The tasks of this process that wait for leases, in the order of their tickets.
///
/// Only the first waiter for each memory looks at the file now and then. The others cannot get the lease before it, so
/// they sleep until they are first or their time is over.
final class WaitingRoom: Sendable {
    private struct State {
        var queues: [Int64: [LeaseWaiter]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Lets a waiter in; one that comes after the closing is woken at once.
    func enter(_ waiter: LeaseWaiter) {
        let isClosed = state.withLock { state in
            var queue = state.queues[waiter.memory] ?? []
            queue.insert(waiter, at: queue.firstIndex { $0.ticket > waiter.ticket } ?? queue.endIndex)
            state.queues[waiter.memory] = queue
            return state.isClosed
        }
        if isClosed { waiter.wake() }
    }

    /// Lets a waiter out, and wakes the one that is now first.
    func leave(_ waiter: LeaseWaiter) {
        let first = state.withLock { state in
            state.queues[waiter.memory]?.removeAll { $0 === waiter }
            if state.queues[waiter.memory]?.isEmpty ?? false { state.queues[waiter.memory] = nil }
            return state.queues[waiter.memory]?.first
        }
        first?.wake()
    }

    func isFirst(_ waiter: LeaseWaiter) -> Bool {
        state.withLock { $0.queues[waiter.memory]?.first === waiter }
    }

    /// Wakes the first waiter for a memory, because its lease may be free.
    func wake(memory: Int64) {
        state.withLock { $0.queues[memory]?.first }?.wake()
    }

    /// Whether the store was closed: then nobody waits any longer.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Wakes every waiter for good.
    ///
    /// - Returns: The tickets of the waiters.
    func close() -> [Int64] {
        let waiters = state.withLock { state in
            state.isClosed = true
            return state.queues.values.flatMap(\.self)
        }
        for waiter in waiters { waiter.wake() }
        return waiters.map(\.ticket)
    }
}

/// A task that waits for a lease.
final class LeaseWaiter: Sendable {
    let memory: Int64
    let ticket: Int64

    private let alarm = Alarm()

    init(memory: Int64, ticket: Int64) {
        self.memory = memory
        self.ticket = ticket
    }

    /// Ends the present rest, or the next one as soon as it begins: no wake-up is lost between two looks at the file.
    func wake() {
        alarm.ring()
    }

    /// Suspends the task until it is woken or cancelled, or the time has come.
    func rest(until time: BootInstant, on clock: StoreClock) async {
        await alarm.rest(until: time, on: clock)
    }
}
