import HearthText

/// Which program wrote a file, as far as that is plain.
enum Recognition {
    /// How much of a file says what it is.
    static let startLength = 16
    /// How much of a text is looked at.
    private static let lookLength = 64 << 10
    /// How many lines of a graph are looked at, and within how much: an entity may have many observations.
    private static let graphLines = 20
    private static let graphLength = 1 << 20
    /// How many notes of a folder are looked at.
    private static let notes = 100

    static func format(of input: ImportInput) throws -> ForeignFormat? {
        switch input {
        case .directory(let path): return try format(ofDirectory: path)
        case .file(let file):
            let start = try file.read(startLength, at: 0)
            if ForeignDatabase.fits(start) { return try ForeignDatabase(file).format }
            if ZipArchive.fits(start) {
                guard let part = try? Conversations.parts(of: input, as: .chatgpt).first else {
                    // An archive that can't be read says why.
                    _ = try ZipArchive(file)
                    return nil
                }
                return try format(ofChats: part.open())
            }
            return try format(ofText: file)
        }
    }

    /// Refuses what is neither of a known program nor lines of JSON.
    static func refuseUnknown(_ input: ImportInput) throws {
        let known =
            "--from says which program wrote it, if it is one of \(ForeignFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        switch input {
        case .directory(let path):
            throw ForeignFileError(
                .wrongKind,
                "\(path) is a folder without notes in Markdown or exported chats. \(known)."
            )
        case .file(let file):
            let start = try file.read(startLength, at: 0)
            if ForeignDatabase.fits(start) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is a SQLite database of no program that is known here. \(known)."
                )
            }
            if ZipArchive.fits(start) {
                throw ForeignFileError(.wrongKind, "\(file.name) is an archive without exported chats. \(known).")
            }
            let look = try file.read(lookLength, at: 0)
            if look.contains(0) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is not a text, and of no kind that is known here. \(known)."
                )
            }
            // No line of ours begins so.
            let text = look.drop {
                $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || [0xEF, 0xBB, 0xBF].contains($0)
            }
            if text.starts(with: [UInt8(ascii: "[")]), !text.starts(with: Array("[]".utf8)) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is an array of JSON without a whole chat or memory that is known here. Is it cut off? \(known)."
                )
            }
        }
    }

    private static func format(ofDirectory path: String) throws -> ForeignFormat? {
        if let part = try? Conversations.parts(of: .directory(path), as: .chatgpt).first,
            let found = try format(ofChats: part.open())
        {
            return found
        }
        var files = NoteFiles(path)
        var seen = 0
        while seen < notes, let file = try files.next() {
            guard file.isNote else { continue }
            seen += 1
            let start = try ImportFile(path: file.path).read(lookLength, at: 0)
            if FrontMatter(String(decoding: start, as: UTF8.self))["permalink"] != nil { return .basicMemory }
        }
        return seen > 0 ? .markdown : nil
    }

    /// What the first chat that can be read looks like. A file that is damaged there is of no kind; reading it says how.
    private static func format(ofChats chunks: any Chunks) throws -> ForeignFormat? {
        var elements = JSONElements(chunks, arrays: ["conversations"])
        while let element = try? elements.next() {
            if element.refusal == nil { return format(of: element.value) }
        }
        return nil
    }

    private static func format(ofText file: ImportFile) throws -> ForeignFormat? {
        var start = try file.read(lookLength, at: 0)[...]
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { start = start.dropFirst(3) }
        start = start.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        if start.first == UInt8(ascii: "{") {
            if try areLinesOfGraph(file) { return .memoryJSONL }
        }
        guard start.first == UInt8(ascii: "[") || start.first == UInt8(ascii: "{") else { return nil }
        var elements = JSONElements(FileChunks(file), arrays: Mem0Reader.arrays.union(["conversations"]))
        while let element = try? elements.next() {
            guard element.refusal == nil else { continue }
            if let found = format(of: element.value) { return found }
            // The first element of an array says it; an object may have other members before.
            if element.key == nil || Mem0Reader.arrays.contains(element.key ?? "") { return nil }
        }
        return nil
    }

    /// Whether one of the first lines is a part of a graph: what a program writes of itself may come before.
    private static func areLinesOfGraph(_ file: ImportFile) throws -> Bool {
        var lines = ByteLines(FileChunks(file, count: min(file.count, graphLength)))
        while lines.number < graphLines, let line = try lines.next() {
            guard let line, let value = try? JSONParser.parse(withoutMark(line), as: .lenient) else { continue }
            switch value["type"]?.string {
            case "entity" where value["name"]?.string != nil: return true
            case "relation" where value["relationType"]?.string != nil: return true
            default: continue
            }
        }
        return false
    }

    private static func withoutMark(_ line: [UInt8]) -> [UInt8] {
        line.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(line.dropFirst(3)) : line
    }

    private static func format(of value: JSONValue) -> ForeignFormat? {
        if value["mapping"]?.object != nil { return .chatgpt }
        if value["chat_messages"]?.array != nil { return .claude }
        if value["id"]?.string != nil, value["memory"]?.string != nil { return .mem0 }
        return nil
    }
}
