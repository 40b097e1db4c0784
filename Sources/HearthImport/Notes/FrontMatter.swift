import HearthText

/// The front matter of a Markdown note: the part of YAML that notes use.
///
/// Scalars on one line or several, block scalars, lists and quotes are understood. Whatever else stands under a key is
/// kept as it is. A block that has anything else is none: it is text between two horizontal rules.
struct FrontMatter {
    private(set) var values: [String: JSONValue] = [:]
    /// The text after it.
    private(set) var body: Substring

    init(_ text: String) {
        body = text[...]
        guard let end = Self.lines(text), let values = Self.values(end.lines) else { return }
        (self.values, body) = (values, text[end.rest...])
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
        case .string(let text)?: text.split { $0 == "," || $0.isWhitespace }.map(String.init)
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

    /// What the keys have; nil where a line belongs to none, and where there are only comments: they may be headings.
    private static func values(_ lines: [Substring]) -> [String: JSONValue]? {
        var values: [String: JSONValue] = [:]
        var rest = lines[...]
        while let line = rest.popFirst() {
            if line.isBlank || line.trimmingSpaces.first == "#" { continue }
            guard let (key, text) = entry(line) else { return nil }
            let value = YAMLValue(text, followedBy: &rest).value
            values[key] = values[key].map { both($0, value) } ?? value
        }
        return values.isEmpty && !lines.allSatisfy(\.isBlank) ? nil : values
    }

    /// A key and what follows it on its line.
    private static func entry(_ line: Substring) -> (key: String, text: Substring)? {
        guard let first = line.first, !first.isWhitespace, first != "-" || line.dropFirst().first?.isWhitespace == false
        else { return nil }
        var colon = line.startIndex
        if let end = YAMLValue.endOfQuotes(line) {
            colon = line[end...].firstIndex { !$0.isWhitespace } ?? line.endIndex
        }
        while let found = line[colon...].firstIndex(of: ":") {
            let after = line.index(after: found)
            if after == line.endIndex || line[after].isWhitespace {
                let key = YAMLValue.unquoted(line[..<found].trimmingSpaces)
                return key.isEmpty ? nil : (key, line[after...].trimmingSpaces)
            }
            colon = after
        }
        return nil
    }

    /// What a key has that stands there twice.
    private static func both(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        .array((first.array ?? [first]) + (second.array ?? [second]))
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

    var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
