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
    /// How many chats or memories of a file are looked at.
    private static let elements = 20
    /// How many notes of a folder are looked at.
    private static let notes = 100

    static func format(of input: ImportInput) throws -> ForeignFormat? {
        switch input {
        case .directory(let path): return try format(ofDirectory: path)
        case .file(let file):
            let start = try file.read(startLength, at: 0)
            if ForeignDatabase.fits(start) { return try ForeignDatabase(file).format }
            // An archive that can't be read says why.
            if ZipArchive.fits(start) { return try format(ofParts: Conversations.files(of: input)) }
            return try format(ofText: file)
        }
    }

    /// Refuses what is neither of a known program nor lines of JSON.
    static func refuseUnknown(_ input: ImportInput) throws {
        let known =
            "--from says which program wrote it, if it is one of \(ForeignFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        switch input {
        case .directory(let path):
            try refuseDamaged(Conversations.files(of: input))
            throw ForeignFileError(
                .wrongKind,
                "\(path) is a folder without notes in Markdown or exported chats. \(known)."
            )
        case .file(let file):
            if NoteFiles.isNote(file.name) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is one note. Import the folder that it lies in; what is there already stays as it is."
                )
            }
            let start = try file.read(startLength, at: 0)
            if ForeignDatabase.fits(start) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is a SQLite database of no program that is known here. \(known)."
                )
            }
            if ZipArchive.fits(start) {
                try refuseDamaged(Conversations.files(of: input))
                throw ForeignFileError(.wrongKind, "\(file.name) is an archive without exported chats. \(known).")
            }
            let look = try file.read(lookLength, at: 0)
            let text = look.drop {
                $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D || [0xEF, 0xBB, 0xBF].contains($0)
            }
            // Of lines of JSON the one that a crash has left without its bytes is named.
            if look.contains(0), text.first != UInt8(ascii: "{") {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is not a text, and of no kind that is known here. \(known)."
                )
            }
            // No line of ours begins so.
            if text.starts(with: [UInt8(ascii: "[")]), !text.starts(with: Array("[]".utf8)) {
                throw ForeignFileError(
                    .wrongKind,
                    "\(file.name) is an array of JSON without a whole chat or memory that is known here. Is it cut off? \(known)."
                )
            }
        }
    }

    /// Says what is wrong with files that are named as chats are and that nobody knows: they may only be damaged.
    private static func refuseDamaged(_ parts: [Conversations.Part]) throws {
        for part in parts {
            var elements = JSONElements(try part.open(), arrays: arrays)
            var looked = 0
            while looked < self.elements, try elements.next() != nil { looked += 1 }
        }
    }

    static func emptiness(of file: ImportFile) throws -> ForeignSource.Emptiness? {
        let look = try file.read(lookLength, at: 0)
        guard look.count == file.count else { return nil }
        let text = String(decoding: look, as: UTF8.self)[...].trimmingSpaces
        if text.isEmpty || text == "\u{FEFF}" { return .blank }
        guard let value = try? JSONParser.parse(Array(text.utf8), as: .lenient) else { return nil }
        let lists = value.array.map { [$0] } ?? arrays.subtracting(["relations"]).compactMap { value[$0]?.array }
        return !lists.isEmpty && lists.allSatisfy(\.isEmpty) ? .list : nil
    }

    private static func format(ofDirectory path: String) throws -> ForeignFormat? {
        if let parts = try? Conversations.files(of: .directory(path)), let found = try format(ofParts: parts) {
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

    /// What the first files look like that say it: one of chats may be empty.
    private static func format(ofParts parts: [Conversations.Part]) throws -> ForeignFormat? {
        for part in parts { if let found = try format(ofElements: part.open()) { return found } }
        return nil
    }

    /// What the first chats or memories look like: some of them may be odd. A file that is damaged there is of no kind;
    /// reading it says how.
    private static func format(ofElements chunks: any Chunks) throws -> ForeignFormat? {
        var elements = JSONElements(chunks, arrays: arrays)
        var looked = 0
        while looked < self.elements, let element = try? elements.next() {
            guard element.refusal == nil else { continue }
            if let key = element.key, !arrays.contains(key) {
                // Of an object whose members say it, the first of them does.
                if ClaudeMemories.fits(.object([key: element.value])) { return .claude }
            } else if let found = format(of: element.value) {
                return found
            }
            // However many relations come before the memories.
            if element.key != "relations" { looked += 1 }
        }
        return nil
    }

    private static let arrays = Mem0Reader.arrays.union(["conversations"])

    private static func format(ofText file: ImportFile) throws -> ForeignFormat? {
        let look = try file.read(lookLength, at: 0)
        var start = look.dropFirst(look.leadingMarksLength)
        start = start.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        if start.first == UInt8(ascii: "{") {
            if try areLinesOfGraph(file) { return .memoryJSONL }
        }
        guard start.first == UInt8(ascii: "[") || start.first == UInt8(ascii: "{") else { return nil }
        return try format(ofElements: FileChunks(file))
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
        Array(line.dropFirst(line.leadingMarksLength))
    }

    private static func format(of value: JSONValue) -> ForeignFormat? {
        if value["mapping"]?.object != nil { return .chatgpt }
        if value["chat_messages"]?.array != nil || ClaudeMemories.fits(value) || ClaudeProjects.fits(value) {
            return .claude
        }
        if value["id"]?.string != nil, value["memory"]?.string != nil { return .mem0 }
        return nil
    }
}
