import Foundation
import Glibc
import TestSupport
import Testing

/// Passphrases that are asked for on a terminal.
@Suite(.timeLimit(.minutes(60))) struct AskedPassphrases {
    private let tool: Tool

    init() async throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
        try await tool.run("store", "tea at seven")
    }

    @Test func `parameters of a passphrase that are missing are named before anything is asked`() async throws {
        try writeParameters()
        let terminal = try Terminal()
        let storing = try tool.start("store", "secret", "--sensitive", "--passphrase", on: terminal)
        try await terminal.answer("seven tablets a day", to: "Passphrase: ")
        let stored = try await storing.outcome()
        #expect(stored.status == 0, "\(stored.errors)")
        let parameters = tool.sandbox.file("store.db.passphrase")
        try FileManager.default.removeItem(atPath: parameters)

        let unasked = try Terminal()
        let outcome = try await tool.start("list", "--passphrase", on: unasked).outcome()
        #expect(outcome.status == 1 && outcome.errors.contains("\(parameters) is not there"))
        #expect(try unasked.shown().isEmpty)
        let status = try await tool.json("keys", "status", "--passphrase")
        #expect(status["problem"]?.string?.contains("from a backup") == true)
        #expect(!tool.sandbox.exists("store.db.passphrase"))
    }

    @Test func `a passphrase is asked for on the terminal and not shown`() async throws {
        try writeParameters()
        let terminal = try Terminal()
        let running = try tool.start("keys", "status", "--passphrase", "--json", on: terminal)
        var shown = try await terminal.answer("seven tablets a day", to: "Passphrase: ")
        let outcome = try await running.outcome()
        shown += try terminal.shown()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try outcome.json["current"]?.string == Self.identifier)
        #expect(shown == "Passphrase: \n")
    }

    @Test func `a wrong passphrase is said to be wrong`() async throws {
        try writeParameters()
        let terminal = try Terminal()
        let running = try tool.start("keys", "status", "--passphrase", on: terminal)
        try await terminal.answer("eight tablets", to: "Passphrase: ")
        let outcome = try await running.outcome()
        #expect(outcome.text.contains("passphrase is not the one") && !outcome.text.contains("eight"))
    }

    @Test(arguments: ["\u{3}", "seven tab\u{3}", "\u{1C}"])
    func `Ctrl-C at the question ends the process, and leaves the terminal as it was`(keys: String) async throws {
        try writeParameters()
        let terminal = try Terminal()
        let running = try tool.start("keys", "status", "--passphrase", on: terminal)
        try await terminal.answer(keys, to: "Passphrase: ", ending: "")
        let outcome = try await running.outcome()
        #expect(outcome.signal == SIGINT, "status \(outcome.status): \(outcome.text)\(outcome.errors)")
        #expect(terminal.isAsUsual)
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT])
    func `a signal at the question ends the process, and leaves the terminal as it was`(number: Int32) async throws {
        try writeParameters()
        let terminal = try Terminal()
        let running = try tool.start("keys", "status", "--passphrase", on: terminal)
        try await terminal.answer("seven", to: "Passphrase: ", ending: "")
        #expect(!terminal.isAsUsual)
        try terminal.signal(number)
        let outcome = try await running.outcome()
        #expect(outcome.signal == number, "status \(outcome.status): \(outcome.text)\(outcome.errors)")
        #expect(terminal.isAsUsual)
    }

    @Test func `by way of a key file a store gets another passphrase, and keeps what backups of before need`()
        async throws
    {
        try writeParameters()
        let parameters = tool.sandbox.bytes("store.db.passphrase")
        let key = tool.sandbox.file("key")
        try await tool.run(["keys", "init", key])
        let storing = try Terminal()
        let stored = try tool.start("store", "secret", "--sensitive", "--passphrase", on: storing)
        try await storing.answer("seven tablets a day", to: "Passphrase: ")
        #expect(try await stored.outcome().status == 0)
        try await tool.run("backup", tool.sandbox.file("copy.db"))
        let leaving = try Terminal()
        let left = try tool.start("keys", "rotate", "--passphrase", "--new-key-file", key, on: leaving)
        try await leaving.answer("seven tablets a day", to: "Passphrase: ")
        #expect(try await left.outcome().status == 0)

        let former = tool.sandbox.file("store.db.passphrase.\(Self.identifier)")
        for isNew in [true, false] {
            let terminal = try Terminal()
            let rotate = try tool.start("keys", "rotate", "--key-file", key, "--new-passphrase", "--json", on: terminal)
            try await terminal.answer("a new one", to: isNew ? "New passphrase: " : "Passphrase: ")
            if isNew { try await terminal.answer("a new one", to: "The same again: ") }
            let rotation = try await rotate.outcome()
            #expect(rotation.status == 0, "\(rotation.errors)")
            #expect(try rotation.json["rewrapped"]?.int == (isNew ? 2 : 0))
            #expect(try rotation.json["former_parameters"]?.string == (isNew ? former : nil))
        }
        #expect(FileManager.default.contents(atPath: former) == parameters)
        let reading = try Terminal()
        let list = try tool.start("list", "--passphrase", on: reading)
        try await reading.answer("a new one", to: "Passphrase: ")
        #expect(try await list.outcome().text.contains("secret"))

        // What the command says of a backup of before.
        try FileManager.default.moveItem(atPath: former, toPath: tool.sandbox.file("copy.db.passphrase"))
        let terminal = try Terminal()
        let words = ["list", "--passphrase", "--db", tool.sandbox.file("copy.db")]
        let old = try tool.start(words, on: terminal)
        try await terminal.answer("seven tablets a day", to: "Passphrase: ")
        #expect(try await old.outcome().text.contains("secret"))
    }

    @Test func `without a terminal a passphrase can't be asked for`() async throws {
        try writeParameters()
        let outcome = try await tool.runWithoutTerminal("keys", "status", "--passphrase")
        #expect(outcome.text.contains("no terminal"))
    }

    private static let identifier = "key_0499e4b2c643a499eb677eb2486da02a"

    /// Parameters of few rounds, which take a test no time, for the passphrase "seven tablets a day".
    private func writeParameters() throws {
        let salt = (0..<32).map { String(format: "%02x", $0) }.joined()
        let path = try tool.sandbox.write(
            "store.db.passphrase",
            """
            {"function": "scrypt", "rounds": 16384, "blockSize": 8, "parallelism": 1, "salt": "\(salt)", "key": "\(Self.identifier)"}
            """
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
