import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import TestSupport
import Testing

@testable import HearthMemory

/// Background work as a service beside others.
@Suite(.timeLimit(.minutes(60))) struct BackgroundServices {
    private let clock = TestClock()

    private func open() async throws -> MultiAgentMemoryCoordinator {
        var configuration = CoordinatorConfiguration()
        configuration.clock = clock.storeClock
        configuration.embedder = nil
        return try await MultiAgentMemoryCoordinator.open(.temporary, configuration: configuration)
    }

    @Test func `it runs in a group until a graceful shutdown, and the host closes`() async throws {
        let coordinator = try await open()
        try await testGracefulShutdown { trigger in
            async let running: Void = ServiceGroup(services: [coordinator], logger: Logger(label: "test")).run()
            try await until { clock.sleepers == 1 }
            #expect(coordinator.backgroundSyncStatus.state == .running)
            trigger.triggerGracefulShutdown()
            try await running
        }
        #expect(coordinator.backgroundSyncStatus.state == .stopped && clock.sleepers == 0)
        // The store is still open, and may be started again.
        #expect(try await coordinator.agents().count == 5)
        coordinator.start()
        try await until { clock.sleepers == 1 }
        try await coordinator.close()
        #expect(clock.sleepers == 0)
    }

    @Test func `cancelling its task ends it`() async throws {
        let coordinator = try await open()
        let task = Task { try await coordinator.run() }
        try await until { clock.sleepers == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(coordinator.backgroundSyncStatus.state == .stopped && clock.sleepers == 0)
        try await coordinator.close()
    }
}
