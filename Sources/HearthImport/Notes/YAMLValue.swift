import HearthText

/// What stands under a key of the front matter.
struct YAMLValue {
    private(set) var value: JSONValue

    /// Reads a value to its end.
    ///
    /// - Parameters:
    ///   - text: What stands on the line of the key, without blanks around it.
    ///   - lines: The lines below, of which those are taken that go on with it.
    init(_ text: Substring, followedBy lines: inout ArraySlice<Substring>) {
        if let mark = BlockMark(text) {
            value = .string(mark.text(Self.block(&lines)))
            return
        }
        if text.first == "[", let whole = Self.flow(text, &lines) {
            value = .array(Self.elements(whole.dropFirst().dropLast()).map { .string(Self.scalar($0)) })
            return
        }
        let below = text.isEmpty || text.first == "#" ? Self.listOrMap(&lines) : Self.block(&lines)
        guard !text.isEmpty, text.first != "#" else {
            value =
                Self.list(below) ?? .string(Self.hasKeys(below) ? below.joined(separator: "\n") : Self.scalar(below))
            return
        }
        value = .string(Self.scalar([text] + below))
    }

    // MARK: Lines

    /// The indented lines that come next, with the blank ones between them.
    private static func block(_ lines: inout ArraySlice<Substring>) -> [Substring] {
        var block: [Substring] = []
        while let line = lines.first, line.isBlank || line.first?.isWhitespace == true {
            block.append(line)
            lines.removeFirst()
        }
        while block.last?.isBlank == true { block.removeLast() }
        return block
    }

    /// The same, and elements of a list that stand as far to the left as their key.
    private static func listOrMap(_ lines: inout ArraySlice<Substring>) -> [Substring] {
        var block = Self.block(&lines)
        while let line = lines.first, isElement(line) || line.first == "#" {
            lines.removeFirst()
            block += [line] + Self.block(&lines)
        }
        return block
    }

    private static func isElement(_ line: Substring) -> Bool {
        let text = line.trimmingSpaces
        return text == "-" || text.hasPrefix("- ")
    }

    /// Several lines of one text: a line break is a blank, and an empty line a line break.
    private static func joined(_ lines: [Substring]) -> String {
        var text = ""
        var breaks = 0
        for line in lines {
            let line = line.trimmingSpaces
            if line.isEmpty {
                breaks += 1
                continue
            }
            text += text.isEmpty ? "" : breaks > 0 ? String(repeating: "\n", count: breaks) : " "
            text += line
            breaks = 0
        }
        return text
    }

    /// The elements of a list, of which each may have several lines; nil for what isn't one.
    private static func list(_ lines: [Substring]) -> JSONValue? {
        var elements: [[Substring]] = []
        for line in lines where !line.isBlank && line.trimmingSpaces.first != "#" {
            if isElement(line) {
                elements.append([line.trimmingSpaces.dropFirst().trimmingSpaces])
            } else {
                // An element that has keys of its own is kept as it is.
                guard !elements.isEmpty, !hasKeys([line]) else { return nil }
                elements[elements.count - 1].append(line)
            }
        }
        return elements.isEmpty ? nil : .array(elements.map { .string(scalar($0)) })
    }

    private static func hasKeys(_ lines: [Substring]) -> Bool {
        lines.contains { $0.contains(": ") || $0.trimmingSpaces.last == ":" }
    }

    // MARK: Flow

    /// A list in brackets, on one line or several; nil for one that doesn't end.
    private static func flow(_ text: Substring, _ lines: inout ArraySlice<Substring>) -> Substring? {
        var whole = String(text)
        var rest = lines
        while true {
            if let end = endOfBrackets(whole[...]) {
                let after = whole[end...].trimmingSpaces
                guard after.isEmpty || after.first == "#" else { return nil }
                lines = rest
                return whole[..<end]
            }
            guard let next = rest.popFirst() else { return nil }
            whole += " " + next.trimmingSpaces
        }
    }

    /// Where the bracket closes that a text begins with, outside of quotes.
    private static func endOfBrackets(_ text: Substring) -> Substring.Index? {
        var depth = 0
        var quote: Character?
        for index in text.indices {
            switch text[index] {
            case let character where quote != nil: quote = character == quote ? nil : quote
            case "\"", "'": quote = text[index]
            case "[", "{": depth += 1
            case "]", "}":
                depth -= 1
                if depth == 0 { return text.index(after: index) }
            default: break
            }
        }
        return nil
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

    // MARK: Scalars

    /// A text of one line or several. Where it is quoted, the quotes are around them all.
    private static func scalar(_ lines: [Substring]) -> String {
        let whole = joined(lines)
        guard endOfQuotes(whole[...]) == nil, lines.count > 1 else { return scalar(whole[...]) }
        return joined(lines.map { $0.trimmingSpaces.first == "#" ? "" : scalar($0)[...] }.filter { !$0.isEmpty })
    }

    private static func scalar(_ text: Substring) -> String {
        if let end = endOfQuotes(text) {
            let after = text[end...].trimmingSpaces
            return after.isEmpty || after.first == "#" ? unquoted(text[..<end]) : String(text)
        }
        // A comment begins after a blank.
        let end = text.indices.first {
            text[$0] == "#" && $0 > text.startIndex && text[text.index(before: $0)].isWhitespace
        }
        return String(text[..<(end ?? text.endIndex)].trimmingSpaces)
    }

    /// Where the quotes close that a text begins with.
    static func endOfQuotes(_ text: Substring) -> Substring.Index? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
        var index = text.index(after: text.startIndex)
        while index < text.endIndex {
            let next = text.index(after: index)
            if quote == "\"", text[index] == "\\", next < text.endIndex {
                index = text.index(after: next)
            } else if text[index] != quote {
                index = next
            } else if quote == "'", next < text.endIndex, text[next] == quote {
                index = text.index(after: next)
            } else {
                return next
            }
        }
        return nil
    }

    static func unquoted(_ text: Substring) -> String {
        guard endOfQuotes(text) == text.endIndex else { return String(text) }
        let inner = String(text.dropFirst().dropLast())
        if text.first == "'" { return inner.replacing("''", with: "'") }
        return (try? JSONParser.parse(Array(text.utf8), as: .lenient))?.string ?? inner
    }
}

/// The mark of a text that follows on lines of its own: `|` keeps its line breaks, `>` makes blanks of them.
private struct BlockMark {
    private var keepsBreaks: Bool

    init?(_ text: Substring) {
        guard text.first == "|" || text.first == ">" else { return nil }
        let rest = text.dropFirst().drop { "+-123456789".contains($0) }.trimmingSpaces
        guard rest.isEmpty || rest.first == "#" else { return nil }
        keepsBreaks = text.first == "|"
    }

    /// The lines without what all are indented by.
    func text(_ lines: [Substring]) -> String {
        let indents = lines.filter { !$0.isBlank }.map { $0.prefix(while: \.isWhitespace).count }
        let lines = lines.map { $0.isBlank ? "" : $0.dropFirst(indents.min() ?? 0) }
        guard !keepsBreaks else { return lines.joined(separator: "\n") }
        var text = ""
        var breaks = 0
        var isText = false
        for line in lines {
            guard !line.isEmpty else {
                breaks += 1
                continue
            }
            // What is indented further keeps its breaks.
            let wasText = isText
            isText = line.first?.isWhitespace == false
            if !text.isEmpty {
                let isFolded = isText && wasText
                text += isFolded && breaks == 0 ? " " : String(repeating: "\n", count: breaks + (isFolded ? 0 : 1))
            }
            text += line
            breaks = 0
        }
        return text
    }
}
