import HearthModel
import HearthStore
import Synchronization

/// Runs background work on one task of its own, from the start to the end of it. Nothing runs before it is started.
final class BackgroundSync: Sendable {
    private struct State {
        var machine: BackgroundSyncState
        var task: Task<Void, Never>?
        var isClosed = false
        /// Callers that wait until no step runs.
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let cycle: BackgroundCycle
    private let clock: StoreClock
    private let isReadOnly: Bool
    private let alarm = Alarm()
    private let state: Mutex<State>

    init(store: MemoryStore, configuration: CoordinatorConfiguration) {
        clock = configuration.clock.bounded
        isReadOnly = configuration.isReadOnly
        cycle = BackgroundCycle(store: store, configuration: configuration)
        state = Mutex(State(machine: BackgroundSyncState(interval: configuration.syncInterval)))
    }

    /// What an upkeep cycle does; given by the coordinator, which owns this.
    func setUpkeep(_ upkeep: @escaping @Sendable () async throws -> Void) {
        cycle.setUpkeep(upkeep)
    }

    var status: BackgroundSyncStatus {
        let (now, wallClock) = (clock.bootInstant, clock.now())
        return state.withLock { $0.machine.status(at: now, wallClock: wallClock) }
    }

    /// Starts the task, unless it runs, background sync is switched off, or the store is closed or read-only.
    func start() {
        guard !isReadOnly else { return }
        let now = clock.bootInstant
        state.withLock { state in
            guard !state.isClosed, state.machine.start(at: now) else { return }
            state.task = Task { await self.loop() }
        }
    }

    /// Lets the next cycle begin at once.
    func request() {
        state.withLock { $0.machine.request() }
        alarm.ring()
    }

    /// Keeps cycles from beginning, and returns when the present step has ended.
    func pause() async {
        state.withLock { $0.machine.pause() }
        alarm.ring()
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.machine.isInCycle { state.waiters.append(continuation) }
                return !state.machine.isInCycle
            }
            if isIdle { continuation.resume() }
        }
    }

    func resume() {
        state.withLock { $0.machine.resume() }
        alarm.ring()
    }

    /// Ends the task after the present step. No task is alive on return.
    func stop() async {
        let task = state.withLock { state in
            state.machine.stop()
            return state.task
        }
        alarm.ring()
        await task?.value
        state.withLock { state in
            if state.task == task { state.task = nil }
        }
    }

    /// Stops for good.
    func close() async {
        state.withLock { $0.isClosed = true }
        await stop()
    }

    /// Lets the task end by itself: for a coordinator that is dropped and not closed.
    func abandon() {
        state.withLock { state in
            state.isClosed = true
            state.machine.stop()
        }
        alarm.ring()
    }

    /// Whether the cycle that runs may begin its next step.
    private var mayGoOn: Bool { state.withLock { $0.machine.mayGoOn } }

    private func loop() async {
        var generator = SystemRandomNumberGenerator()
        while true {
            let now = clock.bootInstant
            switch state.withLock({ $0.machine.step(at: now) }) {
            case .stop: return await cycle.end()
            case .wait: await alarm.rest()
            case .rest(let until): await alarm.rest(until: until, on: clock)
            case .cycle:
                let ending = await cycle.run { self.mayGoOn }
                let now = clock.bootInstant
                let waiters = state.withLock { state in
                    if let ending {
                        state.machine.end(ending, at: now, using: &generator)
                    } else {
                        state.machine.interrupt()
                    }
                    defer { state.waiters = [] }
                    return state.waiters
                }
                for waiter in waiters { waiter.resume() }
            }
        }
    }
}
