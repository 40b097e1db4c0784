import HearthMemory
public import HearthModel
import HearthRules
import Logging
public import ServiceLifecycle

extension HubSync: Service {
    /// How long the hub is asked for news at once.
    private static let wait = Duration.seconds(30)
    /// How often this file is looked at for changes while the hub has no news.
    private static let look = Duration.milliseconds(200)
    private static let retries = RetrySchedule(first: .seconds(1), longest: .seconds(300))

    /// Exchanges until the group shuts down or the task is cancelled: whenever something is new here or on the hub, and
    /// after failures again and again, with growing pauses.
    ///
    /// A device that was removed from its space exchanges no more, and an administrator is told. The other services of the
    /// group go on.
    ///
    /// - Throws: `CancellationError` where the task is cancelled.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.watch() }
        } catch is CancellationError where !Task.isCancelled {
            // The group shuts down.
        } catch let error as MemoryError where error.code == .deviceRemoved {
            try await gracefulShutdown()
        }
    }

    /// Exchanges until the task is cancelled.
    ///
    /// - Parameter each: Gets what each exchange did.
    /// - Throws: `CancellationError`; `.deviceRemoved`; `.closed` where the coordinator is closed.
    public func watch(_ each: @Sendable (HubSyncReport) -> Void = { _ in }) async throws {
        var generator = SystemRandomNumberGenerator()
        var failures = 0
        var stalls = 0
        while true {
            try Task.checkCancellation()
            do {
                let report = try await exchangeAll(looksAtHeld: false)
                each(report)
                failures = 0
                nextAttempt = nil
                // A hub that says that there is more, and does not give it, would be asked without a rest.
                let isStuck = try await !isCaughtUp() && report == HubSyncReport()
                guard !isStuck else {
                    stalls += 1
                    try await rest(afterFailures: stalls, using: &generator)
                    continue
                }
                stalls = 0
                try await waitForWork()
            } catch {
                let code = (error as? MemoryError)?.code
                guard !(error is CancellationError), code != .deviceRemoved, code != .closed else { throw error }
                failures += 1
                logger.warning(
                    "The exchange with other devices failed; it is tried again.",
                    metadata: ["error": "\(error)"]
                )
                try await rest(afterFailures: failures, using: &generator)
            }
        }
    }

    private func rest(afterFailures failures: Int, using generator: inout SystemRandomNumberGenerator) async throws {
        let pause = Self.retries.pause(afterFailures: failures, using: &generator)
        nextAttempt = clock.now().advanced(by: pause)
        try await clock.sleep(clock.bootInstant.advanced(by: pause).nanoseconds)
    }

    /// Whether the hub has shown all that it says it has.
    private func isCaughtUp() async throws -> Bool {
        guard let end else { return true }
        return try await coordinator.deviceCursor() >= end
    }

    /// Returns when the hub has something new, or this file.
    private func waitForWork() async throws {
        let cursor = try await coordinator.deviceCursor()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [space] in try await space.waitForNews(after: cursor, timeout: Self.wait) }
            group.addTask { [coordinator, clock, lastNote] in
                while try await coordinator.latestDeviceNote() <= lastNote {
                    try await clock.sleep(clock.bootInstant.advanced(by: Self.look).nanoseconds)
                }
                return true
            }
            _ = try await group.next()
            group.cancelAll()
        }
    }
}
