import FoundationEssentials
internal import Glibc
import HearthModel
import HearthText

/// Reads a folder of Markdown notes, such as basic-memory's or a vault of Obsidian: each note is one memory.
struct NotesReader: ForeignReader {
    private let directory: String
    /// The folder's own name, which tells its notes from those of another folder.
    private let folder: String
    /// Where it lies, whatever it was called in the command.
    private let root: String
    private let source: String
    private var files: NoteFiles

    static let namespace = "markdown"
    /// The metadata that has the folder's place.
    private static let vault = "vault"
    /// A note that is longer than a memory can be isn't read at all.
    private static let longestNote = 8 << 20

    init(_ directory: String, source: String) throws {
        self.directory = directory
        self.source = source
        files = NoteFiles(directory)
        guard let real = realpath(directory, nil) else { throw ForeignFileError.unreadable(directory) }
        defer { free(real) }
        root = String(cString: real)
        folder = root.split(separator: "/").last.map(String.init) ?? "/"
    }

    /// The number of files is not known before the last.
    var fractionRead: Double { 0 }

    mutating func next() throws -> [ForeignItem]? {
        let file = try files.next()
        let passedOver = files.takePassedOver()
        guard let file else { return passedOver.isEmpty ? nil : passedOver }
        return passedOver + (try items(of: file))
    }

    private func items(of file: NoteFiles.File) throws -> [ForeignItem] {
        guard file.isNote else { return [.left(.files, count: 1)] }
        let path = file.relative.joined(separator: "/")
        guard file.count <= Self.longestNote else {
            return [.refused(place: path, reason: "it has \(file.count >> 20) MiB; a memory has at most 4")]
        }
        let open = try ImportFile(path: file.path)
        let bytes = try open.read(open.count, at: 0)
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            return [.refused(place: path, reason: "not UTF-8: byte \(error.byteOffsets.lowerBound + 1)")]
        }
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return [item(String(decoding: bytes[start...], as: UTF8.self), file, path)]
    }

    /// Keys that have a place of their own.
    private static let known: Set<String> = Set(["title", "tags", "tag", "type"] + times)
    /// What may say when it was written.
    private static let times = ["created", "created_at", "date"]

    private func item(_ text: String, _ file: NoteFiles.File, _ path: String) -> ForeignItem {
        let matter = FrontMatter(text)
        let body = matter.body.trimmingSpaces
        let stem = file.name.split(separator: ".").dropLast().joined(separator: ".")
        let title = matter.text("title") ?? stem
        guard !body.isEmpty else { return .left(.empty, count: 1) }
        var metadata: [String: String] = [:]
        for (key, value) in matter.values where !Self.known.contains(key) { metadata.note(key, value) }
        var created: Date?
        for key in Self.times {
            let time = matter.text(key).flatMap { ForeignTime.date($0) }
            // A second time, and one that can't be read, are kept as they stand.
            if created != nil || time == nil { metadata.note(key, matter[key]) }
            created = created ?? time
        }
        metadata.set("source", source)
        metadata.set("path", path)
        metadata.set(Self.vault, root)
        metadata.set("title", title)
        metadata.set("note_type", matter.text("type"))
        let tags = (matter.list("tags") + matter.list("tag"))
            .map { $0.hasPrefix("#") ? String($0.dropFirst()) : $0 }
        let labels = metadata.labels(tags + NoteTags(body).tags)
        let draft = MemoryDraft(
            content: Self.hasTitle(body, title) ? String(body) : "# \(title)\n\n\(body)",
            type: .semantic,
            category: .knowledge,
            tags: labels,
            metadata: metadata,
            createdAt: created ?? Date(timeIntervalSince1970: file.changed)
        )
        let key = [Self.namespace, folder, path]
        var memory = ForeignMemory(place: path, key: key, draft: draft)
        // Another folder of the same name has notes of its own. Their text tells them apart, so that a folder may be moved.
        (memory.furtherKeys, memory.tellingKey) = ([key + [draft.content]], Self.vault)
        // A folder that was moved, or is read as another program's, has the same notes.
        memory.placeKeys = [Self.vault, "source"]
        return .memory(memory)
    }

    /// A note is found by its title, which often stands in the name of its file alone.
    private static func hasTitle(_ body: Substring, _ title: String) -> Bool {
        guard body.hasPrefix("# ") else { return false }
        return body.prefix { !$0.isNewline }.dropFirst(2).trimmingSpaces == title[...].trimmingSpaces
    }
}
