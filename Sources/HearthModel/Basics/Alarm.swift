import Synchronization

/// Lets one task rest until a time on a store's clock, unless somebody rings before.
package final class Alarm: Sendable {
    private struct State {
        var hasRung = false
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends the present rest, or the next one as soon as it begins: no ring is lost between two rests.
    package func ring() {
        let continuation = state.withLock { state in
            state.hasRung = state.continuation == nil
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }

    /// Suspends the task until somebody rings, the task is cancelled, or the time has come.
    package func rest(until time: BootInstant, on clock: StoreClock) async {
        let timer = Task {
            try await clock.sleep(time.nanoseconds)
            ring()
        }
        await rest()
        timer.cancel()
    }

    /// Suspends the task until somebody rings or the task is cancelled.
    package func rest() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasRung = state.withLock { state in
                    defer { state.hasRung = false }
                    if !state.hasRung { state.continuation = continuation }
                    return state.hasRung
                }
                if hasRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
