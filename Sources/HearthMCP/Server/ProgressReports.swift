import HearthText
import Synchronization

/// Tells a client that asked for it, now and then, that a long request goes on.
final class ProgressReports: Sendable {
    private let task: Task<Void, Never>
    private let isOver: Over

    /// Whether the request has been answered.
    private final class Over: Sendable {
        let value = Mutex(false)
    }

    /// How often a client is told.
    private static let interval = Duration.seconds(1)

    /// Begins to report; nil for a request that doesn't ask for it.
    init?(_ params: JSONObject, _ outbox: Outbox) {
        guard let token = params["_meta"]?["progressToken"], token.string != nil || token.double != nil else {
            return nil
        }
        let isOver = Over()
        self.isOver = isOver
        task = Task {
            var seconds = 0
            while true {
                do {
                    try await Task.sleep(for: Self.interval)
                } catch {
                    return
                }
                seconds += 1
                // None may come after the answer.
                isOver.value.withLock { isOver in
                    guard !isOver else { return }
                    outbox.notify(
                        "notifications/progress",
                        ["progressToken": token, "progress": JSONValue(seconds), "message": "Still at work."]
                    )
                }
            }
        }
    }

    /// Reports no more.
    func end() {
        isOver.value.withLock { $0 = true }
        task.cancel()
    }
}
