/// Text for people, written line by line.
///
/// Whatever goes through a page is made printable first, so that no command has to remember that content cannot be
/// trusted.
struct Page {
    /// What was written so far, with colour if the console has it.
    private(set) var text = ""
    private let usesColour: Bool
    private let width: Int?

    /// A page for the given console.
    init(_ console: Console) {
        self.init(usesColour: console.usesColour, width: console.width)
    }

    init(usesColour: Bool, width: Int?) {
        self.usesColour = usesColour
        self.width = width
    }

    /// Writes one line.
    mutating func line(_ spans: Styled...) {
        line(spans)
    }

    /// Writes one line.
    mutating func line(_ spans: [Styled]) {
        put(spans.map(shown))
    }

    /// Writes an empty line.
    mutating func gap() {
        text += "\n"
    }

    /// Writes text that keeps its own line breaks.
    mutating func block(_ content: String) {
        append(PrintableText.block(content), .plain)
        if !content.hasSuffix("\n") { text += "\n" }
    }

    /// Writes styled text that keeps its own line breaks, every line indented.
    mutating func block(_ spans: [Styled], indent: Int) {
        var lines: [[Styled]] = [[]]
        for span in spans {
            // By scalars, because a carriage return makes one character with the line feed behind it.
            let pieces = span.text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, piece) in pieces.enumerated() {
                if index > 0 { lines.append([]) }
                if !piece.isEmpty { lines[lines.count - 1].append(Styled(String(piece), span.style)) }
            }
        }
        if lines.last?.isEmpty == true, lines.count > 1 { lines.removeLast() }
        for spans in lines { line([Styled(String(repeating: " ", count: indent))] + spans) }
    }

    /// Writes a table, or `none` if it has no rows.
    mutating func table(_ table: Table, none: String) {
        guard !table.rows.isEmpty else { return line(Styled(none, .faint)) }
        var table = table
        table.rows = table.rows.map { row in row.map { cell in cell.map(shown) } }
        for spans in table.lines(within: width) { put(spans) }
    }

    /// Writes names and values, the values aligned.
    mutating func facts(_ facts: [(name: String, value: Styled)]) {
        let width = facts.map { DisplayWidth.of($0.name) }.max() ?? 0
        for fact in facts {
            let padding = String(repeating: " ", count: width - DisplayWidth.of(fact.name) + 2)
            line(Styled(fact.name, .faint), Styled(padding), fact.value)
        }
    }

    /// A span as it can be shown here: made printable, and put between marks if no colour sets it apart.
    private func shown(_ span: Styled) -> Styled {
        let text = PrintableText.line(span.text)
        return Styled(usesColour ? text : span.style.marked(text), span.style)
    }

    private mutating func put(_ spans: [Styled]) {
        for span in spans { append(span.text, span.style) }
        text += "\n"
    }

    private mutating func append(_ piece: String, _ style: Style) {
        text += usesColour ? style.applied(to: piece) : piece
    }
}

/// Text made safe for a terminal: nothing that a memory holds can move the cursor, set a title or hide what stands
/// beside it.
enum PrintableText {
    /// One line: line breaks and tabs become visible as well.
    static func line(_ text: String) -> String {
        escaped(text, keeping: [])
    }

    /// A block of text that keeps its line breaks and tabs.
    static func block(_ text: String) -> String {
        escaped(text, keeping: ["\n", "\t"])
    }

    private static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar>) -> String {
        guard text.unicodeScalars.contains(where: { isDangerous($0) && !kept.contains($0) }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if !isDangerous(scalar) || kept.contains(scalar) {
                result.append(scalar)
            } else {
                result.append(contentsOf: spelling(scalar).unicodeScalars)
            }
        }
        return String(result)
    }

    private static func spelling(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "↵"
        case "\t": " "
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }

    /// Controls of ECMA-48 (C0, DEL and C1), separators that break lines, and the bidirectional embeddings, overrides
    /// and isolates of UAX #9, which reorder what follows them.
    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
