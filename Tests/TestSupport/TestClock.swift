public import HearthMemory
internal import Synchronization

/// A clock that moves only when a test says so: the wall clock and the boot clock apart from each other.
public final class TestClock: Sendable {
    private struct Sleeper {
        var until: Int64
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var wall: Int64
        var boot: Int64
        var sleepers: [Int: Sleeper] = [:]
        var nextSleeper = 0
    }

    private let state: Mutex<State>
    private let bootID: String

    /// A clock at 2025-01-01T00:00:00Z, an hour after boot.
    public convenience init(bootID: String = "first boot") {
        self.init(bootID: bootID, wall: 1_735_689_600_000_000)
    }

    private init(bootID: String, wall: Int64) {
        self.bootID = bootID
        state = Mutex(State(wall: wall, boot: 3_600_000_000_000))
    }

    /// What a store takes.
    public var storeClock: StoreClock {
        StoreClock(
            now: { [self] in Timestamp(rawValue: state.withLock { $0.wall }) },
            bootTime: { [self] in state.withLock { $0.boot } },
            bootID: bootID,
            sleep: { [self] in try await sleep(until: $0) }
        )
    }

    /// How many tasks sleep on it.
    public var sleepers: Int { state.withLock { $0.sleepers.count } }

    /// Lets time pass on both clocks, and wakes those whose time has come.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.wall += duration.nanoseconds / 1_000
            state.boot += duration.nanoseconds
            let due = state.sleepers.filter { $0.value.until <= state.boot }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.sorted { $0.until < $1.until }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Lets time pass in steps for as long as an operation takes that looks now and then.
    public func advancing<R>(by step: Duration, during operation: () async throws -> R) async rethrows -> R {
        let ticking = Task {
            while true {
                advance(by: step)
                try await Task.sleep(for: .milliseconds(1), clock: .continuous)
            }
        }
        defer { ticking.cancel() }
        return try await operation()
    }

    /// Sets the wall clock, forward or back; the boot clock doesn't notice.
    public func jumpWallClock(by duration: Duration) {
        state.withLock { $0.wall += duration.nanoseconds / 1_000 }
    }

    /// The clock after a reboot: the wall clock goes on, the boot clock starts anew.
    public func rebooted() -> TestClock {
        TestClock(bootID: bootID + ", next", wall: state.withLock { $0.wall })
    }

    private func sleep(until time: Int64) async throws {
        let id = state.withLock { state in
            defer { state.nextSleeper += 1 }
            return state.nextSleeper
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = state.withLock { state in
                    guard time > state.boot else { return true }
                    state.sleepers[id] = Sleeper(until: time, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() } else if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Int) {
        state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
