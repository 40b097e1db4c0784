import HearthMemory

/// Files as a model reads them.
enum FileText {
    private static let numberWidth = 6
    /// How many levels of a directory are listed.
    private static let levels = 2

    static func numbered(_ content: String, at path: FilePath, _ range: [Int]?) -> String {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        var shown = 0..<lines.count
        if let range, range.count == 2 {
            let first = min(max(1, range[0]) - 1, lines.count)
            let last = range[1] == -1 ? lines.count : min(max(range[1], 0), lines.count)
            shown = first..<max(first, last)
        }
        let numbered = shown.map { line($0, lines[$0]) }
        return "Here's the content of \(path.text) with line numbers:\n" + numbered.joined(separator: "\n")
    }

    private static func line(_ index: Int, _ text: Substring) -> String {
        let number = "\(index + 1)"
        return String(repeating: " ", count: max(0, numberWidth - number.count)) + number + "\t" + text
    }

    static func listing(of directory: FilePath, _ files: [FileStore.File]) -> String {
        var sizes: [String: Int] = [:]
        var total = 0
        for file in files where file.path.isInside(directory) {
            let size = file.memory.content.utf8.count
            total += size
            let inside = file.path.parts.dropFirst(directory.parts.count)
            guard !inside.contains(where: { $0.hasPrefix(".") }) else { continue }
            for level in 1...min(levels, inside.count) {
                let isDirectory = level < inside.count
                sizes[inside.prefix(level).joined(separator: "/") + (isDirectory ? "/" : ""), default: 0] += size
            }
        }
        let lines = sizes.sorted { $0.key < $1.key }.map { "\(self.size($0.value))\t\(directory.text)/\($0.key)" }
        let head =
            "Here're the files and directories up to 2 levels deep in \(directory.text), excluding hidden items:"
        return ([head, "\(size(total))\t\(directory.text)"] + lines).joined(separator: "\n")
    }

    private static func size(_ bytes: Int) -> String {
        var (size, unit) = (Double(bytes), 0)
        while size >= 1_024, unit < 3 {
            size /= 1_024
            unit += 1
        }
        let tenths = Int((size * 10).rounded())
        return (tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)") + ["B", "K", "M", "G"][unit]
    }

    static func replacing(_ old: String, by new: String, in content: String, at path: FilePath) throws(ToolFailure)
        -> String
    {
        let ranges = old.isEmpty ? [] : content.ranges(of: old)
        guard let range = ranges.first else {
            throw ToolFailure(
                "No replacement was performed, old_str `\(old)` did not appear verbatim in \(path.text)."
            )
        }
        guard ranges.count == 1 else {
            let lines = ranges.map { "\(content[..<$0.lowerBound].count { $0.isNewline } + 1)" }.joined(separator: ", ")
            throw ToolFailure(
                "No replacement was performed. Multiple occurrences of old_str `\(old)` in lines: \(lines). Please ensure it is unique"
            )
        }
        return String(content[..<range.lowerBound]) + new + String(content[range.upperBound...])
    }

    /// What is around an edit.
    static func edited(_ content: String, around new: String) -> String {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        let place = content.ranges(of: new).first?.lowerBound ?? content.startIndex
        let changed = content[..<place].count { $0 == "\n" }
        let shown = max(0, changed - 2)..<min(lines.count, changed + 3)
        return "The memory file has been edited. Here is the snippet showing the change (with line numbers):\n"
            + shown.map { line($0, lines[$0]) }.joined(separator: "\n")
    }

    static func inserting(_ text: String, behind line: Int, in content: String) throws(ToolFailure) -> String {
        var lines = content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        guard (0...lines.count).contains(line) else {
            throw ToolFailure(
                "Invalid `insert_line` parameter: \(line). It should be within the range [0, \(lines.count)]."
            )
        }
        var inserted = text[...]
        while inserted.hasSuffix("\n") { inserted.removeLast() }
        lines.insert(String(inserted), at: line)
        return lines.joined(separator: "\n") + "\n"
    }
}
