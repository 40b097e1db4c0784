import Dispatch

/// A closure on a thread of its own, for readers that block: the pool of the tasks has few threads.
struct Thread<R: Sendable>: Sendable {
    private let task: Task<R, any Error>

    init(_ body: @escaping @Sendable () throws -> R) {
        task = Task {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
            }
        }
    }

    /// What the closure returned.
    var value: R {
        get async throws { try await task.value }
    }
}
