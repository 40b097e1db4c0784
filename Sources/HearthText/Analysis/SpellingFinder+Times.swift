// Times of day, which people write in several ways.

extension SpellingFinder {
    /// A time as one word: `15h30` for `15:30` and `15 h 30`, and `9h30` for `09:30` and `09h30`; nil where it stands there
    /// so, or where there is none.
    func time(from index: Int, in tokens: TokenizedText) -> TokenizedText.Spelling? {
        let source = tokens.tokens[index].source
        guard text[source.lowerBound] <= UInt8(ascii: "9"), source.lowerBound == 0 || !isTimeSign(source.lowerBound - 1)
        else { return nil }
        let parts = String(decoding: tokens.term(at: index), as: UTF8.self)
            .split(separator: "h", omittingEmptySubsequences: false)
        if parts.count == 2 {
            return spelling(parts[0], parts[1], source: source)
                .flatMap { $0.terms == [parts.joined(separator: "h")] ? nil : $0 }
        }
        guard parts.count == 1, let minutes = minutes(behind: index, in: tokens) else { return nil }
        let end = tokens.tokens[minutes].source.upperBound
        guard end == text.count || !isTimeSign(end) else { return nil }
        let typed = String(decoding: tokens.term(at: minutes), as: UTF8.self)
        return spelling(parts[0], typed[...], source: source.lowerBound..<end)
    }

    private func spelling(_ hour: Substring, _ minute: Substring, source: Range<Int>) -> TokenizedText.Spelling? {
        guard (1...2).contains(hour.utf8.count), minute.utf8.count == 2, let hour = UInt8(hour), hour <= 24,
            let number = UInt8(minute), number < 60
        else { return nil }
        return .init(terms: ["\(hour)h\(minute)"], source: source)
    }

    /// The token behind a colon or an `h`.
    private func minutes(behind index: Int, in tokens: TokenizedText) -> Int? {
        guard index + 1 < tokens.count, tokens.tokens[index + 1].kind == .word else { return nil }
        let (end, next) = (tokens.tokens[index].source.upperBound, tokens.tokens[index + 1].source)
        if next.lowerBound == end + 1, text[end] == UInt8(ascii: ":") { return index + 1 }
        guard tokens.term(at: index + 1).elementsEqual(CollectionOfOne(UInt8(ascii: "h"))),
            isGap(end..<next.lowerBound),
            index + 2 < tokens.count, tokens.tokens[index + 2].kind == .word,
            isGap(next.upperBound..<tokens.tokens[index + 2].source.lowerBound)
        else { return nil }
        return index + 2
    }

    /// Whether nothing or one space is between two words, which may be one that doesn't break.
    private func isGap(_ range: Range<Int>) -> Bool {
        let gap = Array(text[range])
        return gap.isEmpty || gap == [UInt8(ascii: " ")] || gap == Array("\u{A0}".utf8) || gap == Array("\u{202F}".utf8)
    }

    /// Whether a byte beside a time makes another number of it: `12:30:45`, `2.10:30`.
    private func isTimeSign(_ offset: Int) -> Bool {
        ":.,/".utf8.contains(text[offset]) && offset > 0 && offset + 1 < text.count && isDigit(offset - 1)
            && isDigit(offset + 1)
    }

    private func isDigit(_ offset: Int) -> Bool {
        text[offset] >= UInt8(ascii: "0") && text[offset] <= UInt8(ascii: "9")
    }
}
