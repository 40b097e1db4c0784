import FoundationEssentials
import HearthRules
import HearthSQLite
import Synchronization
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// What an administrator is told: each thing once, also by other processes, and more loudly if nobody hears it.
@Suite(.timeLimit(.minutes(60))) struct Notifying {
    private func alert(_ message: String = "It fails.", severity: AdministratorNotification.Severity = .warning)
        -> Alert
    {
        Alert(.syncFailed, severity: severity, cause: "sync", message: message)
    }

    @Test func `raised again for one cause, a notification counts and there is no second one`() async throws {
        let shared = try await SharedStore(embeds: false)
        var stream = shared.store.notificationStream().makeAsyncIterator()
        await shared.store.raise(alert("Once."))
        shared.clock.advance(by: .seconds(60))
        await shared.store.raise(alert("Twice."))
        let pending = try shared.store.pendingNotifications()
        #expect(pending.map(\.count) == [2] && pending.map(\.message) == ["Twice."])
        #expect(pending[0].lastRaisedAt.timeIntervalSince(pending[0].createdAt) == 60)
        // Those who listen hear of it when it arises and when it becomes worse, and not in between.
        #expect(await stream.next()?.message == "Once.")
        await shared.store.raise(alert("Worse.", severity: .critical))
        #expect(await stream.next()?.message == "Worse.")
        await shared.store.raise(Alert(.integrityProblem, severity: .critical, message: "Another."))
        #expect(await stream.next()?.message == "Another.")
        #expect(try shared.store.pendingNotifications().map(\.count) == [3, 1])
        try await shared.store.close()
    }

    @Test func `an acknowledged cause is silent for a day, and is told of anew when it was over in between`()
        async throws
    {
        let shared = try await SharedStore(embeds: false)
        await shared.store.raise(alert())
        try await shared.store.acknowledgeNotification(try shared.store.pendingNotifications()[0].id)
        shared.clock.advance(by: .seconds(86_399))
        await shared.store.raise(alert())
        #expect(try shared.store.pendingNotifications().isEmpty)
        shared.clock.advance(by: .seconds(1))
        await shared.store.raise(alert())
        #expect(try shared.store.pendingNotifications().map(\.count) == [1])

        try await shared.store.acknowledgeNotification(try shared.store.pendingNotifications()[0].id)
        await shared.store.forget(cause: "sync")
        await shared.store.raise(alert())
        #expect(try shared.store.pendingNotifications().map(\.count) == [1])
        // What nobody has acknowledged goes on counting when its cause comes again.
        await shared.store.forget(cause: "sync")
        await shared.store.raise(alert())
        #expect(try shared.store.pendingNotifications().map(\.count) == [2])
        try await shared.store.close()
    }

    @Test func `what nobody acknowledges becomes more severe once, unless the conflict is settled`() async throws {
        let shared = try await SharedStore(embeds: false)
        let (_, conflict) = try await shared.waitingConflict()
        await shared.store.raise(alert())
        await shared.store.raise(Alert(.integrityProblem, severity: .critical, message: "Bad."))
        try await shared.store.resolve(conflict.id, as: "system", decision: .keep(conflict.versions[0].id))
        var stream = shared.store.notificationStream().makeAsyncIterator()
        for _ in 0..<3 { _ = await stream.next() }
        #expect(try await shared.store.escalateNotifications(unacknowledgedFor: .seconds(3_600)) == 0)
        shared.clock.advance(by: .seconds(3_600))
        #expect(try await shared.store.escalateNotifications(unacknowledgedFor: .zero) == 0)
        #expect(try await shared.store.escalateNotifications(unacknowledgedFor: .seconds(3_600)) == 1)
        let heard = try #require(await stream.next())
        #expect(heard.kind == .syncFailed && heard.severity == .critical && heard.escalatedAt != nil)
        shared.clock.advance(by: .seconds(36_000))
        #expect(try await shared.store.escalateNotifications(unacknowledgedFor: .seconds(3_600)) == 0)
        #expect(try shared.store.pendingNotifications().map(\.severity) == [.information, .critical, .critical])
        try await shared.store.close()
    }

    @Test func `a listener hears what another store on the file raises, each once`() async throws {
        let directory = try TemporaryDirectory()
        let here = try await SharedStore(.file(directory.file("store.db")), embeds: false)
        let there = try await SharedStore(.file(directory.file("store.db")), clock: here.clock, embeds: false)
        await there.store.raise(Alert(.integrityProblem, severity: .warning, message: "Before."))
        var stream = here.store.notificationStream().makeAsyncIterator()
        #expect(await stream.next()?.message == "Before.")
        await there.store.raise(alert("From there."))
        try await until { here.clock.sleepers == 1 }
        here.clock.advance(by: MemoryStore.notificationWatchInterval)
        #expect(await stream.next()?.message == "From there.")
        // What arose here is in the file as well, and is told of once.
        await here.store.raise(Alert(.keyMissing, severity: .warning, message: "From here."))
        #expect(await stream.next()?.message == "From here.")
        try await until { here.clock.sleepers == 1 }
        here.clock.advance(by: MemoryStore.notificationWatchInterval)
        try await until { here.clock.sleepers == 1 }
        await there.store.raise(Alert(.diskNearlyFull, severity: .warning, message: "Last."))
        here.clock.advance(by: MemoryStore.notificationWatchInterval)
        #expect(await stream.next()?.message == "Last.")
        try await here.store.close()
        #expect(await stream.next() == nil)
        #expect(here.clock.sleepers == 0)
        try await there.store.close()
    }

    @Test func `nobody watches the file while nobody listens`() async throws {
        let shared = try await SharedStore(embeds: false)
        #expect(shared.clock.sleepers == 0)
        var stream: AsyncStream<AdministratorNotification>? = shared.store.notificationStream()
        try await until { shared.clock.sleepers == 1 }
        #expect(stream != nil)
        stream = nil
        try await until { shared.clock.sleepers == 0 }
        try await shared.store.close()
    }

    @Test func `a listener that does not read keeps a bounded number`() async throws {
        let hub = NotificationHub()
        let stream = hub.stream { [] }
        for id in 1...5_000 {
            hub.publish([
                AdministratorNotification(id: id, severity: .warning, kind: .syncFailed, message: "", createdAt: .now)
            ])
        }
        await hub.close()
        let kept = await stream.reduce(into: []) { $0.append($1.id) }
        #expect(kept == Array(3_977...5_000))
    }

    @Test func `on a full disk those who listen are told, with no number`() async throws {
        let shared = try await SharedStore(embeds: false) { $0.maximumPageCount = 200 }
        var stream = shared.store.notificationStream().makeAsyncIterator()
        await expect(.storeFull) {
            while true { _ = try await shared.memory(String(repeating: "word ", count: 20_000), shareWith: []) }
        }
        let heard = try #require(await stream.next())
        #expect(heard.kind == .diskNearlyFull && heard.severity == .critical)
        try await shared.store.close()
    }
}
