import HearthModel
public import ServiceLifecycle

/// Background work as a service of swift-service-lifecycle, beside the other services of a host:
///
/// ```swift
/// let group = ServiceGroup(
///     services: [coordinator], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
/// try await group.run()
/// try await coordinator.close()
/// ```
extension MultiAgentMemoryCoordinator: Service {
    /// Starts background work, and ends it after the present step when the group shuts down or the task is cancelled.
    ///
    /// The coordinator stays open: the host closes it when its other services need it no more.
    ///
    /// - Throws: `CancellationError` where the task is cancelled.
    public func run() async throws {
        start()
        do {
            try await gracefulShutdown()
        } catch {
            await background.stop()
            throw error
        }
        await background.stop()
    }
}
