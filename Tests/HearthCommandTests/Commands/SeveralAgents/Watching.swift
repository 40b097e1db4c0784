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

    @Test func `it ends well when nobody reads any longer`() async throws {
        let tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        _ = try await tool.stored("There before.")
        let script = """
            { "$0" watch --db "$1"; echo "ended with $?" > "$2"; } | head -n 1 &
            until [ -s "$2" ]; do "$0" store --db "$1" "One more." > "$2.id" || exit 1; done
            cat "$2"
            """
        let outcome = try await tool.shell(script, tool.store, tool.store + ".ended")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let lines = outcome.text.split(separator: "\n")
        #expect(lines.count == 2 && lines.last == "ended with 0", "\(lines)")
    }
}
