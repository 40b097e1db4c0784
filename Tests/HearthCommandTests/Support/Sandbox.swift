import Foundation

/// A directory of a test's own, removed with it.
final class Sandbox: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "hearth-command-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the directory.
    func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Data(text.utf8))
    }

    /// Writes a file and gives its path.
    @discardableResult
    func write(_ name: String, _ bytes: Data) throws -> String {
        try bytes.write(to: URL(filePath: file(name)))
        return file(name)
    }

    /// A file's bytes; empty where there is none.
    func bytes(_ name: String) -> Data {
        FileManager.default.contents(atPath: file(name)) ?? Data()
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: file(name))
    }
}
