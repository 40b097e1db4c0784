/// Tells a piece of a program's text (JSON, a command line, a call) from words.
///
/// People paste these into a search. The quotation marks in them are part of the language that they are written in, and
/// don't say what must occur.
enum CodeSnippets {
    /// Whether the marks of a query are those of a programming language.
    static func isCode(_ scalars: [Unicode.Scalar]) -> Bool {
        let marks = scalars.indices.filter { QuotationMarks.contains(scalars[$0]) }
        guard !marks.isEmpty else { return false }
        return hasOperator(scalars) || marks.contains { isBesideSyntax($0, scalars) || isOfOption($0, scalars) }
    }

    /// Signs that are words of their own in a command line.
    private static let operators: Set<String> = ["|", "||", "&&", ">", ">>", "<", "2>", "2>&1", ";", "\\"]

    private static func hasOperator(_ scalars: [Unicode.Scalar]) -> Bool {
        scalars.split(whereSeparator: \.properties.isWhitespace)
            .contains { word in
                word.count <= 4 && operators.contains(String(String.UnicodeScalarView(word)))
            }
    }

    /// `{"a`, `="a"`, `f("a")`, `"$HOME`, `"a": 1`.
    private static func isBesideSyntax(_ mark: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        if mark > 0 {
            if "{[=\\<`".unicodeScalars.contains(scalars[mark - 1]) { return true }
            if mark > 1, scalars[mark - 1] == "(", isNamePart(scalars[mark - 2]) { return true }
        }
        guard mark + 1 < scalars.count else { return false }
        let after = scalars[mark + 1]
        if "}]=>\\`".unicodeScalars.contains(after) { return true }
        if after == "$", mark + 2 < scalars.count {
            return isNamePart(scalars[mark + 2]) && scalars[mark + 2].properties.numericType == nil
                || "{(".unicodeScalars.contains(scalars[mark + 2])
        }
        return isMember(scalars[(mark + 1)...])
    }

    /// Whether a colon and a value of JSON follow: `: 1`, `:"a"`, `: true`.
    private static func isMember(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
        let colon = rest.drop(while: \.properties.isWhitespace)
        guard colon.first == ":" else { return false }
        let value = colon.dropFirst().drop(while: \.properties.isWhitespace)
        guard let first = value.first else { return false }
        if QuotationMarks.contains(first) || ("0"..."9").contains(first) || "-{[".unicodeScalars.contains(first) {
            return true
        }
        let word = String(String.UnicodeScalarView(value.prefix(5)))
        return ["true", "false", "null"].contains { word.hasPrefix($0) }
    }

    /// Whether a mark begins the value of an option: `-m "a"`, `--author "b"`.
    private static func isOfOption(_ mark: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        guard mark > 0, scalars[mark - 1] == " " else { return false }
        let word = scalars[..<(mark - 1)].suffix(longestOption).reversed().prefix { !$0.properties.isWhitespace }
        guard word.last == "-", word.count > 1 else { return false }
        let name = word.reversed().drop { $0 == "-" }
        return name.first?.properties.isAlphabetic == true
    }

    /// No option's name is longer; so a long word before a mark isn't read again and again.
    private static let longestOption = 64

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil) || scalar == "_"
    }
}
