import HearthText

/// A file or folder of another program, opened to be imported.
package struct ForeignSource {
    package let format: ForeignFormat
    /// What messages call it.
    package var name: String { input.name }
    private let input: ImportInput

    /// Several times what any chat has been seen to need; one chat is in memory.
    package static let longestChat = JSONElements.longestElement

    /// Opens what is given in the format that is wanted, or in the one that it plainly has.
    ///
    /// - Returns: nil for a file that is none of them by its look, and for which no format was wanted.
    /// - Throws: `ForeignFileError` for one that plainly has another format than the wanted one, and for an archive, a
    ///   database or a folder of no format that is known.
    package init?(_ input: ImportInput, wanted: ForeignFormat?) throws {
        let found = try Recognition.format(of: input)
        if let wanted, let found, !wanted.reads(found) {
            throw ForeignFileError(.wrongKind, "\(input.name) is \(found.title): use --from \(found.rawValue).")
        }
        guard let format = wanted ?? found else {
            try Recognition.refuseUnknown(input)
            return nil
        }
        self.input = input
        self.format = format
        guard case .file(let file) = input, format != .chatgpt, format != .claude,
            ZipArchive.fits(try file.read(Recognition.startLength, at: 0))
        else { return }
        throw ForeignFileError(
            .wrongKind,
            "\(name) is an archive, and --from \(format.rawValue) reads none. Unpack it, and import what comes out."
        )
    }

    /// The format that an input plainly has; nil for lines of our own, and for what nobody knows.
    package static func format(of input: ImportInput) throws -> ForeignFormat? { try Recognition.format(of: input) }

    /// Why a file has nothing that could be imported.
    package enum Emptiness: Sendable {
        /// There is no text.
        case blank
        /// There is a list of JSON as other programs write it, and nothing in it.
        case list
    }

    /// Why there is nothing in a file; nil for any other.
    package static func emptiness(of file: ImportFile) throws -> Emptiness? { try Recognition.emptiness(of: file) }

    /// A reader from the beginning.
    ///
    /// - Parameters:
    ///   - keepsBranches: Whether abandoned branches of chats are read too.
    ///   - longestChat: How many bytes of JSON a chat has at most; a longer one is refused, and those behind it are read.
    package func reader(
        keepingBranches keepsBranches: Bool = false,
        longestChat: Int = ForeignSource.longestChat
    ) throws -> any ForeignReader {
        switch (format, input) {
        case (.chatgpt, _):
            return SeriesReader(
                try Conversations.parts(of: input, as: format)
                    .map { part in
                        { ChatGPTReader(try part.open(), keepsBranches: keepsBranches, longestChat: longestChat) }
                    }
            )
        case (.claude, _):
            return SeriesReader(
                try Conversations.parts(of: input, as: format)
                    .map { part in
                        { ClaudeReader(try part.open(), keepsBranches: keepsBranches, longestChat: longestChat) }
                    }
            )
        case (.mem0, .file(let file)):
            let start = try file.read(Recognition.startLength, at: 0)
            guard ForeignDatabase.fits(start) else { return Mem0Reader(FileChunks(file)) }
            return try Mem0History.reader(ForeignDatabase(file))
        case (.langgraph, .file(let file)): return try LangGraphItems.reader(ForeignDatabase(file))
        case (.mcpMemory, .file(let file)): return try MemoryServiceRows.reader(ForeignDatabase(file))
        case (.memoryJSONL, .file(let file)): return GraphLinesReader(FileChunks(file))
        case (.basicMemory, .directory(let path)), (.markdown, .directory(let path)):
            return try NotesReader(path, source: format.rawValue)
        case (.basicMemory, .file), (.markdown, .file):
            throw ForeignFileError(.wrongKind, "\(name) is a file; --from \(format.rawValue) reads a folder of notes.")
        case (_, .directory):
            throw ForeignFileError(.wrongKind, "\(name) is a folder; --from \(format.rawValue) reads a file.")
        }
    }
}

/// Several readers, one after the other, each opened when its turn comes.
struct SeriesReader: ForeignReader {
    private var waiting: ArraySlice<() throws -> any ForeignReader>
    private let count: Int
    private var present: (any ForeignReader)?

    init(_ readers: [() throws -> any ForeignReader]) {
        waiting = readers[...]
        count = readers.count
    }

    var fractionRead: Double {
        let done = Double(count - waiting.count) - (present == nil ? 0 : 1) + (present?.fractionRead ?? 0)
        return count == 0 ? 1 : done / Double(count)
    }

    mutating func next() throws -> [ForeignItem]? {
        while true {
            if let items = try present?.next() { return items }
            guard let open = waiting.popFirst() else {
                present = nil
                return nil
            }
            present = try open()
        }
    }
}
