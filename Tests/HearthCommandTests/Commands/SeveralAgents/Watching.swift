import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60))) struct Watching {
    @Test func `what another process stores is printed as it happens`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        _ = try await tool.stored("There before.")
        let watching = try tool.start(["watch", "--events", "1", "--json", "--db", tool.store])
        var stored: Set<String> = []
        // Nobody says when the watch has begun, so something happens until it has ended.
        while watching.isRunning { stored.insert(try await tool.stored("Tea \(stored.count).")) }
        let outcome = try await watching.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let event = try JSON(outcome.output)
        #expect(event["kind"]?.string == "stored")
        #expect(stored.contains(event["id"]?.string ?? ""))
        #expect(event["agent"]?.string == "alden" && event["user"]?.string == "iris")
        try await tool.expectRefusal("watch", "--events", "0", saying: "more than 0", status: 64)
    }
}
