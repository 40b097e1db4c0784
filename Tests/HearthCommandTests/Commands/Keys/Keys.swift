import CSQLite
import Foundation
import Testing

@testable import hearth

/// Where a command's key comes from, and what `hearth keys` makes and shows.
@Suite struct Keys {
    private let tool: Tool

    init() async throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        try await tool.run("store", "tea at seven")
    }

    private func createdKey(_ path: String...) async throws -> JSON {
        let outcome = try await tool.run(["keys", "init"] + path + ["--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.json
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `what is to be sealed and is stored without a key is named`() async throws {
        let store = ["--agent", "sentry", "--db", tool.store]
        let plain = try await tool.run(
            ["store", "The alarm wants 7319.", "--category", "security_credentials"] + store
        )
        #expect(plain.status == 0 && plain.errors.contains("security_credentials"))
        #expect(plain.errors.contains("--sensitive"))
        let other = try await tool.run(["store", "Water the plants.", "--category", "task"] + store)
        #expect(other.status == 0 && other.errors.isEmpty)
    }

    @Test func `a key file is made where the option, the variable or the home says, and never twice`() async throws {
        let path = tool.sandbox.file("my.key")
        let made = try await createdKey(path)
        #expect(made["path"]?.string == path)
        #expect(try mode(path) == 0o600 && tool.sandbox.bytes("my.key").count == 32)
        let bytes = tool.sandbox.bytes("my.key")
        let again = try await tool.run(["keys", "init", path])
        #expect(again.status == 1 && again.errors.contains("is there already"))
        #expect(tool.sandbox.bytes("my.key") == bytes)

        #expect(try await createdKey()["path"]?.string == tool.sandbox.file(".config/hearth/key"))
        #expect(try mode(tool.sandbox.file(".config/hearth")) == 0o700)
        var tool = tool
        tool.environment["HEARTH_KEY_FILE"] = tool.sandbox.file("other.key")
        #expect(try await tool.run(["keys", "init"]).status == 0)
        #expect(tool.sandbox.exists("other.key"))
    }

    @Test func `status shows the current key by file, by command and by their variables`() async throws {
        let path = tool.sandbox.file("my key")
        let key = try #require(try await createdKey(path)["key"]?.string)
        for arguments in [["--key-file", path], ["--key-command", "cat '\(path)'"]] {
            #expect(
                try await tool.run(["keys", "status", "--json", "--db", tool.store] + arguments).json["current"]?.string
                    == key
            )
        }
        for variables in [["HEARTH_KEY_FILE": path], ["HEARTH_KEY_COMMAND": "cat \"\(path)\""]] {
            var tool = tool
            tool.environment.merge(variables) { $1 }
            let status = try await tool.json("keys", "status")
            #expect(status["current"]?.string == key)
            #expect(status["users"]?.array.isEmpty == true)
        }
    }

    @Test func `status works without the key and says what is wrong`() async throws {
        #expect(try await tool.json("keys", "status")["provider"]?.string == "none")
        let path = tool.sandbox.file("key")
        _ = try await createdKey(path)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let status = try await tool.run("keys", "status", "--key-file", path)
        #expect(status.status == 0 && status.text.contains("chmod 600 \(path)"))
        let command = try await tool.json("keys", "status", "--key-command", "sh -c 'echo no >&2; exit 4'")
        #expect(command["problem"]?.string?.contains("status 4. It says: no") == true)
        #expect(
            try await tool.json("keys", "status", "--passphrase")["problem"]?.string?.contains("no passphrase yet")
                == true
        )
        #expect(!tool.sandbox.exists("store.db.passphrase"))
    }

    @Test func `status works without a store, and makes none`() async throws {
        let tool = try Tool()
        let path = tool.sandbox.file("key")
        let key = try #require(try await createdKey(path)["key"]?.string)
        let status = try await tool.json("keys", "status", "--key-file", path)
        #expect(status["current"]?.string == key && status["store"]?.bool == false)
        #expect(status["users"]?.array.isEmpty == true)
        #expect(try await tool.run("keys", "status").text.contains("There is no store at \(tool.store)"))
        #expect(!tool.sandbox.exists("store.db"))
    }

    @Test func `the identity key is named, and a key that others may read is not called missing`() async throws {
        let path = tool.sandbox.file("key")
        _ = try await createdKey(path)
        let sealed = try await tool.run(["store", "secret", "--sensitive", "--key-file", path, "--db", tool.store])
        #expect(sealed.status == 0, "\(sealed.errors)")
        let users = try await tool.json("keys", "status", "--key-file", path)["users"]?.array ?? []
        #expect(users.map { $0["use"]?.string } == ["identity", "data"])
        #expect(users.map { $0["number"]?.int } == [0, 1])
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let status = try await tool.run("keys", "status", "--key-file", path)
        #expect(status.status == 0 && status.text.contains("chmod 600 \(path)"))
        #expect(status.text.contains("identity key") && !status.text.contains("missing"))
    }

    @Test func `keys go from one command to another, which then opens everything alone`() async throws {
        let paths = [tool.sandbox.file("first"), tool.sandbox.file("second")]
        var keys: [String] = []
        for path in paths { keys.append(try #require(try await createdKey(path)["key"]?.string)) }
        let commands = paths.map { "cat '\($0)'" }
        let db = ["--db", tool.store]
        let sealed = try await tool.run(["store", "secret", "--sensitive", "--key-command", commands[0]] + db)
        #expect(sealed.status == 0, "\(sealed.errors)")
        let alone = try await tool.run(["keys", "rotate", "--new-key-command", commands[1]] + db)
        #expect(alone.status == 1 && alone.errors.contains("--key-command"))

        let rotate = ["keys", "rotate", "--json", "--key-command", commands[0], "--new-key-command", commands[1]] + db
        for rewrapped in [2, 0] {
            let rotation = try await tool.run(rotate)
            #expect(rotation.status == 0, "\(rotation.errors)")
            #expect(try rotation.json["rewrapped"]?.int == rewrapped)
            #expect(try rotation.json["findings"]?.array.isEmpty == true)
        }
        #expect(try await tool.run(["list", "--key-command", commands[0]] + db).status == 1)
        #expect(try await tool.run(["list", "--key-command", commands[1]] + db).text.contains("secret"))

        let back = ["keys", "rotate", "--json", "--key-command", commands[1], "--new-key-file", paths[0]] + db
        #expect(try await tool.run(back).json["rewrapped"]?.int == 2)
        let status = try await tool.json("keys", "status", "--key-file", paths[0])
        #expect(status["users"]?.array.allSatisfy { $0["wrapped_by"]?.string == keys[0] } == true)
    }

    @Test func `a rotation that passes something over names it, and fails`() async throws {
        let path = tool.sandbox.file("key")
        _ = try await createdKey(path)
        let sealed = try await tool.run(["store", "secret", "--sensitive", "--key-file", path, "--db", tool.store])
        #expect(sealed.status == 0, "\(sealed.errors)")
        try change("UPDATE memories SET sealed = CAST(sealed || x'00' AS BLOB) WHERE is_sensitive")
        let rotation = try await tool.run(["keys", "rotate", "--key-file", path, "--db", tool.store])
        #expect(rotation.status == 1 && rotation.text.contains("does not open"))
    }

    @Test func `status shows who has keys and which of them can't be opened`() async throws {
        let path = tool.sandbox.file("key")
        let key = try #require(try await createdKey(path)["key"]?.string)
        try change(
            """
            INSERT INTO data_keys (user_key, number, provider_key, wrapped, created_at, retired_at)
            SELECT user_key, 1, 'key_lost', x'00', 0, 60000000 FROM users;
            INSERT INTO data_keys (user_key, number, provider_key, wrapped, created_at)
            SELECT user_key, 2, '\(key)', x'00', 0 FROM users;
            """
        )
        let status = try await tool.json("keys", "status", "--key-file", path)
        let users = try #require(status["users"]?.array)
        #expect(users.map { $0["wrapped_by"]?.string } == ["key_lost", key])
        #expect(users.map { $0["available"]?.bool } == [false, true])
        #expect(users.map { $0["retired_at"]?.string } == ["1970-01-01T00:01:00.000000Z", nil])
        #expect(status["problem"]?.string?.contains("key_lost") == true)
        #expect(try await tool.run("keys", "status").text.contains("key_lost"))
    }

    private func change(_ statements: String) throws {
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        try #require(sqlite3_open(tool.store, &connection) == SQLITE_OK)
        try #require(sqlite3_exec(connection, statements, nil, nil, nil) == SQLITE_OK)
    }

    @Test func `two sources at once, an empty one and a stray quotation mark are refused`() async throws {
        try await tool.expectRefusal("list", "--key-file", "a", "--passphrase", saying: "one of", status: 64)
        try await tool.expectRefusal(
            "list",
            "--key-command",
            "cat 'a",
            saying: "--key-command",
            "quotation",
            status: 64
        )
        try await tool.expectRefusal("list", "--key-command", " ", saying: "empty", status: 64)
        try await tool.expectRefusal("list", "--key-file", "", saying: "empty", status: 64)
        var tool = tool
        tool.environment.merge(["HEARTH_KEY_FILE": "a", "HEARTH_KEY_COMMAND": "b"]) { $1 }
        try await tool.expectRefusal("list", saying: "HEARTH_KEY_FILE and HEARTH_KEY_COMMAND")
    }

    @Test func `a command that needs no key asks for none`() async throws {
        #expect(try await tool.run("list", "--passphrase").status == 0)
        #expect(try await tool.run("list", "--key-command", "false").status == 0)
    }

    @Test func `to make a memory sensitive without a key changes nothing, and says so`() async throws {
        let id = try await tool.stored("coffee at eight")
        let refused = try await tool.run("edit", id, "--sensitive")
        #expect(refused.status == 1 && refused.errors.contains("Nothing was changed"), "\(refused.errors)")
        #expect(!refused.errors.contains("isSensitive"))
        let stored = try await tool.run("store", "secret", "--sensitive")
        #expect(stored.status == 1 && stored.errors.contains("nothing was stored"), "\(stored.errors)")
    }
}

@Suite struct CommandsInOneText {
    @Test(arguments: [
        ("a b  c", ["a", "b", "c"]), ("  a\tb ", ["a", "b"]), ("'a b' \"c d\"", ["a b", "c d"]),
        (#"a\ b \'c"#, ["a b", "'c"]),
        (#""a\"b\\c\d" '\x'"#, [#"a"b\c\d"#, #"\x"#]), ("a''b \"\" c", ["ab", "", "c"]),
        ("$HOME $(id) a|b;c>d * ~ #x", ["$HOME", "$(id)", "a|b;c>d", "*", "~", "#x"]),
        ("", []), ("é\u{301}", ["é\u{301}"]),
    ])
    func `words are split at blanks, and quotation keeps them together`(text: String, words: [String]) {
        #expect(CommandWords.split(text) == words)
    }

    @Test(arguments: ["'a", "\"a", "a\\", "\"a\\", "\"a\\\""])
    func `a mark without its partner is refused`(text: String) {
        #expect(CommandWords.split(text) == nil)
    }
}
