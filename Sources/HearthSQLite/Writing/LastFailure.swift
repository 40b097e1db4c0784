internal import Synchronization

/// What the latest attempt at something in the background failed with, for whoever looks after its health.
final class LastFailure: Sendable {
    private let latest = Mutex<(any Error)?>(nil)

    /// The failure; `nil` after an attempt that worked, and before the first.
    var error: (any Error)? { latest.withLock { $0 } }

    func note(_ attempt: Result<Void, any Error>) {
        latest.withLock { latest in
            switch attempt {
            case .success: latest = nil
            case .failure(let error): latest = error
            }
        }
    }
}
