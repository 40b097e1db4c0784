import Synchronization

/// Sees to it that one task at a time makes the vectors that are missing, and that an embedder that fails is given a rest.
final class EmbeddingQueue: Sendable {
    private struct State {
        var task: Task<Void, Never>?
        /// Whether something was stored since the task last looked.
        var hasMore = false
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Begins to work unless that is under way; then once more after it.
    func wake(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.hasMore = true
            guard state.task == nil else { return }
            state.task = Task { [weak self] in
                while let self, takeMore(), !Task.isCancelled { await work() }
            }
        }
    }

    /// Stops what is under way and begins nothing more.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// Whether there is something to do; if not, the task ends.
    private func takeMore() -> Bool {
        state.withLock { state in
            if !state.hasMore { state.task = nil }
            defer { state.hasMore = false }
            return state.hasMore
        }
    }
}
