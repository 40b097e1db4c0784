import Foundation
import Testing

@Suite struct BadLines {
    private let tool: Tool

    init() throws {
        tool = try Tool()
    }

    /// The bad line stands third, between good ones.
    private func input(_ line: String) -> Data {
        input(Data(line.utf8))
    }

    private func input(_ line: Data) -> Data {
        Data("{\"user\": \"iris\", \"text\": \"one\"}\n\n".utf8) + line
            + Data("\n{\"user\": \"iris\", \"text\": \"four\"}\n".utf8)
    }

    private func stored() async throws -> Int? {
        try await tool.json("list", "--agent", "alden", "--user", "iris")["memories"]?.array.count
    }

    @Test(arguments: [
        ("hello", "not JSON"),
        ("{\"user\": \"iris\"}", "text is missing"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"importance\": NaN}", "neither NaN nor Infinity"),
        ("{\"user\": \"iris\", \"text\": \"tea\", \"created_at\": \"2026-02-30T00:00:00Z\"}", "created_at"),
    ])
    func `a bad line is named with the reason and nothing is stored`(line: String, reason: String) async throws {
        let outcome = try await tool.run(
            ["import", "-", "--agent", "alden", "--json", "--db", tool.store],
            input: input(line)
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 3: "))
        #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        #expect(outcome.errors.contains("Nothing was stored"))
        #expect(try outcome.json["stored"]?.int == 0)
        #expect(try outcome.json["problems"]?[0]?["line"]?.int == 3)
        #expect(try await stored() == 0)
    }

    @Test func `two objects with a byte order mark between them are a line that says where to break it`() async throws {
        let object = "{\"user\": \"iris\", \"text\": \"tea }\u{FEFF}{\"}"
        for between in ["\u{FEFF}", " \u{FEFF} "] {
            let outcome = try await tool.run(
                ["import", "-", "--agent", "alden", "--db", tool.store],
                input: input(object + between + object)
            )
            #expect(outcome.status == 1)
            let byte = object.utf8.count + (between == "\u{FEFF}" ? 1 : 2)
            let reason = "line 3: a byte order mark at byte \(byte) of the line"
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
        }
        // Inside a text it is a character like any other.
        let stored = try await tool.run(["import", "-", "--agent", "alden", "--db", tool.store], input: input(object))
        #expect(stored.status == 0, "\(stored.errors)")
    }

    @Test func `bytes that are not UTF-8 are named by their place`() async throws {
        let line = Data("{\"user\": \"iris\", \"text\": \"caf".utf8) + Data([0xE9]) + Data("\"}".utf8)
        let outcome = try await tool.run(["import", "-", "--agent", "alden", "--db", tool.store], input: input(line))
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 3: not UTF-8: byte 30 "))
    }

    @Test func `a line without an agent needs one from the command line`() async throws {
        let outcome = try await tool.run(
            ["import", "-", "--db", tool.store],
            input: Data("{\"user\": \"iris\", \"text\": \"tea\"}".utf8)
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--agent"))
    }

    @Test func `with skip-bad the good lines are stored and the bad ones reported`() async throws {
        let outcome = try await tool.run(
            ["import", "-", "--agent", "alden", "--skip-bad", "--json", "--db", tool.store],
            input: input("hello")
        )
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("line 3: not JSON"))
        let counts = try outcome.json
        #expect([counts["read"], counts["stored"], counts["skipped"]] == [.number(3), .number(2), .number(1)])
        #expect(try await stored() == 2)
    }

    @Test func `an id that a user's agent gives to two contents is a bad line, and the first one holds`() async throws {
        let lines = [
            #"{"id": "a", "user": "iris", "text": "one"}"#,
            #"{"id": "b", "user": "iris", "text": "two"}"#,
            #"{"id": "a", "user": "iris", "text": "three"}"#,
            #"{"id": "b", "user": "iris", "text": "two"}"#,
            #"{"id": "a", "user": "joss", "text": "one"}"#,
        ]
        let path = try tool.sandbox.write("input.jsonl", lines.joined(separator: "\n"))
        let refused = try await tool.run("import", path, "--agent", "alden")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("line 3: its id was given to another memory in line 1"))
        #expect(!refused.errors.contains("line 4") && !refused.errors.contains("line 5"))

        let counts = try await tool.json("import", path, "--agent", "alden", "--skip-bad")
        #expect([counts["stored"], counts["present"], counts["skipped"]] == [.number(3), .number(1), .number(1)])
        #expect(try await tool.json("get", "a", "--agent", "alden", "--user", "iris")["text"]?.string == "one")
    }

    @Test func `content of 4 MiB is stored and one byte more is not`() async throws {
        let longest = String(repeating: "x", count: 4 << 20)
        let path = try tool.sandbox.write(
            "input.jsonl",
            "{\"id\": \"fits\", \"user\": \"iris\", \"text\": \"\(longest)\"}\n{\"id\": \"over\", \"user\": \"iris\", \"text\": \"\(longest)x\"}\n"
        )
        let outcome = try await tool.run("import", path, "--agent", "alden", "--skip-bad")
        #expect(outcome.errors.contains("line 2: ") && outcome.errors.contains("4194305"))
        #expect(try await tool.json("get", "fits", "--agent", "alden")["text"]?.string == longest)
    }

    @Test func `a line of 64 MiB is passed over without being held`() async throws {
        var input = Data("{\"user\": \"iris\", \"text\": \"".utf8)
        input += Data(repeating: UInt8(ascii: "x"), count: 64 << 20)
        input += Data("\"}\n{\"user\": \"iris\", \"text\": \"after\"}\n".utf8)
        let outcome = try await tool.run(
            ["import", "-", "--agent", "alden", "--skip-bad", "--json", "--db", tool.store],
            input: input
        )
        #expect(outcome.errors.contains("line 1: the line has more than 25 MiB"))
        #expect(try outcome.json["stored"]?.int == 1)
    }

    @Test func `of very many bad lines the first ones are named and all are counted`() async throws {
        let outcome = try await tool.run(
            "import",
            "-",
            "--agent",
            "alden",
            input: String(repeating: "no\n", count: 5_000)
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("line 20:") && !outcome.errors.contains("line 21:"))
        #expect(outcome.errors.contains("5000 of 5000 lines are bad, 4980 of them not named here"))
    }

    @Test func `a file that is not there is named`() async throws {
        let outcome = try await tool.run("import", "nowhere.jsonl")
        #expect(outcome.status == 1)
        #expect(outcome.errors == "Error: nowhere.jsonl can't be read: No such file or directory.\n")
    }

    @Test func `a folder without anything to import is named as one`() async throws {
        let outcome = try await tool.run("import", ".")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("is a folder without notes"), "\(outcome.errors)")
    }

    /// A crash of the machine may leave a line of a file, or its end, without the bytes that were written.
    @Test(arguments: [0, 1, 2])
    func `a line of NULs is one bad line`(place: Int) async throws {
        let torn = try Tool(["HEARTH_AGENT": "alden"])
        var lines = ["tea", "bread"].map { #"{"user": "iris", "text": "\#($0)"}"# }
        lines.insert(String(repeating: "\0", count: 4_096), at: place)
        let path = try torn.sandbox.write("torn.jsonl", lines.joined(separator: "\n"))
        let refused = try await torn.run("import", path)
        // Where it comes first nothing says what the file is.
        if place > 0 {
            #expect(refused.status == 1)
            #expect(refused.errors.contains("line \(place + 1)"), "\(refused.errors)")
            #expect(try await torn.json("import", path, "--skip-bad")["stored"]?.int == 2)
        } else {
            #expect(refused.errors.contains("is not a text"), "\(refused.errors)")
            #expect(try await torn.json("import", path, "--skip-bad", "--from", "hearth")["stored"]?.int == 2)
        }
    }
}
