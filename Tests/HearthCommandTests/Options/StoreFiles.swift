import CSQLite
import Foundation
import Testing

@Suite struct StoreFiles {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    /// Runs statements on a database that no other process has open.
    private func sqlite(_ path: String, _ statements: String, beforeClosing body: () throws -> Void = {}) throws {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        try #require(sqlite3_open(path, &connection) == SQLITE_OK)
        try #require(sqlite3_exec(connection, statements, nil, nil, nil) == SQLITE_OK)
        try body()
    }

    @Test func `a store that is not there is not made by looking`() async throws {
        for arguments in [
            ["list"], ["get", "m1"], ["search", "tea"], ["status"], ["verify"], ["agents"], ["policy", "show"],
        ] {
            let outcome = try await tool.run(arguments + ["--db", tool.store])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("There is no store at \(tool.store)"))
        }
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `an empty file is not made a store by looking`() async throws {
        try tool.sandbox.write("store.db", "")
        for arguments in [
            ["list"], ["search", "tea"], ["status"], ["doctor"], ["erase", "--rest"], ["keys", "rotate"],
        ] {
            try await tool.expectRefusal(arguments, saying: ["is empty, and no store yet"])
        }
        #expect(try await tool.json("keys", "status")["store"]?.bool == false)
        #expect(tool.sandbox.bytes("store.db").isEmpty)
        #expect(try await tool.run("store", "tea").status == 0)
        #expect(try await tool.run("list").text.contains("tea"))
    }

    @Test func `the default store is made in a directory of its owner's`() async throws {
        let outcome = try await tool.run(["store", "tea"])
        #expect(outcome.status == 0)
        let directory = tool.sandbox.file(".local/share/hearth")
        let attributes = try FileManager.default.attributesOfItem(atPath: directory)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
        #expect(FileManager.default.fileExists(atPath: directory + "/hearth.db"))
    }

    @Test func `what is no database is left as it is`() async throws {
        let text = Data("This is a diary and not a database, whatever its name says.\n".utf8)
        try tool.sandbox.write("store.db", text)
        for command in [["store", "tea"], ["list"], ["import", "-"]] {
            let outcome = try await tool.run(command + ["--db", tool.store])
            #expect(outcome.status == 1)
            #expect(!outcome.errors.isEmpty && outcome.output.isEmpty)
        }
        #expect(tool.sandbox.bytes("store.db") == text)
    }

    @Test func `another program's database and its write-ahead log are left byte for byte`() async throws {
        // Copied while its owner has it open, as a crash would leave it.
        try sqlite(
            tool.sandbox.file("theirs.db"),
            "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES('theirs');"
        ) {
            // Reading them here drops this process's locks on them, which protect nothing: nobody else opens them.
            for suffix in ["", "-wal"] {
                let theirs = tool.sandbox.file("theirs.db\(suffix)")
                try FileManager.default.copyItem(atPath: theirs, toPath: tool.store + suffix)
            }
        }
        let before = [tool.sandbox.bytes("store.db"), tool.sandbox.bytes("store.db-wal")]
        #expect(!before[1].isEmpty)
        for command in [["store", "tea"], ["list"]] {
            let outcome = try await tool.run(command + ["--db", tool.store])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains("not a database of this engine") || outcome.errors.contains("another program"),
                "\(outcome.errors)"
            )
        }
        #expect([tool.sandbox.bytes("store.db"), tool.sandbox.bytes("store.db-wal")] == before)
    }

    @Test func `a store of a newer version is not touched`() async throws {
        try await tool.run("store", "tea")
        try sqlite(tool.store, "PRAGMA user_version = 9999")
        let before = tool.sandbox.bytes("store.db")
        let outcome = try await tool.run("list")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("version 9999"))
        #expect(tool.sandbox.bytes("store.db") == before)
    }

    @Test func `in a directory that can't be written the reason is said`() async throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: tool.sandbox.path)
        // Root writes everywhere, so where it runs the tests somebody else runs the tool.
        let outcome = try await tool.shell(
            #"""
            [ "$(id -u)" = 0 ] && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" store tea --db "$1"
            exec "$0" store tea --db "$1"
            """#,
            tool.store
        )
        #expect(outcome.status == 1)
        #expect(outcome.errors == "Error: \(tool.store): Permission denied\n")
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `a store that can't be written is read if that is asked for, and it is said how`() async throws {
        try await tool.run("store", "tea")
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: tool.store)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: tool.sandbox.path)
        let script = #"""
            [ "$(id -u)" = 0 ] && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$0" "$@"
            exec "$0" "$@"
            """#
        for command in [["list", "--user", "iris", "--agent", "alden"], ["search", "tea"], ["verify"]] {
            let refused = try await tool.shell(script, command + ["--db", tool.store])
            #expect(refused.status == 1 && refused.errors.contains("HEARTH_READ_ONLY=true"), "\(refused.errors)")
        }
        let examined = try await tool.shell(script, ["doctor", "--db", tool.store])
        #expect(examined.text.contains("HEARTH_READ_ONLY=true lets the store be read"), "\(examined.text)")
        var reading = tool
        reading.environment["HEARTH_READ_ONLY"] = "true"
        let verified = try await reading.shell(script, ["verify", "--db", tool.store])
        #expect(verified.status == 0, "\(verified.errors)")
    }

    @Test func `a directory that isn't there is named`() async throws {
        let outcome = try await tool.run(["store", "tea", "--db", tool.sandbox.file("nowhere/store.db")])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("mkdir -p \(tool.sandbox.file("nowhere"))`"), "\(outcome.errors)")
        #expect(!tool.sandbox.exists("nowhere"))
    }

    @Test(arguments: [248, 250, 255, 256, 300])
    func `a name that leaves no room for the files beside it is refused, and no file is left`(bytes: Int) async throws {
        let path = tool.sandbox.file(String(repeating: "n", count: bytes))
        let outcome = try await tool.run(["store", "tea", "--db", path])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("has \(bytes) bytes; at most 247"), "\(outcome.errors)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: tool.sandbox.path).allSatisfy { !$0.hasPrefix("n") }
        )
    }

    @Test func `a name and a path as long as they may be hold a store`() async throws {
        let longest = tool.sandbox.file(String(repeating: "n", count: 247))
        #expect(try await tool.run(["store", "tea", "--db", longest]).status == 0)
        #expect(try await tool.run(["list", "--db", longest]).status == 0)

        var directory = tool.sandbox.path
        while directory.utf8.count < 400 { directory += "/" + String(repeating: "d", count: 50) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (bytes, status) in [(503, 0), (504, 1), (520, 1)] as [(Int, Int32)] {
            let path = directory + "/" + String(repeating: "n", count: bytes - directory.utf8.count - 1)
            let outcome = try await tool.run(["store", "tea", "--db", path])
            #expect(outcome.status == status, "\(bytes): \(outcome.errors)")
            #expect(outcome.errors.contains("path") == (status == 1))
            #expect(FileManager.default.fileExists(atPath: path) == (status == 0))
        }
    }

    @Test func `a tilde is the home directory, as where a shell leaves it alone`() async throws {
        let outcome = try await tool.run(["store", "tea", "--db", "~/store.db"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(tool.sandbox.exists("store.db"))
        let other = try await tool.run(["store", "tea", "--db", "~nobody/store.db"])
        #expect(other.status == 1 && other.errors.contains("~nobody"))
        // So in every command that is given a file.
        try #require(try await tool.run(["backup", "~/backup.db", "--db", "~/store.db"]).status == 0)
        try #require(try await tool.run(["audit", "anchor", "--to", "~/anchor", "--db", "~/store.db"]).status == 0)
        _ = try tool.sandbox.write("lines.jsonl", "{\"agent\":\"alden\",\"text\":\"milk\",\"user\":\"iris\"}\n")
        for arguments in [
            ["import", "~/lines.jsonl"], ["audit", "verify", "--anchor=~/anchor"], ["verify", "--anchor=~/anchor"],
            ["metrics", "--textfile", "~/hearth.prom"], ["restore", "~/backup.db", "--force"],
        ] {
            let outcome = try await tool.run(arguments + ["--db", "~/store.db"])
            #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
        }
        #expect(tool.sandbox.exists("hearth.prom"))
        for arguments in [["import", "~nobody/x"], ["policy", "check", "~nobody/x"], ["restore", "~nobody/x"]] {
            let outcome = try await tool.run(arguments + ["--db", "~/store.db"])
            #expect(outcome.status == 1 && outcome.errors.contains("~nobody"), "\(arguments): \(outcome.errors)")
        }
    }

    @Test func `a limit on the size of files and a missing directory are named whatever is written`() async throws {
        let lines = (0..<400).map { #"{"id": "m\#($0)", "user": "iris", "text": "\#($0) \#(Self.long)"}"# }
        try await tool.run("import", try tool.sandbox.write("input.jsonl", lines.joined(separator: "\n")))
        let export = try await tool.shell(
            #"ulimit -f 200; "$0" export "$1" --db "$2""#,
            tool.sandbox.file("export"),
            tool.store
        )
        #expect(export.status == 1 && export.errors.contains("ulimit -f"), "\(export.errors)")
        #expect(!tool.sandbox.exists("export"))
        let missing = tool.sandbox.file("none") + "/file"
        for command in [
            ["audit", "export", missing], ["audit", "anchor", "--to", missing], ["metrics", "--textfile", missing],
        ] {
            let outcome = try await tool.run(command + ["--db", tool.store])
            #expect(outcome.status == 1 && outcome.errors.contains("mkdir -p"), "\(command): \(outcome.errors)")
        }
        let none = try await tool.run(["keys", "init", missing])
        #expect(none.status == 1 && none.errors.contains("mkdir -p"), "\(none.errors)")
    }

    @Test func `a symlinked directory is followed`() async throws {
        try FileManager.default.createDirectory(atPath: tool.sandbox.file("real"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(
            atPath: tool.sandbox.file("link"),
            withDestinationPath: tool.sandbox.file("real")
        )
        let outcome = try await tool.run(["store", "tea", "--db", tool.sandbox.file("link/store.db")])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(tool.sandbox.exists("real/store.db"))
    }

    @Test func `a disk that takes no more is named, and what fitted before it is whole`() async throws {
        try await tool.run("store", "tea")
        let lines = (0..<4_000).map { #"{"id": "m\#($0)", "user": "iris", "text": "\#($0) \#(Self.long)"}"# }
        let input = try tool.sandbox.write("input.jsonl", lines.joined(separator: "\n"))
        // A limit on the size of files, of 4 MiB in blocks of 512 bytes.
        let outcome = try await tool.shell(#"ulimit -f 8192; "$0" import "$1" --db "$2""#, input, tool.store)
        #expect(outcome.status == 1 && outcome.signal == nil)
        #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
        #expect(try await tool.json("verify")["sound"]?.bool == true)
        let counts = try await tool.json("import", input)
        #expect(counts["complete"]?.bool == true)
        let present = try #require(counts["present"]?.int)
        #expect(present % 500 == 0, "whole batches were stored before")
        // Both runs say what is there.
        #expect(outcome.text.contains("stored   \(present)"), "\(outcome.text)")
        #expect(outcome.errors.contains("\(present) of its memories are in the store"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("nothing of this call"))
        #expect(try await tool.json("slice", "--limit", "1")["statistics"]?["total"]?.int == 4_001)
    }

    @Test func `an import that a full disk ends reports what it has stored`() async throws {
        let lines = (0..<4_000).map { #"{"id": "m\#($0)", "user": "iris", "text": "\#($0) \#(Self.long)"}"# }
        let notes = lines.map { $0.replacing(#""text""#, with: #""memory""#) }
        for (name, text) in [
            ("lines.jsonl", lines.joined(separator: "\n")), ("mem0.json", "[\(notes.joined(separator: ","))]"),
        ] {
            let store = tool.sandbox.file(name + ".db")
            let input = try tool.sandbox.write(name, text)
            let script = #"ulimit -f 8192; "$0" import "$1" --agent alden --json --db "$2" $3"#
            let user = name == "mem0.json" ? "--user iris" : ""
            let outcome = try await tool.shell(script, input, store, user)
            #expect(outcome.status == 1 && outcome.errors.contains("ulimit -f"), "\(outcome.errors)")
            let report = try outcome.json
            #expect(report["complete"]?.bool == false && report["read"]?.int == 4_000)
            let stored = try #require(report["stored"]?.int)
            #expect(stored > 0 && stored < 4_000)
            let rest = try await tool.shell(#""$0" import "$1" --agent alden --json --db "$2" $3"#, input, store, user)
            let completed = try rest.json
            #expect(completed["present"]?.int == stored && completed["stored"]?.int == 4_000 - stored)
            #expect(completed["complete"]?.bool == true)
        }
    }

    @Test func `a limit on the size of files is named, wherever it strikes`() async throws {
        for blocks in [1, 64, 400] {
            let outcome = try await tool.shell(#"ulimit -f "$2"; "$0" store tea --db "$1""#, tool.store, "\(blocks)")
            #expect(outcome.status == 1 && outcome.signal == nil, "\(blocks)")
            #expect(outcome.errors.contains("ulimit -f"), "\(blocks): \(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: tool.store), "\(blocks)")
        }
        let piped = try await tool.shell(
            #"yes '{"user": "iris", "text": "tea"}' | head -c 1000000 | (ulimit -f 100; "$0" import - --db "$1")"#,
            tool.store
        )
        #expect(piped.status == 1 && piped.errors.contains("ulimit -f"), "\(piped.errors)")
        #expect(try await tool.run("store", "tea").status == 0)
        #expect(try await tool.json("verify")["sound"]?.bool == true)
    }

    @Test func `under a limit on the size of files what is there is read, and what is said to be stored is`()
        async throws
    {
        let lines = (0..<400).map { #"{"id": "m\#($0)", "user": "iris", "text": "\#($0) \#(Self.long)"}"# }
        try await tool.run("import", try tool.sandbox.write("input.jsonl", lines.joined(separator: "\n")))
        for command in ["list --limit 3", "search tea", "get m7", "status", "agents"] {
            let outcome = try await tool.shell("ulimit -f 200; \"$0\" \(command) --db \"$1\"", tool.store)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        var stored = 0
        for blocks in stride(from: 500, through: 1_600, by: 100) {
            let path = tool.sandbox.file("\(blocks).db")
            let outcome = try await tool.shell(#"ulimit -f "$2"; "$0" store tea --json --db "$1""#, path, "\(blocks)")
            let isThere = FileManager.default.fileExists(atPath: path)
            let listed =
                isThere ? try await tool.run(["list", "--json", "--db", path]).json["memories"]?.array.count ?? -1 : 0
            #expect(listed == (outcome.status == 0 ? 1 : 0), "\(blocks): \(outcome.errors)")
            if outcome.status == 0 { stored += 1 }
        }
        #expect(stored > 0)
    }

    /// 1,000 bytes.
    private static let long = String(repeating: "tea and ", count: 125)

    @Test func `two processes that store at once both succeed`() async throws {
        let tool = self.tool
        try await tool.run("store", "first")
        try await withThrowingTaskGroup(of: Int32.self) { group in
            for writer in 0..<2 {
                group.addTask {
                    let lines = (0..<1_000)
                        .map { #"{"id": "w\#(writer)-\#($0)", "user": "iris", "text": "tea \#($0)"}"# }
                    return try await tool.run("import", "-", input: lines.joined(separator: "\n")).status
                }
            }
            for try await status in group { #expect(status == 0) }
        }
        #expect(try await tool.json("slice", "--limit", "1")["statistics"]?["total"]?.int == 2_001)
    }
}
