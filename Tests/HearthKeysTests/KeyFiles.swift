import Crypto
import Foundation
import Glibc
import HearthKeys
import HearthModel
import TestSupport
import Testing

@Suite struct KeyFiles {
    private let directory: TemporaryDirectory
    private var path: String { directory.file("key") }
    private var provider: FileKeyProvider { FileKeyProvider(path: path) }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ bytes: [UInt8], mode: mode_t = 0o600) throws {
        try Data(bytes).write(to: URL(filePath: path))
        try #require(chmod(path, mode) == 0)
    }

    @Test func `a file that is made has one random key, which its owner alone reads`() throws {
        let key = try FileKeyProvider.create(at: path).key(for: nil)
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 32)
        #expect(key.key.bitCount == 256)
        let other = try FileKeyProvider.create(at: directory.file("other")).key(for: nil)
        #expect(other.key != key.key && other.identifier != key.identifier)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["key", "other"])
    }

    @Test func `a file that is there is never overwritten`() throws {
        try write([1, 2, 3])
        #expect(throws: MemoryError.self) { try FileKeyProvider.create(at: path) }
        #expect(FileManager.default.contents(atPath: path) == Data([1, 2, 3]))
    }

    @Test func `the last of several keys is the current one, and each is had by its identifier`() throws {
        let keys = (1...3).map { [UInt8](repeating: $0, count: 32) }
        try write(keys[0] + keys[1])
        let second = try provider.key(for: nil)
        #expect(second.key == SymmetricKey(data: keys[1]))
        try write(keys[0] + keys[1] + keys[2])
        #expect(try provider.key(for: nil).key == SymmetricKey(data: keys[2]))
        #expect(try provider.key(for: second.identifier).key == SymmetricKey(data: keys[1]))
    }

    @Test func `an identifier is the key's own and holds nothing of it`() throws {
        // Stored in files, so it must never change: HMAC-SHA-256 of the text, computed with Python's hmac.
        try write(Array(0..<32))
        #expect(try provider.key(for: nil).identifier == "key_30b7751cc9e032efeff15d8c71e8f8e4")
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o601, 0o666] as [mode_t])
    func `a looser mode is refused with the command that mends it`(mode: mode_t) async throws {
        try write([UInt8](repeating: 7, count: 32), mode: mode)
        await expectNoKey(from: provider, saying: "chmod 600 \(path)", "0\(String(mode, radix: 8))")
        try #require(chmod(path, 0o400) == 0)
        #expect(try provider.key(for: nil).key.bitCount == 256)
    }

    @Test func `a path with a blank is quoted in the command`() async throws {
        let path = directory.file("my key's file")
        try Data(repeating: 7, count: 32).write(to: URL(filePath: path))
        try #require(chmod(path, 0o644) == 0)
        await expectNoKey(from: FileKeyProvider(path: path), saying: #"my key'\''s file'"#)
    }

    @Test func `a file of another owner is refused`() async throws {
        if geteuid() == 0 {
            try write([UInt8](repeating: 7, count: 32))
            try #require(chown(path, 65_534, 65_534) == 0)
            await expectNoKey(from: provider, saying: "another user", "chown 0")
        } else {
            await expectNoKey(from: FileKeyProvider(path: "/etc/hostname"), saying: "another user")
        }
    }

    @Test func `a link, a directory and a pipe are refused at once`() async throws {
        try FileKeyProvider.create(at: directory.file("real"))
        try #require(symlink(directory.file("real"), path) == 0)
        await expectNoKey(from: provider, saying: "symbolic link")
        await expectNoKey(from: FileKeyProvider(path: directory.path), saying: "not a file")
        let pipe = directory.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        await expectNoKey(from: FileKeyProvider(path: pipe), saying: "not a file")
    }

    @Test(arguments: [0, 1, 31, 33, 63])
    func `a size that is no number of keys is refused`(size: Int) async throws {
        try write([UInt8](repeating: 7, count: size))
        await expectNoKey(from: provider, saying: "\(size) bytes", "32")
    }

    @Test func `a huge file is refused`() async throws {
        try write([UInt8](repeating: 7, count: 32 * 1_025))
        await expectNoKey(from: provider, saying: "more than")
    }

    @Test func `a file that is not there is missed`() async {
        await expectNoKey(from: provider, saying: path, "hearth keys init")
    }

    @Test func `a file that was replaced is told from the one that is needed`() async throws {
        let needed = try FileKeyProvider.create(at: path).key(for: nil).identifier
        try FileManager.default.removeItem(atPath: path)
        let there = try FileKeyProvider.create(at: path).key(for: nil).identifier
        await expectNoKey(from: provider, for: needed, saying: needed, there, "earlier key file")
    }
}
