import Synchronization

/// Lets calls that look at what there is and change it accordingly do so one after the other, in the order in which they come.
///
/// A model may make several calls at once. Without turns, two that create one file would each find that there is none.
final class Turns: Sendable {
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Does something when those that came before are done. A caller that is cancelled while it waits does nothing.
    func take<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let task = last.withLock { last in
            let before = last
            let task = Task {
                await before?.value
                try Task.checkCancellation()
                return try await body()
            }
            last = Task { _ = await task.result }
            return task
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
