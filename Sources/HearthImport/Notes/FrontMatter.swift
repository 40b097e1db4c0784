import HearthText

/// The front matter of a Markdown note: the part of YAML that notes use.
///
/// Scalars, lists on one line or several, and quotes are understood. Whatever else stands under a key is kept as it is.
struct FrontMatter {
    private(set) var values: [String: JSONValue] = [:]
    /// The text after it.
    private(set) var body: Substring

    init(_ text: String) {
        body = text[...]
        guard let end = Self.lines(text) else { return }
        body = text[end.rest...]
        read(end.lines)
    }

    subscript(key: String) -> JSONValue? { values[key] }

    /// A text that isn't empty.
    func text(_ key: String) -> String? {
        values[key]?.metadataText.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The values of a list, or of a text with commas or blanks between.
    func list(_ key: String) -> [String] {
        switch values[key] {
        case .array(let elements)?: elements.compactMap(\.metadataText)
        case .string(let text)?: text.split { $0 == "," || $0 == " " }.map(String.init)
        case let other?: other.metadataText.map { [$0] } ?? []
        case nil: []
        }
    }

    /// The lines between the marks, and where the rest begins; nil without both marks.
    private static func lines(_ text: String) -> (lines: [Substring], rest: String.Index)? {
        let text = text[...]
        guard text.hasPrefix("---") else { return nil }
        var lines: [Substring] = []
        var start = text.startIndex
        while start < text.endIndex {
            // A line break of Windows is one character.
            let end = text[start...].firstIndex { $0 == "\n" || $0 == "\r\n" } ?? text.endIndex
            let line = text[start..<end]
            start = end < text.endIndex ? text.index(after: end) : end
            let isMark = line.trimmingSpaces == "---" || line.trimmingSpaces == "..."
            if lines.isEmpty {
                guard line.trimmingSpaces == "---" else { return nil }
                lines.append(line)
            } else if isMark {
                return (Array(lines.dropFirst()), start)
            } else {
                lines.append(line)
            }
        }
        return nil
    }

    private mutating func read(_ lines: [Substring]) {
        var index = 0
        while index < lines.count {
            let line = lines[index]
            index += 1
            guard let first = line.first, !first.isWhitespace, first != "#", first != "-",
                let colon = line.firstIndex(of: ":"),
                line.index(after: colon) == line.endIndex || line[line.index(after: colon)].isWhitespace
            else { continue }
            let key = String(Self.unquoted(line[..<colon].trimmingSpaces))
            let value = line[line.index(after: colon)...].trimmingSpaces
            var block: [Substring] = []
            while index < lines.count, Self.belongsToBlock(lines[index], after: value) {
                block.append(lines[index])
                index += 1
            }
            values[key] = Self.value(value, block)
        }
    }

    /// Whether a line goes on with what a key began: it is indented, or an element of a list.
    private static func belongsToBlock(_ line: Substring, after value: Substring) -> Bool {
        guard let first = line.first else { return value == "|" || value == ">" }
        return first.isWhitespace || (value.isEmpty && line.hasPrefix("- "))
    }

    private static func value(_ text: Substring, _ block: [Substring]) -> JSONValue {
        if text.isEmpty, !block.isEmpty, block.allSatisfy({ $0.trimmingSpaces.hasPrefix("- ") }) {
            return .array(block.map { .string(scalar($0.trimmingSpaces.dropFirst(2).trimmingSpaces)) })
        }
        if !block.isEmpty {
            let isMark = text.first == "|" || text.first == ">"
            let lines = block.map { isMark ? $0.trimmingSpaces : $0 }
            return .string(lines.joined(separator: text.first == ">" ? " " : "\n"))
        }
        if text.first == "[", text.last == "]" {
            return .array(elements(text.dropFirst().dropLast()).map { .string(scalar($0)) })
        }
        return .string(scalar(text))
    }

    /// What stands between commas outside of quotes.
    private static func elements(_ text: Substring) -> [Substring] {
        var elements: [Substring] = []
        var quote: Character?
        var start = text.startIndex
        for index in text.indices {
            switch text[index] {
            case let character where character == quote: quote = nil
            case "\"", "'": quote = quote ?? text[index]
            case ",":
                guard quote == nil else { continue }
                elements.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        elements.append(text[start...])
        return elements.map(\.trimmingSpaces).filter { !$0.isEmpty }
    }

    private static func scalar(_ text: Substring) -> String {
        guard text.first != "\"", text.first != "'" else { return unquoted(text) }
        // A comment begins after a blank.
        let end = text.indices.first { text[$0] == "#" && $0 > text.startIndex && text[text.index(before: $0)] == " " }
        return String(text[..<(end ?? text.endIndex)].trimmingSpaces)
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return String(text)
        }
        let inner = String(text.dropFirst().dropLast())
        if first == "'" { return inner.replacing("''", with: "'") }
        return (try? JSONParser.parse(Array(text.utf8), as: .lenient))?.string ?? inner
    }
}

extension Substring {
    /// Without the white space around it.
    var trimmingSpaces: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
