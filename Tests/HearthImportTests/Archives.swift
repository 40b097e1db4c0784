import Foundation
import TestSupport
import Testing

@testable import HearthImport

@Suite struct Archives {
    private func unpacked(_ path: String) throws -> [String: [UInt8]] {
        let archive = try ZipArchive(try ImportFile(path: path))
        var all: [String: [UInt8]] = [:]
        for entry in archive.entries {
            var chunks = try archive.chunks(of: entry)
            var bytes: [UInt8] = []
            while let next = try chunks.next() { bytes += next }
            all[entry.name] = bytes
        }
        return all
    }

    @Test func `what Python packed at every level comes out as it was`() throws {
        // Each entry is checked against its checksum as well.
        let all = try unpacked(Found.path("archives/levels.zip"))
        for level in [1, 6, 9] {
            #expect(all["\(level)/empty"] == [])
            #expect(all["\(level)/one"] == [0x61])
            #expect(all["\(level)/run"] == [UInt8](repeating: 0x78, count: 70_000))
            #expect(all["\(level)/noise"] == all["0/noise"])
            #expect(all["\(level)/text"] == all["9/text"])
        }
        #expect(all["0/noise"]?.count == 3_000 && all["9/text"]?.starts(with: "".utf8) == true)
    }

    @Test(arguments: [
        ("outside", ForeignFileError.Reason.damaged, "leads out of the archive"), ("bomb", .damaged, "times its size"),
        ("encrypted", .unsupported, "is encrypted"), ("bzip2", .unsupported, "method 12"),
        ("checksum", .damaged, "checksum is wrong"), ("other", .wrongKind, "without exported chats"),
    ]) func `an archive that can't be read says why`(_ name: String, _ reason: ForeignFileError.Reason, _ words: String)
        throws
    {
        let error = #expect(throws: ForeignFileError.self) {
            try Found(fixture: "archives/\(name).zip", wanted: name == "other" ? nil : .chatgpt)
        }
        #expect(error?.reason == reason && error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `an archive of damaged chats is damaged whatever it is taken for, and so is a folder`() throws {
        let folder = try Folder()
        let whole = try bytes(of: "archives/chatgpt.zip")
        // The first bytes of what DEFLATE made of the chats: what comes out of it is no chat. They lie behind the entry's name.
        let name = Array("conversations.json".utf8)
        let place = try #require(whole.indices.first { whole[$0...].starts(with: name) })
        let start = place + name.count
        var changed = whole
        for place in start..<start + 4 { changed[place] ^= 0xFF }
        let path = try folder.write("changed.zip", changed)
        let cut = try bytes(of: "chatgpt/conversations.json").prefix(40)
        _ = try folder.write("cut/conversations.json", cut)
        for (path, formats) in [(path, [nil, .chatgpt, .claude]), (folder.path + "/cut", [nil])]
            as [(String, [ForeignFormat?])]
        {
            for wanted in formats {
                let error = #expect(throws: ForeignFileError.self) { try Found(path, wanted: wanted) }
                #expect(
                    error?.reason == .damaged && error?.message.contains(" is damaged: ") == true,
                    "\(String(describing: wanted)): \(String(describing: error))"
                )
            }
        }
    }

    @Test(arguments: ForeignFormat.allCases.filter { $0 != .chatgpt && $0 != .claude })
    func `what comes in no archive says so`(_ format: ForeignFormat) throws {
        let error = #expect(throws: ForeignFileError.self) { try Found(fixture: "archives/other.zip", wanted: format) }
        #expect(error?.reason == .wrongKind)
        #expect(
            error?.message.contains("is an archive, and --from \(format.rawValue) reads none. Unpack it") == true,
            "\(String(describing: error))"
        )
    }

    @Test(arguments: ["chatgpt", "stored", "zip64"]) func `an archive that is cut off anywhere is refused`(
        _ name: String
    ) throws {
        let folder = try Folder()
        let whole = try bytes(of: "archives/\(name).zip")
        for count in stride(from: 4, to: whole.count, by: name == "stored" ? 61 : 1) {
            let path = try folder.write("cut.zip", whole.prefix(count))
            #expect(throws: ForeignFileError.self, "\(count)") { try Found(path, wanted: .chatgpt) }
        }
    }

    @Test func `changed bytes of an archive end in an error or in the same chats`() throws {
        let folder = try Folder()
        let whole = try bytes(of: "archives/chatgpt.zip")
        let ids = try Found(fixture: "archives/chatgpt.zip").memories.map(\.id)
        var generator = SeededGenerator()
        for _ in 0..<300 {
            var changed = whole
            changed[Int.random(in: 0..<whole.count, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
            do {
                let found = try Found(try folder.write("changed.zip", changed), wanted: .chatgpt)
                #expect(found.memories.map(\.id) == ids, "seed \(generator.seed)")
            } catch is ForeignFileError {}
        }
    }
}
