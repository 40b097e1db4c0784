import HearthMemory
import Synchronization

/// Lets calls that look at what there is and change it accordingly do so one after the other, in the order in which they come.
///
/// A model may make several calls at once. Without turns, two that create one file would each find that there is none; and of many
/// that edit one memory the last would wait for its lease longer than anybody waits for one.
final class Turns: Sendable {
    private struct Queue {
        var last: Task<Void, Never>
        var length: Int
    }

    /// By what takes turns: a memory, or nil for what looks at many.
    private let queues = Mutex<[MemoryID?: Queue]>([:])

    /// Does something when those that came before are done. A caller that is cancelled while it waits does nothing.
    ///
    /// - Parameter id: The memory of which it is; nil if it looks at many. Inside the latter the former may take a turn.
    func take<R: Sendable>(
        of id: MemoryID? = nil,
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        let task = queues.withLock { queues in
            let before = queues[id]
            let task = Task {
                await before?.last.value
                try Task.checkCancellation()
                return try await body()
            }
            queues[id] = Queue(last: Task { _ = await task.result }, length: (before?.length ?? 0) + 1)
            return task
        }
        defer {
            queues.withLock { queues in
                queues[id]?.length -= 1
                if queues[id]?.length == 0 { queues[id] = nil }
            }
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
