import Crypto
import Foundation
import Glibc
import HearthKeys
import HearthModel
import TestSupport
import Testing

/// Commands that print a key, as real processes.
@Suite struct KeyCommands {
    private let directory: TemporaryDirectory
    /// A command may have to wait for all the other tests that run beside it.
    private static let patience = Duration.seconds(900)
    private static let bytes = [UInt8](0..<32)
    private static let base64 = Data(bytes).base64EncodedString()
    private static let hex = bytes.map { String(format: "%02x", $0) }.joined()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func script(_ body: String, _ arguments: String..., timeout: Duration = Self.patience) -> CommandKeyProvider
    {
        CommandKeyProvider(command: ["/bin/sh", "-c", body, "key-script"] + arguments, timeout: timeout)
    }

    @Test(arguments: [base64, base64 + "\n", base64 + "\r\n", hex, hex + "\n", hex.uppercased() + "\n"])
    func `base64 and hexadecimal digits are keys, with or without the end of the line`(printed: String) async throws {
        let key = try await script("printf %s \"$1\"", printed).key(for: nil)
        #expect(key.key == SymmetricKey(data: Self.bytes))
    }

    @Test func `32 bytes are a key as they are, and it has the same name from a file`() async throws {
        let provider = try FileKeyProvider.create(at: directory.file("key"))
        let expected = try provider.key(for: nil)
        let key = try await CommandKeyProvider(command: ["cat", provider.path], timeout: Self.patience).key(for: nil)
        #expect(key.key == expected.key && key.identifier == expected.identifier)
        #expect(
            try await CommandKeyProvider(command: ["cat", provider.path], timeout: Self.patience)
                .key(for: key.identifier).key == expected.key
        )
    }

    @Test(arguments: [
        "correct horse battery staple", "0123456789abcdef0123456789abcdef", hex + hex, String(hex.dropLast()),
        "é" + hex,
        base64 + "\n\n", base64 + "\nuser: iris\n", " " + base64, String(base64.dropLast()), "AAAA", "\n",
        base64.replacing("8=", with: "9="),
    ])
    func `anything else is refused, and never shown`(printed: String) async throws {
        let file = directory.file("printed")
        try Data(printed.utf8).write(to: URL(filePath: file))
        let command = CommandKeyProvider(command: ["cat", file], timeout: Self.patience)
        await expectNoKey(from: command, saying: "cat \(file)", "base64")
        do { _ = try await command.key(for: nil) } catch {
            let shown = everythingShown(of: error)
            #expect(printed == "\n" || !shown.contains(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
    }

    @Test func `another key than the one that is needed is told from it`() async throws {
        let provider = script("echo \(Self.base64)")
        let given = try await provider.key(for: nil).identifier
        await expectNoKey(from: provider, for: "key_0000", saying: "key_0000", given)
    }

    @Test func `a status is named with the first line of what was said, and nothing that was printed`() async throws {
        let path = directory.file("locked")
        let body = "echo \(Self.base64); printf 'locked\\033[31m keyring\\nmore\\n' >&2; exit 7"
        try Data(body.utf8).write(to: URL(filePath: path))
        let provider = CommandKeyProvider(command: ["/bin/sh", path], timeout: Self.patience)
        await expectNoKey(from: provider, saying: "status 7", "locked\u{FFFD}[31m keyring", "/bin/sh \(path)")
        do { _ = try await provider.key(for: nil) } catch {
            let shown = everythingShown(of: error)
            #expect(!shown.contains("more") && !shown.contains("\u{1B}") && !shown.contains(Self.base64))
        }
    }

    @Test(arguments: [
        base64, "key is \(base64)!", "+ echo \(hex)", String(base64.prefix(24)), "key=\(hex.uppercased().prefix(30))",
        stride(from: 0, to: 64, by: 4).map { hex.dropFirst($0).prefix(4) }.joined(separator: " "),
        "00000000: " + stride(from: 0, to: 64, by: 2).map { hex.dropFirst($0).prefix(2) }.joined(separator: ":"),
        base64.replacing("A", with: "-").replacing("B", with: "_"), "the words short-one are what it gave",
    ])
    func `a line of complaint that may hold a key is left out`(line: String) async throws {
        let path = directory.file("leak")
        let body = "echo short-one; printf '%s\\n' '\(line)' 'no such item' >&2; exit 1"
        try Data(body.utf8).write(to: URL(filePath: path))
        let provider = CommandKeyProvider(command: ["/bin/sh", path], timeout: Self.patience)
        await expectNoKey(from: provider, saying: "no such item")
        do { _ = try await provider.key(for: nil) } catch {
            #expect(!everythingShown(of: error).contains(line))
        }
    }

    @Test func `a complaint with bytes that are no text is not shown, and one of plain words is`() async throws {
        await expectNoKey(from: script("printf 'a key \\377\\200 b\nlocked\n' >&2; exit 1"), saying: "is not shown")
        for words in [
            "secret-tool: Cannot autolaunch D-Bus without X11 $DISPLAY", "Error: hearth is not in the password store.",
            "gpg: decryption failed: No secret key", "/usr/share/applications/keys: No such file or directory",
        ] {
            await expectNoKey(from: script("echo \"$1\" >&2; exit 1", words), saying: words)
        }
    }

    @Test func `a long complaint is cut`() async {
        let provider = script("head -c 100000 /dev/zero | tr '\\0' 'x' >&2; exit 1")
        do {
            _ = try await provider.key(for: nil)
            Issue.record("It gave a key.")
        } catch {
            #expect("\(error)".count < 800)
        }
    }

    @Test func `a program that is not there or can't be run is named`() async throws {
        await expectNoKey(
            from: CommandKeyProvider(command: ["no-such-program-here", "a b"], timeout: Self.patience),
            saying: "no-such-program-here 'a b'",
            "no such"
        )
        let plain = directory.file("plain")
        try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: plain))
        await expectNoKey(
            from: CommandKeyProvider(command: [plain], timeout: Self.patience),
            saying: "chmod u+x \(plain)"
        )
        await expectNoKey(
            from: CommandKeyProvider(command: [directory.path], timeout: Self.patience),
            saying: "that is a directory"
        )
        try Data("#!/no/such/shell\n".utf8).write(to: URL(filePath: plain))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: plain)
        await expectNoKey(
            from: CommandKeyProvider(command: [plain], timeout: Self.patience),
            saying: "its first line names is missing"
        )
        await expectNoKey(from: CommandKeyProvider(command: []), saying: "empty")
        await expectNoKey(from: CommandKeyProvider(command: ["true"], timeout: Self.patience), saying: "nothing")
        await expectNoKey(from: CommandKeyProvider(command: ["true"], timeout: .zero), saying: "time-out")
    }

    @Test func `a signal is named`() async {
        await expectNoKey(from: script("kill -TERM $$"), saying: "signal")
    }

    @Test func `no shell reads the arguments`() async {
        let provider = CommandKeyProvider(command: ["echo", "$HOME;", "$(id)"], timeout: Self.patience)
        await expectNoKey(from: provider, saying: "printed no key", "'$HOME;'")
    }

    @Test(arguments: [
        "exec 1>&-; sleep 600", "while :; do echo busy >&2; done", "sleep 600",
        "trap '' TERM INT; while :; do sleep 1; done",
    ])
    func `a command that goes on is stopped when its time is over`(body: String) async {
        await expectNoKey(from: script(body, timeout: .milliseconds(300)), saying: "did not end within", "0.3 seconds")
    }

    @Test func `a command that prints without end is stopped`() async {
        await expectNoKey(from: script("yes"), saying: "more than")
    }

    @Test func `there is nothing to read, and no terminal`() async throws {
        let provider = script("cat; if (: < /dev/tty) 2>/dev/null; then exit 3; fi; echo \(Self.base64)")
        #expect(try await provider.key(for: nil).key == SymmetricKey(data: Self.bytes))
    }

    @Test func `a process that was left behind holds nothing up`() async throws {
        let note = directory.file("pid")
        let key = try await script("sleep 600 & echo $! > '\(note)'; echo \(Self.base64)").key(for: nil)
        #expect(key.key == SymmetricKey(data: Self.bytes))
        let id = try #require(
            pid_t(String(contentsOfFile: note, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
        )
        kill(id, SIGKILL)
    }

    /// Waits until a file has a line.
    private func line(in file: String) async throws -> String {
        var text = ""
        try await until {
            if let written = try? String(contentsOfFile: file, encoding: .utf8) { text = written }
            return text.hasSuffix("\n")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func `a call that is cancelled ends the command and what it started`() async throws {
        let note = directory.file("pid")
        let task = Task { [provider = script("sleep 600 & echo $! > '\(note)'; wait")] in
            try await provider.key(for: nil).identifier
        }
        let id = try #require(pid_t(try await line(in: note)))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        // Nobody waits for the child of a killed shell but the system; a process that has ended is a zombie at most.
        try await until { !isAlive(id) }
    }

    private func isAlive(_ id: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ")").last?.split(separator: " ").first != "Z"
    }
}
