import Foundation
import HearthSQLite
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Exports that are not what was written.
@Suite struct DamagedExports {
    private let source: ExchangedStore
    private let target: ExchangedStore

    init() async throws {
        source = try await ExchangedStore()
        target = try await ExchangedStore(clock: source.shared.clock)
        _ = try await source.shared.memory("The kettle is blue.")
        let id = try await source.shared.memory("tea")
        try await source.shared.edit(id, as: "alice", content: "green tea")
    }

    /// Expects that nothing is imported, with an error that names a line.
    private func expectRefusal(
        of lines: [String],
        naming line: Int?,
        _ code: MemoryError.Code = .invalidArgument,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        do {
            try await target.imported(lines)
            Issue.record("It was imported.", sourceLocation: sourceLocation)
        } catch let error as MemoryError {
            #expect(error.code == code, "\(error.message)", sourceLocation: sourceLocation)
            if let line {
                #expect(error.message.hasPrefix("Line \(line) of"), "\(error.message)", sourceLocation: sourceLocation)
            }
        }
        let rows = try target.store.read { try $0.connection.rows("SELECT 1 FROM users", as: { $0.int(0) }) }
        #expect(rows.isEmpty, sourceLocation: sourceLocation)
    }

    private func changed(_ kind: String, _ old: String, to new: String) async throws -> (lines: [String], number: Int) {
        var lines = try await source.exported()
        let index = try #require(lines.firstIndex { $0.contains("\"kind\":\"\(kind)\"") && $0.contains(old) })
        lines[index] = lines[index].replacingOccurrences(of: old, with: new)
        return (lines, index + 1)
    }

    @Test func `a version that was changed is named`() async throws {
        let (lines, number) = try await changed("version", "The kettle is blue.", to: "The kettle is red.")
        try await expectRefusal(of: lines, naming: number)
    }

    @Test func `a draft that was changed is named`() async throws {
        let (lines, number) = try await changed("draft", "green tea", to: "black tea")
        try await expectRefusal(of: lines, naming: number)
    }

    @Test func `a line that does not read is named`() async throws {
        for bad in ["", "{", "[]", "\"text\"", "{\"kind\":\"poem\"}", "{\"kind\":\"memory\"}", "\u{FEFF}{}"] {
            var lines = try await source.exported()
            lines[3] = bad.isEmpty ? " " : bad
            try await expectRefusal(of: lines, naming: 4)
        }
    }

    @Test func `any other change is found by the hash of the whole`() async throws {
        let (lines, _) = try await changed("share", "\"permission\":\"propose\"", to: "\"permission\":\"read\"")
        try await expectRefusal(of: lines, naming: lines.count)
    }

    @Test func `a file that was cut anywhere, or goes on, is refused`() async throws {
        let lines = try await source.exported()
        for count in 0..<lines.count { try await expectRefusal(of: Array(lines.prefix(count)), naming: nil) }
        try await expectRefusal(of: lines + [lines[1]], naming: lines.count + 1)
        let whole = lines.map { $0 + "\n" }.joined()
        let path = source.directory.file("cut")
        try Data(whole.utf8.dropLast(20)).write(to: URL(filePath: path))
        await expect(.invalidArgument) { try await target.store.importExport(from: path) }
    }

    @Test func `a tombstone that names nobody, or nothing that can be, is named`() async throws {
        for bad in [
            #""id":"mem_1","owner":"alden","user":"nobody","deleted_at":1"#,
            #""id":"mem_1","owner":"nobody","user":"user_123","deleted_at":1"#,
            #""id":"","owner":"alden","user":"user_123","deleted_at":1"#,
            #""id":"mem_1","owner":"alden","user":"user_123","deleted_at":9223372036854775807"#,
            #""id":"mem_1","owner":"alden","user":"user_123""#,
        ] {
            var lines = try await source.exported()
            let index = try #require(lines.firstIndex { $0.contains(#""kind":"memory""#) })
            lines.insert("{\(bad),\"kind\":\"tombstone\"}", at: index)
            try await expectRefusal(of: lines, naming: index + 1)
        }
    }

    @Test func `a later format is refused as such`() async throws {
        let (lines, _) = try await changed("header", "\"version\":1", to: "\"version\":2")
        try await expectRefusal(of: lines, naming: 1, .schemaTooNew)
    }

    @Test func `a file that is none or no export is refused`() async throws {
        await expect(.invalidArgument) { try await target.store.importExport(from: source.directory.file("none")) }
        await expect(.invalidArgument) { try await target.store.importExport(from: source.directory.path) }
        await expect(.invalidArgument) { try await target.store.importExport(from: "/dev/zero") }
        try await expectRefusal(of: [#"{"text":"tea","user":"iris"}"#], naming: 1)
    }

    @Test func `an export that fails leaves no file, and none is overwritten`() async throws {
        let path = source.directory.file("taken")
        try Data("precious".utf8).write(to: URL(filePath: path))
        await expect(.invalidArgument) {
            try await source.store.export(userID: nil, includesSensitive: false, toFile: path)
        }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("precious".utf8))
        await expect(.storeFull) {
            try await source.store.export { _ in throw MemoryError(code: .storeFull, message: "full") }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: source.directory.path)
        #expect(!names.contains { $0.contains(".part") })
    }
}
