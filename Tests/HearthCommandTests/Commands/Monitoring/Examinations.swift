import Foundation
import TestSupport
import Testing

@Suite struct Examinations {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `of a sound store nothing is said but what was looked at`() async throws {
        _ = try await tool.stored("tea")
        let outcome = try await tool.run("doctor")
        #expect(outcome.status == 0 && outcome.text.hasPrefix("Nothing to do."), "\(outcome.text) \(outcome.errors)")
        let report = try await tool.json("doctor")
        #expect(report["healthy"]?.bool == true && report["findings"]?.array.isEmpty == true)
        let checked = Set(report["checked"]?.array.compactMap(\.string) ?? [])
        #expect(
            checked.isSuperset(of: [
                "place", "file", "integrity", "keys", "vectors", "leases", "conflicts", "disk", "log", "clock",
            ])
        )
        #expect(try await tool.json("doctor", "--quick")["checked"]?.array.contains(.string("integrity")) == false)
    }

    @Test func `a file that others may read is named, mended with --fix, and then fine`() async throws {
        _ = try await tool.stored("tea")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: tool.store)
        let found = try await tool.run("doctor")
        #expect(found.status == 2 && found.text.contains("chmod 600 \(tool.store)"), "\(found.text)")
        let fixed = try await tool.json("doctor", "--fix")
        #expect(fixed["healthy"]?.bool == true && fixed["findings"]?[0]?["fixed"]?.bool == true)
        #expect(try await tool.run("doctor").status == 0)
    }

    @Test func `only the files of a store are named and mended`() async throws {
        let note = try tool.sandbox.write("note.txt", "The plumber comes at nine.")
        let directory = tool.sandbox.file("notes")
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for path in [note, directory] {
            let mode = path == note ? 0o644 : 0o755
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let outcome = try await tool.run(["doctor", "--fix", "--db", path])
            #expect(outcome.status == 1 && !outcome.text.contains("chmod"), "\(outcome.text)")
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == mode)
        }
    }

    @Test func `what waits for a person needs attention`() async throws {
        _ = try await tool.conflict()
        let outcome = try await tool.run("doctor", "--json")
        #expect(outcome.status == 2)
        let findings = try outcome.json["findings"]?.array ?? []
        let conflict = try #require(findings.first { $0["component"]?.string == "conflicts" })
        #expect(conflict["gravity"]?.string == "attention")
        #expect(conflict["remedy"]?.string?.contains("hearth conflicts resolve") == true)
    }

    @Test func `damage is broken, and so is a file that is no store`() async throws {
        _ = try await tool.stored("zanzibar")
        var bytes = tool.sandbox.bytes("store.db")
        let text = try #require(bytes.range(of: Data("zanzibar".utf8)))
        bytes.replaceSubrange(text, with: Data("zanzibat".utf8))
        try tool.sandbox.write("store.db", bytes)
        let damaged = try await tool.run("doctor", "--json")
        #expect(damaged.status == 1)
        #expect(try damaged.json["findings"]?.array.contains { $0["gravity"]?.string == "broken" } == true)
        try tool.sandbox.write("other.db", "This is a text.")
        let foreign = try await tool.run(["doctor", "--db", tool.sandbox.file("other.db"), "--json"])
        #expect(foreign.status == 1)
        #expect(
            foreign.text.contains("\"broken\"")
                || foreign.text.contains("can't be opened")
        )
        let none = try await tool.run(["doctor", "--db", tool.sandbox.file("none.db")])
        #expect(none.status == 1 && none.errors.contains("There is no store"))
    }

    @Test func `an embedder that does not answer needs attention, and the rest is looked at`() async throws {
        _ = try await tool.stored("tea")
        let outcome = try await tool.run("doctor", "--json", "--embedder", "http://127.0.0.1:9/v1", "--model", "none")
        #expect(outcome.status == 2)
        let finding = try #require(try outcome.json["findings"]?.array.first)
        #expect(finding["component"]?.string == "embedder")
        #expect(finding["message"]?.string?.contains("127.0.0.1:9") == true)
        let checked = try outcome.json["checked"]?.array ?? []
        #expect(checked.contains(.string("integrity")) && checked.contains(.string("embedder")))
    }

    @Test func `a key that is needed and can't be had is broken`() async throws {
        let key = tool.sandbox.file("key")
        _ = try await tool.run(["keys", "init", key])
        _ = try await tool.stored("The code is 1234.", "--sensitive", "--key-file", key)
        #expect(try await tool.run("doctor", "--key-file", key).status == 0)
        _ = try await tool.run(["keys", "init", tool.sandbox.file("second")])
        let wrong = try await tool.run("doctor", "--key-file", tool.sandbox.file("second"))
        #expect(wrong.status == 1 && wrong.text.contains("can't be had"), "\(wrong.text) \(wrong.errors)")
        #expect(try await tool.run("doctor").status == 2)
    }
}
