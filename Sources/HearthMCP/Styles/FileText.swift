import HearthMemory

/// Files as a model reads them.
///
/// A line ends with a line feed. What a client gives with other ends of lines is kept with these, so that lines and passages are found
/// as the model has read them.
enum FileText {
    private static let numberWidth = 6
    /// How many levels of a directory are listed.
    private static let levels = 2

    /// A text whose lines end with a line feed alone.
    static func plain(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "\r"))
            ? text.replacing("\r\n", with: "\n").replacing("\r", with: "\n") : text
    }

    /// A text after an edit, and the line, from 0, at which the edit begins.
    struct Edit: Sendable {
        var text: String
        var line: Int
    }

    static func numbered(_ content: String, at path: FilePath, _ range: [Int]?) -> String {
        let lines = plain(content).split(separator: "\n", omittingEmptySubsequences: false)
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
        -> Edit
    {
        let (old, content) = (plain(old), plain(content))
        let ranges = old.isEmpty ? [] : content.ranges(of: old)
        guard let range = ranges.first else {
            throw ToolFailure(
                "No replacement was performed, old_str `\(old)` did not appear verbatim in \(path.text)."
            )
        }
        func line(_ range: Range<String.Index>) -> Int { content[..<range.lowerBound].count { $0 == "\n" } }
        guard ranges.count == 1 else {
            let lines = ranges.map { "\(line($0) + 1)" }.joined(separator: ", ")
            throw ToolFailure(
                "No replacement was performed. Multiple occurrences of old_str `\(old)` in lines: \(lines). Please ensure it is unique"
            )
        }
        let text = String(content[..<range.lowerBound]) + plain(new) + String(content[range.upperBound...])
        return Edit(text: text, line: line(range))
    }

    /// What is around an edit.
    static func around(_ edit: Edit) -> String {
        let lines = edit.text.split(separator: "\n", omittingEmptySubsequences: false)
        let shown = max(0, edit.line - 2)..<min(lines.count, edit.line + 3)
        return "The memory file has been edited. Here is the snippet showing the change (with line numbers):\n"
            + shown.map { line($0, lines[$0]) }.joined(separator: "\n")
    }

    static func inserting(_ text: String, behind line: Int, in content: String) throws(ToolFailure) -> Edit {
        var lines = plain(content).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        guard (0...lines.count).contains(line) else {
            throw ToolFailure(
                "Invalid `insert_line` parameter: \(line). It should be within the range [0, \(lines.count)]."
            )
        }
        var inserted = plain(text)[...]
        while inserted.hasSuffix("\n") { inserted.removeLast() }
        lines.insert(String(inserted), at: line)
        return Edit(text: lines.joined(separator: "\n") + "\n", line: line)
    }
}
