import Crypto
import Foundation
import Glibc
import HearthKeys
import HearthModel
import TestSupport
import Testing

@Suite struct Passphrases {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("parameters") }
    private static let rounds = 1 << 14

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func provider(_ passphrase: String = "seven tablets a day") -> PassphraseKeyProvider {
        PassphraseKeyProvider(passphrase: passphrase, parametersPath: path, rounds: Self.rounds)
    }

    @Test func `the same passphrase gives the same key, by parameters that nobody else reads`() async throws {
        let first = try await provider().key(for: nil)
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let second = try await provider().key(for: first.identifier)
        #expect(first.key == second.key && first.key.bitCount == 256)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["parameters"])
    }

    @Test func `another salt gives another key`() async throws {
        let first = try await provider().key(for: nil)
        try FileManager.default.removeItem(atPath: path)
        let second = try await provider().key(for: nil)
        #expect(first.key != second.key && first.identifier != second.identifier)
        await expectNoKey(from: provider(), for: first.identifier, saying: first.identifier, second.identifier)
    }

    @Test func `scrypt is that of RFC 7914`() async throws {
        // hashlib.scrypt(b"seven tablets a day", salt=bytes(range(32)), n=2**14, r=8, p=1, dklen=32)
        let salt = (0..<32).map { String(format: "%02x", $0) }.joined()
        try parameters(["salt": salt, "key": "key_0499e4b2c643a499eb677eb2486da02a"])
        let key = try await provider().key(for: nil)
        #expect(
            key.key.withUnsafeBytes { Data($0).base64EncodedString() } == "csrmgOTlkEm+uSVoWV5Yn/s8W+ljsqnWOeoYkSLMO8s="
        )
    }

    @Test func `a wrong passphrase is noticed, and a right one opens afterwards`() async throws {
        let key = try await provider().key(for: nil)
        await expectNoKey(from: provider("eight tablets"), saying: "passphrase is not the one")
        await expectNoKey(from: provider(""), saying: "empty")
        #expect(try await provider().key(for: nil).key == key.key)
    }

    @Test func `the same letters are the same passphrase, composed or not`() async throws {
        let key = try await provider("caf\u{E9}").key(for: nil)
        #expect(try await provider("cafe\u{301}").key(for: nil).key == key.key)
    }

    @Test func `parameters that are missing are not made anew for a store that was written with others`() async throws {
        await expectNoKey(from: provider(), for: "key_00", saying: "backup", path)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `many calls at once make one file and get one key`() async throws {
        let shared = provider()
        let keys = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<8 {
                group.addTask { try await (index < 4 ? shared : provider()).key(for: nil).identifier }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(keys.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["parameters"])
    }

    @Test func `after a failure the next call tries again`() async throws {
        let first = try await provider().key(for: nil)
        try #require(chmod(path, 0o644) == 0)
        let provider = provider()
        await expectNoKey(from: provider, saying: "chmod 600")
        try #require(chmod(path, 0o600) == 0)
        #expect(try await provider.key(for: nil).key == first.key)
    }

    private func parameters(_ changes: [String: Any]) throws {
        var values: [String: Any] = [
            "function": "scrypt", "rounds": Self.rounds, "blockSize": 8, "parallelism": 1,
            "salt": String(repeating: "00", count: 32), "key": "key_00",
        ]
        values.merge(changes) { $1 }
        try JSONSerialization.data(withJSONObject: values).write(to: URL(filePath: path))
        try #require(chmod(path, 0o600) == 0)
    }

    @Test(arguments: [
        ("rounds", 1 << 40), ("rounds", 1 << 21), ("rounds", Int.max), ("rounds", 2), ("rounds", 0), ("rounds", -1),
        ("rounds", 20_000),
        ("blockSize", 0), ("blockSize", 1 << 30), ("parallelism", 0), ("parallelism", 1 << 40),
    ])
    func `parameters that take too much, too little or make no sense are refused`(name: String, value: Int) async throws
    {
        try parameters([name: value])
        await expectNoKey(from: provider(), saying: "asks for", path)
    }

    @Test func `a damaged file is refused`() async throws {
        try parameters(["salt": "zz"])
        await expectNoKey(from: provider(), saying: "salt")
        try parameters(["function": "md5"])
        await expectNoKey(from: provider(), saying: "md5")
        try Data("{".utf8).write(to: URL(filePath: path))
        await expectNoKey(from: provider(), saying: "damaged")
        try Data(repeating: 0x20, count: 5_000).write(to: URL(filePath: path))
        await expectNoKey(from: provider(), saying: "bytes")
    }

    @Test func `nothing that is shown of a provider or an error has the passphrase or the key`() async throws {
        let provider = provider()
        let before = everythingShown(of: provider)
        let key = try await provider.key(for: nil)
        let digits = key.key.withUnsafeBytes { $0.map { String(format: "%02x", $0) }.joined() }
        let decimal = key.key.withUnsafeBytes { $0.map(String.init).prefix(4).joined(separator: ", ") }
        let parameters = try String(contentsOfFile: path, encoding: .utf8)
        for shown in [before, everythingShown(of: provider), parameters] {
            for secret in [
                "seven tablets", digits, decimal, Data(key.key.withUnsafeBytes(Array.init)).base64EncodedString(),
            ] {
                #expect(!shown.contains(secret))
            }
        }
        #expect(before.contains(path))
    }
}
