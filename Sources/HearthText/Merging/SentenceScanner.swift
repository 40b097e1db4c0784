/// Finds where sentences end.
///
/// The rules are those of Unicode Standard Annex 29, *Sentence Boundaries*, with these choices where it leaves them to
/// the implementer: a full stop after an abbreviation or an initial ends nothing; `!` and `?` end a sentence only
/// before white space or an ideograph, so that addresses stay whole; a number and a full stop at the start is a list
/// marker. Line ends always end a sentence. A boundary depends only on the sentence before it and the character after
/// it. Scripts that mark sentences by spaces alone (Thai, Lao, Khmer) are cut at lines.
struct SentenceScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    /// Takes valid UTF-8.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Moves behind white space, and says whether a line ended in it.
    mutating func skipWhitespace() -> (range: Range<Int>, endsLine: Bool) {
        let whitespace = whitespace(from: position)
        position = whitespace.range.upperBound
        return whitespace
    }

    /// Moves behind the sentence that begins here.
    mutating func scanSentence() -> Range<Int> {
        let start = position
        position = endOfNumbering(from: position)
        var quotes = 0
        while position < bytes.count {
            let (scalar, width) = bytes.scalar(at: position)
            if scalar.isWhitespace {
                let (range, endsLine) = whitespace(from: position)
                if endsLine || range.upperBound == bytes.count { break }
                position = range.upperBound
            } else if let terminator = Terminator(scalar) {
                let stop = position
                let end = endOfTerminators(from: stop + width, last: terminator, quotes: &quotes)
                position = end.position
                if isBoundary(after: end.kinds, from: start, stop: stop) { break }
            } else {
                if scalar == "\"" { quotes += 1 }
                position += width
            }
        }
        return start..<position
    }

    /// Whether a bullet or a number and a full stop or bracket stand here, with a space after them.
    var isAtListItem: Bool {
        guard position < bytes.count else { return false }
        let (scalar, width) = bytes.scalar(at: position)
        if scalar == "\u{30FB}" { return true }  // the Japanese bullet takes no space
        let isBullet = ["-", "*", "+", "\u{2022}", "\u{2013}", "\u{25E6}", "\u{25AA}"].contains(scalar)
        let end = isBullet ? position + width : endOfNumbering(from: position)
        return end > position && end < bytes.count && bytes.scalar(at: end).scalar.isWhitespace
    }
}

// MARK: - Parts

extension SentenceScanner {
    /// What ends sentences.
    private enum Terminator {
        /// A full stop or ellipsis: also used inside sentences.
        case stop
        /// `!` or `?`.
        case mark
        /// A mark of its own that needs no space after it, such as the ideographic full stop.
        case own

        init?(_ scalar: Unicode.Scalar) {
            switch scalar {
            case ".", "\u{2024}", "\u{2025}", "\u{2026}", "\u{FE52}": self = .stop
            case "!", "?": self = .mark
            case "\u{0F0D}", "\u{0F0E}": self = .own  // Tibetan; without the property since a space may go on
            default:
                guard scalar.value >= 0x80, scalar.properties.isSentenceTerminal else { return nil }
                self = .own
            }
        }
    }

    private func whitespace(from start: Int) -> (range: Range<Int>, endsLine: Bool) {
        var end = start
        var endsLine = false
        while end < bytes.count {
            let (scalar, width) = bytes.scalar(at: end)
            guard scalar.isWhitespace else { break }
            endsLine = endsLine || scalar.endsLine
            end += width
        }
        return (start..<end, endsLine)
    }

    /// The end of "12." or "12)" where one stands before a space or the end; else `start`.
    private func endOfNumbering(from start: Int) -> Int {
        var end = start
        while end < bytes.count, end - start < Self.longestNumber, bytes[end].isASCIIDigit { end += 1 }
        guard end > start, end < bytes.count, bytes[end] == UInt8(ascii: ".") || bytes[end] == UInt8(ascii: ")") else {
            return start
        }
        end += 1
        return end == bytes.count || bytes.scalar(at: end).scalar.isWhitespace ? end : start
    }

    /// List items are counted with a few digits; a longer number is a number.
    private static let longestNumber = 4

    /// Moves over further terminators, what extends them, and closing quotes and brackets.
    private func endOfTerminators(
        from start: Int,
        last terminator: Terminator,
        quotes: inout Int
    ) -> (position: Int, kinds: Kinds) {
        var kinds = Kinds(last: terminator, areAllStops: terminator == .stop)
        var end = start
        while end < bytes.count {
            let (scalar, width) = bytes.scalar(at: end)
            if let next = Terminator(scalar) {
                kinds = Kinds(last: next, areAllStops: kinds.areAllStops && next == .stop)
            } else if scalar.extendsPrevious {
                // It goes with the terminator.
            } else if isCloser(scalar, at: end, quotes: quotes) {
                if scalar == "\"" { quotes += 1 }
            } else {
                break
            }
            end += width
        }
        return (end, kinds)
    }

    /// The terminators at the end of a sentence.
    private struct Kinds {
        let last: Terminator
        let areAllStops: Bool
    }

    private func isCloser(_ scalar: Unicode.Scalar, at index: Int, quotes: Int) -> Bool {
        switch scalar {
        case "\"":
            return quotes % 2 == 1 || endsWord(at: index)
        case "'", "*", "_", "~", "`":
            return endsWord(at: index)
        default:
            return switch scalar.properties.generalCategory {
            case .closePunctuation, .finalPunctuation: true
            case .initialPunctuation: endsWord(at: index)  // »German« and „German“
            default: false
            }
        }
    }

    /// Whether nothing but quotes and emphasis stands between here and white space or the end.
    private func endsWord(at start: Int) -> Bool {
        var index = start
        while index < bytes.count {
            let (scalar, width) = bytes.scalar(at: index)
            if scalar.isWhitespace { return true }
            switch scalar {
            case "\"", "'", "*", "_", "~", "`": break
            default:
                switch scalar.properties.generalCategory {
                case .closePunctuation, .finalPunctuation, .initialPunctuation: break
                default: return false
                }
            }
            index += width
        }
        return true
    }
}

// MARK: - Boundaries

extension SentenceScanner {
    /// Whether the sentence that began at `start` and has terminators from `stop` to the current position ends here.
    private func isBoundary(after kinds: Kinds, from start: Int, stop: Int) -> Bool {
        let whitespace = whitespace(from: position)
        guard whitespace.range.upperBound < bytes.count, !whitespace.endsLine else { return true }
        let next = bytes.scalar(at: whitespace.range.upperBound).scalar
        if [",", ";", ":", "\u{3001}", "\u{FF0C}", "\u{FF1B}", "\u{FF1A}"].contains(next) { return false }

        if whitespace.range.isEmpty {
            switch kinds.last {
            case .own: return !(next.properties.numericType != nil && bytes.scalar(at: stop).scalar == "\u{FF0E}")
            case .mark: return next.isIdeographic
            case .stop:
                return bytes[stop] == UInt8(ascii: ".") && next.isIdeographic
                    && bytes.scalar(before: stop)?.isIdeographic == true
            }
        }
        guard kinds.areAllStops else { return true }
        // A writer who begins sentences in lower case keeps doing so.
        if next.properties.isLowercase && !beginsInLowercase(start) { return false }
        return !isAbbreviation(from: start, to: stop, beforeNumber: next.properties.numericType != nil)
    }

    /// Whether the first letter of a sentence is a small one.
    private func beginsInLowercase(_ start: Int) -> Bool {
        var index = start
        while index < bytes.count {
            let (scalar, width) = bytes.scalar(at: index)
            if scalar.properties.isAlphabetic { return scalar.properties.isLowercase }
            index += width
        }
        return false
    }

    /// Whether what stands before a full stop is usually followed by more of the sentence.
    private func isAbbreviation(from start: Int, to stop: Int, beforeNumber: Bool) -> Bool {
        var begin = stop
        while begin > start, stop - begin <= Self.longestAbbreviation, Self.isInWord(bytes[begin - 1]) { begin -= 1 }
        let word = String(decoding: bytes[begin..<stop], as: UTF8.self)
        let lowercase = word.lowercased()
        if Self.titles.contains(lowercase) || (beforeNumber && Self.counters.contains(lowercase)) { return true }
        // Initials: "J", "U.S", "z.B".
        let letters = word.split(separator: ".", omittingEmptySubsequences: false)
        return letters.allSatisfy { $0.count == 1 && $0.allSatisfy(\.isCased) }
            && (letters.count > 1 || word.allSatisfy(\.isUppercase))
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: ".")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static let longestAbbreviation = 8

    /// Abbreviations before a name or a word. "etc." and "Inc." are not here: they end sentences as often as not.
    private static let titles: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "mt", "rev", "gen", "lt", "sgt", "capt", "cf", "vs", "approx",
        "hr", "bzw", "vgl", "sog", "sr", "sra", "srta", "mme", "mlle",
    ]

    /// Abbreviations before a number.
    private static let counters: Set<String> = [
        "no", "nos", "nr", "fig", "vol", "p", "pp", "ca", "ch", "sec", "art", "tel",
    ]
}
