/// The tags in the text of a note: words with a # before them, of letters, digits, _, - and /, and not of digits alone.
///
/// Code, links, addresses, HTML and colours have such words too, which are none.
struct NoteTags {
    private(set) var tags: [String] = []

    init(_ text: Substring) {
        var fence: (character: Character, length: Int)?
        var isInList = false
        var isCode = false
        var isAfterBlank = true
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            let content = Self.withoutQuoteMarks(line)
            let text = content.trimmingSpaces
            if let mark = Self.fence(text) {
                if let open = fence {
                    let isClosed = mark.character == open.character && mark.length >= open.length
                    if isClosed, text.allSatisfy({ $0 == mark.character }) { fence = nil }
                } else {
                    fence = mark
                }
                continue
            }
            guard fence == nil else { continue }
            guard !text.isEmpty else {
                isAfterBlank = true
                continue
            }
            let isIndented = content.hasPrefix("    ") || content.hasPrefix("\t")
            if !isIndented { isInList = Self.isListItem(text) || isInList && content.first?.isWhitespace == true }
            // What is indented below an empty line is code, unless it belongs to a list.
            isCode = isIndented && !isInList && (isCode || isAfterBlank)
            isAfterBlank = false
            if !isCode, text.contains("#") { add(from: text) }
        }
    }

    private static func withoutQuoteMarks(_ line: Substring) -> Substring {
        var line = line
        while line.trimmingSpaces.first == ">", let mark = line.firstIndex(of: ">") {
            line = line[line.index(after: mark)...]
            if line.first == " " { line.removeFirst() }
        }
        return line
    }

    private static func fence(_ text: Substring) -> (character: Character, length: Int)? {
        guard let character = text.first, character == "`" || character == "~" else { return nil }
        let length = text.prefix { $0 == character }.count
        // A line that has more of them is code within a text.
        guard length >= 3, character == "~" || !text.dropFirst(length).contains("`") else { return nil }
        return (character, length)
    }

    private static func isListItem(_ text: Substring) -> Bool {
        let rest = text.drop(while: \.isNumber)
        let marks = rest.startIndex == text.startIndex ? "-*+" : ".)"
        guard let mark = rest.first, marks.contains(mark) else { return false }
        return rest.dropFirst().first?.isWhitespace ?? true
    }

    private mutating func add(from line: Substring) {
        // The target of a link that is named elsewhere.
        guard !(line.first == "[" && line.contains("]:")) else { return }
        var previous: Character = " "
        var index = line.startIndex
        while index < line.endIndex {
            if let end = Self.endOfSpan(line[index...], after: previous) {
                (previous, index) = ("x", end)
                continue
            }
            let next = line.index(after: index)
            if line[index] == "#", previous.isWhitespace || previous == "(" {
                let word = line[next...].prefix { $0.isLetter || $0.isNumber || "_-/".contains($0) }
                if !word.isEmpty, !word.allSatisfy(\.isNumber), !Self.isColor(word) { tags.append(String(word)) }
            }
            (previous, index) = (line[index], next)
        }
    }

    /// Where something ends that has no tags and begins here: code, the target of a link, a link to a note, HTML, an address.
    private static func endOfSpan(_ text: Substring, after previous: Character) -> Substring.Index? {
        switch text.first {
        case "`":
            let marks = text.prefix { $0 == "`" }
            var rest = text[marks.endIndex...]
            while let start = rest.firstIndex(of: "`") {
                let found = rest[start...].prefix { $0 == "`" }
                if found.count == marks.count { return found.endIndex }
                rest = rest[found.endIndex...]
            }
            return marks.endIndex
        case "(" where previous == "]": return end(of: text, at: ")")
        case "[" where text.hasPrefix("[["): return end(of: text, at: "]]")
        case "<":
            guard let next = text.dropFirst().first, next.isLetter || "/!".contains(next) else { return nil }
            return end(of: text, at: ">")
        case "h" where text.hasPrefix("http://") || text.hasPrefix("https://"):
            return text.firstIndex(where: \.isWhitespace) ?? text.endIndex
        default: return nil
        }
    }

    private static func end(of text: Substring, at mark: String) -> Substring.Index? {
        text.firstRange(of: mark)?.upperBound
    }

    /// Whether a word is a colour of CSS, and not one that is spelled with the same letters.
    private static func isColor(_ word: Substring) -> Bool {
        guard [3, 4, 6, 8].contains(word.count), word.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return false }
        return word.contains(where: \.isNumber) || Set(word.lowercased()).count == 1
            || word.allSatisfy { $0.isUppercase }
    }
}
