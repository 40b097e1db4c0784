import ArgumentParser
import Glibc
import HearthMemory
import UnixSignals

/// Prints notifications as they come, until a signal ends it or nobody reads any longer.
struct NotificationFollower {
    let output: OutputOptions
    var console = Console.output

    /// How a shell tells which signal ended a program: 128 and the signal's number.
    private static let signalled: Int32 = 128

    func follow(_ notifications: AsyncStream<AdministratorNotification>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                for await notification in notifications { try print(notification) }
            }
            tasks.addTask { try await waitForSignal() }
            tasks.addTask { try await waitUntilNobodyReads() }
            defer { tasks.cancelAll() }
            _ = try await tasks.next()
        }
    }

    private func print(_ notification: AdministratorNotification) throws {
        let shown = NotificationJSON(notification: notification)
        guard !output.json else { return try console.write(bytes: JSONText.encodeLine(shown)) }
        var page = Page(console)
        shown.render(on: &page)
        page.gap()
        try console.write(page.text)
    }

    private func waitForSignal() async throws {
        for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            throw ExitCode(Self.signalled + (signal == .sigint ? SIGINT : SIGTERM))
        }
    }

    /// Looks once a second whether the other end of a pipe was closed: without anything to print, no write would tell.
    private func waitUntilNobodyReads() async throws {
        while true {
            var state = pollfd(fd: console.descriptor, events: 0, revents: 0)
            if poll(&state, 1, 0) > 0, state.revents & Int16(POLLERR) != 0 { throw OutputFailure.readerLeft }
            try await Task.sleep(for: .seconds(1), clock: .continuous)
        }
    }
}
