/// A place under `/memories`, as a model names it.
struct FilePath: Hashable, Comparable, Sendable {
    /// What stands between the slashes; empty for the directory itself.
    let parts: [String]

    static let root = "/memories"
    private static let longest = 240

    /// - Throws: For a path outside the directory, however it is written.
    init(_ text: String) throws(ToolFailure) {
        guard text == Self.root || text.hasPrefix(Self.root + "/") else {
            throw ToolFailure("Path must start with /memories, got: \(text)")
        }
        var parts: [String] = []
        for part in text.dropFirst(Self.root.count).split(separator: "/") {
            let lowered = part.lowercased()
            guard part != "..", !["%2e", "%2f", "%5c"].contains(where: { lowered.contains($0) }), !part.contains("\\")
            else {
                throw ToolFailure("Path \(text) would escape /memories directory")
            }
            guard !part.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw ToolFailure("Path \(text) has control characters; use letters, digits, hyphens and dots.")
            }
            if part != "." { parts.append(String(part)) }
        }
        guard parts.joined(separator: "/").utf8.count <= Self.longest else {
            throw ToolFailure("The path is longer than \(Self.longest) bytes.")
        }
        self.parts = parts
    }

    /// The place that a memory keeps; nil where it keeps none that can be.
    init?(key: String?) {
        guard let key else { return nil }
        do {
            try self.init(Self.root + "/" + key)
        } catch {
            return nil
        }
        if isRoot { return nil }
    }

    private init(parts: [String]) {
        self.parts = parts
    }

    var isRoot: Bool { parts.isEmpty }
    /// The path within the directory, as it is kept with the memory.
    var key: String { parts.joined(separator: "/") }
    var text: String { parts.isEmpty ? Self.root : Self.root + "/" + key }

    /// Whether this is inside a directory.
    func isInside(_ directory: FilePath) -> Bool {
        parts.count > directory.parts.count && parts.starts(with: directory.parts)
    }

    /// The same place once a directory, or the file itself, has another name.
    func moved(from old: FilePath, to new: FilePath) -> FilePath {
        FilePath(parts: new.parts + parts.dropFirst(old.parts.count))
    }

    static func < (left: FilePath, right: FilePath) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}
