/// Where an export of chats has them: a file, an archive, or a folder that was unpacked from one.
struct Conversations {
    /// One file of chats, or another file beside them.
    struct Part {
        var name: String
        var isOther: Bool
        var open: () throws -> any Chunks
    }

    /// `conversations.json`, or where that would be long `conversations-000.json` and so on.
    static func isChats(_ name: some StringProtocol) -> Bool {
        guard name.hasPrefix("conversations"), name.hasSuffix(".json") else { return false }
        let middle = name.dropFirst("conversations".count).dropLast(".json".count)
        return middle.isEmpty
            || (middle.first == "-" || middle.first == "_") && middle.dropFirst().allSatisfy(\.isNumber)
                && middle.count > 1
    }

    /// What an export of Claude has beside its chats: what it remembers, and projects, which are counted.
    private static let others: Set = ["memories.json", "projects.json"]

    /// The files of an export, those of chats first.
    static func parts(of input: ImportInput, as format: ForeignFormat) throws -> [Part] {
        let found = try files(of: input)
        let parts = format == .claude ? found : found.filter { !$0.isOther }
        guard !parts.isEmpty else {
            throw ForeignFileError(.wrongKind, "\(input.name) is not \(format.title): it has no conversations.json.")
        }
        return parts
    }

    /// The files that may be of an export, those of chats first; none where there aren't any.
    static func files(of input: ImportInput) throws -> [Part] {
        let parts: [Part]
        switch input {
        case .file(let file):
            guard ZipArchive.fits(try file.read(Recognition.startLength, at: 0)) else {
                return [Part(name: file.name, isOther: false) { FileChunks(file) }]
            }
            parts = Self.parts(of: try ZipArchive(file))
        case .directory(let path):
            var files = NoteFiles(path, depth: 1)
            var found: [Part] = []
            while let file = try files.next() {
                guard isPart(file.name) else { continue }
                found.append(
                    Part(name: file.name, isOther: !isChats(file.name)) { FileChunks(try ImportFile(path: file.path)) }
                )
            }
            parts = found
        }
        return parts.sorted { ($0.isOther ? 1 : 0, $0.name) < ($1.isOther ? 1 : 0, $1.name) }
    }

    private static func isPart(_ name: some StringProtocol) -> Bool { isChats(name) || others.contains(String(name)) }

    /// The entries that are nearest to the top: some archives have all chats a second time, one to a file.
    private static func parts(of archive: ZipArchive) -> [Part] {
        let found = archive.entries.map { (entry: $0, path: $0.name.split(separator: "/")) }
            .filter { isPart($0.path.last ?? "") }
        let depth = found.map(\.path.count).min()
        return found.filter { $0.path.count == depth }
            .map { found in
                Part(name: found.entry.name, isOther: !isChats(found.path.last ?? "")) {
                    try archive.chunks(of: found.entry)
                }
            }
    }
}
