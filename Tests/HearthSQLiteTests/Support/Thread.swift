import TestSupport

/// A closure that blocks, under way on a thread of its own.
struct Thread<R: Sendable>: Sendable {
    private let task: Task<R, any Error>

    init(_ body: @escaping @Sendable () throws -> R) {
        task = Task { try await blocking(body) }
    }

    /// What the closure returned.
    var value: R {
        get async throws { try await task.value }
    }
}
