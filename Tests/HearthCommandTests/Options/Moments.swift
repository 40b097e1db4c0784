import Foundation
import Testing

@testable import hearth

/// Times on the command line.
@Suite struct Moments {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    /// Memories of the last moment of one day, of the next day's first and last, and of the first of the one after.
    private func fill() async throws {
        let times = [
            "2025-05-02T23:59:59.999999Z", "2025-05-03T00:00:00Z", "2025-05-03T23:59:59.999999Z",
            "2025-05-04T00:00:00Z",
        ]
        let lines = times.map { #"{"id": "\#($0)", "user": "iris", "text": "tea of \#($0)", "created_at": "\#($0)"}"# }
        #expect(try await tool.json("import", "-", input: lines.joined(separator: "\n"))["stored"]?.int == 4)
    }

    @Test func `a date alone as an end includes its day`() async throws {
        try await fill()
        for command in [["list"], ["search", "tea"]] {
            let outcome = try await tool.run(
                command + ["--since", "2025-05-03", "--until", "2025-05-03", "--json", "--db", tool.store]
            )
            let found = try outcome.json
            let ids = found["memories"]?.array.map { $0["id"] } ?? found["results"]?.array.map { $0["id"] }
            #expect(
                Set(ids?.compactMap { $0?.string } ?? []) == ["2025-05-03T00:00:00Z", "2025-05-03T23:59:59.999999Z"]
            )
        }
        #expect(try await tool.json("list", "--until", "2025-05-02")["memories"]?.array.count == 1)
        // A time is an end that is no longer part of it.
        #expect(try await tool.json("list", "--until", "2025-05-04T00:00:00Z")["memories"]?.array.count == 3)
    }

    @Test(arguments: [
        ["2025-05-04", "2025-05-03"], ["2025-05-03T10:00:00Z", "2025-05-03T09:00:00Z"],
        ["2025-05-03T10:00:00Z", "2025-05-03T12:00:00+02:00"],
    ])
    func `a reversed range is refused`(range: [String]) async throws {
        try await fill()
        for command in [["list"], ["search", "tea"], ["similar", "mem_1"]] {
            let outcome = try await tool.run(
                command + ["--since", range[0], "--until", range[1], "--db", tool.store]
            )
            #expect(outcome.status == 64 && outcome.output.isEmpty)
            #expect(outcome.errors.contains("--since is not before --until"), "\(outcome.errors)")
        }
    }

    @Test func `a range of no length is refused, with a remedy that helps`() async throws {
        let time = "2025-05-03T10:00:00Z"
        for range in [[time, time], [time, "2025-05-03T12:00:00+02:00"], ["2025-05-04", "2025-05-03"]] {
            try await tool.expectRefusal(
                "list",
                "--since",
                range[0],
                "--until",
                range[1],
                saying: "--since is not before --until",
                "give a later --until",
                status: 64
            )
        }
    }

    @Test func `an expiry in the past is refused, and a day lasts until it is over`() async throws {
        for arguments in [["store", "tea"], ["edit", "mem_1"]] {
            for past in ["2020-01-01", "2020-01-01T00:00:00Z"] {
                let outcome = try await tool.run(arguments + ["--expires", past, "--db", tool.store])
                #expect(outcome.status == 1 && outcome.output.isEmpty)
                #expect(outcome.errors.contains("--expires \(past) has passed"), "\(outcome.errors)")
            }
        }
        #expect(!tool.sandbox.exists("store.db"))
        let today = try #require(Moment(argument: String(RFC3339.string(.now).prefix(10))))
        #expect(try today.asExpiry() > .now)
        let id = try await tool.stored("tea", "--expires", "2199-01-01")
        #expect(try await tool.json("get", id)["expires_at"]?.string == "2199-01-02T00:00:00.000000Z")
    }
}
