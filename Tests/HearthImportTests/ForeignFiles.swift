import CSQLite
import Foundation
import HearthImport
import HearthModel
import TestSupport
import Testing

/// What a file comes to.
struct Found {
    var format: ForeignFormat
    var memories: [ForeignMemory] = []
    var refused: [String] = []
    var left: [LeftOut: Int] = [:]

    var texts: [String] { memories.map(\.draft.content) }

    init(
        _ path: String,
        wanted: ForeignFormat? = nil,
        keepingBranches: Bool = false,
        longestChat: Int = ForeignSource.longestChat
    ) throws {
        guard let source = try ForeignSource(ImportInput(path: path), wanted: wanted) else { throw Unrecognised() }
        format = source.format
        var reader = try source.reader(keepingBranches: keepingBranches, longestChat: longestChat)
        while let items = try reader.next() {
            for item in items {
                switch item {
                case .memory(let memory): memories.append(memory)
                case .refused(let place, let reason): refused.append("\(place): \(reason)")
                case .left(let kind, let count): left[kind, default: 0] += count
                }
            }
        }
    }

    init(fixture: String, wanted: ForeignFormat? = nil, keepingBranches: Bool = false) throws {
        try self.init(Self.path(fixture), wanted: wanted, keepingBranches: keepingBranches)
    }

    static func path(_ fixture: String) -> String { Fixtures.path(of: "imports/" + fixture) }
}

struct Unrecognised: Error {}

/// A folder of a test's own, removed with it.
final class Folder {
    let path = NSTemporaryDirectory() + "hearth-import-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let file = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    func write(_ name: String, _ text: String) throws -> String { try write(name, text.utf8) }

    /// A database of the fixtures after some statements.
    func database(_ fixture: String, _ statements: String) throws -> String {
        let path = try write(fixture, try bytes(of: fixture))
        var database: OpaquePointer?
        defer { sqlite3_close(database) }
        #expect(sqlite3_open(path, &database) == SQLITE_OK)
        #expect(sqlite3_exec(database, statements, nil, nil, nil) == SQLITE_OK, "\(statements)")
        return path
    }
}

func bytes(of fixture: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: Found.path(fixture))))
}

/// A time, for comparison.
func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }
