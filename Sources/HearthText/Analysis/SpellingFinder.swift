/// Finds the other ways in which people write what stands in a text, after the model of the word-delimiter filters of
/// full-text engines:
///
/// - words joined that stand there in parts: `wi-fi`, `to-do`, `O'Brien`, `user_name`, `node.js`, `Q&A`, `R2-D2`,
///   `H. G.` in front of a name;
/// - parts of what stands there joined: `getUserById`;
/// - times of day as one word: `15:30`, `15 h 30`;
/// - numbers joined: `10.000`, `10 000`, `555-0123`, `06 12 34 56 78`, and hexadecimal ones: `00:1B:44:11:3A:B7`;
/// - names with their signs: `.NET`, `#tag`, `@name`, `Notepad++`;
/// - names that are function words in small letters: `US`, `IT`, `WHO`.
///
/// All of them are short and rare. The index has them behind the text.
struct SpellingFinder {
    let text: UnsafeBufferPointer<UInt8>
    let stems: Bool

    /// The most words that are joined into one.
    private static let mostParts = 3
    /// The longest word that is made by joining, in bytes: what is longer is a chain of words that nobody joins.
    private static let longestJoined = 24

    /// Adds the spellings to the tokens of the text.
    func addSpellings(to tokens: inout TokenizedText) {
        // A word that ends a run of one kind may begin one of another.
        var end = 0
        for index in 0..<tokens.count {
            let token = tokens.tokens[index]
            guard token.kind == .word, !token.isPlain else { continue }
            // The second number of a fraction belongs to nothing else.
            if index > 0, tokens.tokens[index - 1].source == token.source { continue }
            if let name = nameWithSigns(token, tokens.term(at: index)) { tokens.append(name) }
            if token.hasInnerCapital, let parts = parts(of: token.source) { tokens.append(parts) }
            if let name = nameInCapitals(token, tokens.term(at: index)) { tokens.append(name) }
            if let time = time(from: index, in: tokens) { tokens.append(time) }
            if let number = hexadecimal(from: index, in: tokens) {
                tokens.append(number)
                end = index + 1
                while end < tokens.count, tokens.tokens[end].source.upperBound <= number.source.upperBound { end += 1 }
                continue
            }
            if let number = telephone(from: index, in: tokens).flatMap({ analyzed($0, in: tokens) }) {
                tokens.append(number)
            }
            guard index >= end - 1 else { continue }
            if index >= end, let code = code(from: index, in: tokens) {
                end = code.upperBound
                if let joined = joinedCode(code, in: tokens) { tokens.append(joined) }
                continue
            }
            end = runEnd(from: index, in: tokens)
            if end > index + 1, let joined = joined(index..<end, in: tokens) { tokens.append(joined) }
        }
    }
}

// MARK: - Joining

extension SpellingFinder {
    /// What may stand between two parts of one word or number.
    private enum Connector {
        case hyphen
        case underscore
        case apostrophe
        case fullStop
        case ampersand
        /// The full stop and the space between initials.
        case initial
        case space
    }

    /// The connector between a token and the next, if nothing else is between them.
    private func connector(behind index: Int, in tokens: TokenizedText) -> Connector? {
        guard index + 1 < tokens.count, tokens.tokens[index + 1].kind == .word else { return nil }
        let start = tokens.tokens[index].source.upperBound
        let end = tokens.tokens[index + 1].source.lowerBound
        switch end - start {
        case 1:
            switch text[start] {
            case UInt8(ascii: " "): return .space
            case UInt8(ascii: "-"): return .hyphen
            case UInt8(ascii: "_"): return .underscore
            case UInt8(ascii: "'"): return .apostrophe
            case UInt8(ascii: "."): return .fullStop
            case UInt8(ascii: "&"): return .ampersand
            default: return nil
            }
        case 2:
            // A space that doesn't break, and the Arabic mark between thousands.
            let sign = (text[start], text[start + 1])
            if sign == (UInt8(ascii: "."), UInt8(ascii: " ")) { return .initial }
            return sign == (0xC2, 0xA0) || sign == (0xD9, 0xAC) ? .space : nil
        case 3 where text[start] == 0xE2 && text[start + 1] == 0x80:
            switch text[start + 2] {
            case 0x90, 0x91: return .hyphen  // U+2010, U+2011
            case 0x99: return .apostrophe  // U+2019
            case 0x89, 0xAF: return .space  // U+2009, U+202F: thin spaces
            default: return nil
            }
        default:
            return nil
        }
    }

    /// Where the tokens end that one kind of connector holds together from a token on.
    private func runEnd(from start: Int, in tokens: TokenizedText) -> Int {
        guard let connector = connector(behind: start, in: tokens) else { return start + 1 }
        let isNumber = isDigits(start, in: tokens)
        if connector == .space, !isNumber { return start + 1 }
        var end = start + 1
        while end < tokens.count, self.connector(behind: end - 1, in: tokens) == connector,
            isDigits(end, in: tokens) == isNumber,
            connector != .initial || tokens.tokens[end].source.count == 1
        {
            end += 1
        }
        return end
    }

    private func isDigits(_ index: Int, in tokens: TokenizedText) -> Bool {
        tokens.term(at: index).allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    /// Tokens of one run written as one, where people write it so.
    private func joined(_ run: Range<Int>, in tokens: TokenizedText) -> TokenizedText.Spelling? {
        guard let connector = connector(behind: run.lowerBound, in: tokens) else { return nil }
        let parts = run.map { tokens.tokens[$0].source }
        let isJoined =
            isDigits(run.lowerBound, in: tokens)
            ? isNumber(run.map { tokens.term(at: $0) }, connector) : isWord(parts, connector)
        return isJoined ? analyzed(run, in: tokens) : nil
    }

    /// The tokens analysed as if they stood there as one word; nil where they aren't one then.
    private func analyzed(_ run: Range<Int>, in tokens: TokenizedText) -> TokenizedText.Spelling? {
        let parts = run.map { tokens.tokens[$0].source }
        let terms = terms(of: parts.flatMap { text[$0] })
        return terms.count == 1
            ? .init(terms: terms, source: parts[0].lowerBound..<parts[parts.count - 1].upperBound) : nil
    }

    private func isWord(_ parts: [Range<Int>], _ connector: Connector) -> Bool {
        let length = parts.reduce(0) { $0 + $1.count }
        guard parts.count <= Self.mostParts, length <= Self.longestJoined else { return false }
        switch connector {
        case .space:
            return false
        case .hyphen, .underscore:
            return true
        case .apostrophe:
            return !isElision(parts[0], before: parts[1])
        case .fullStop:
            return parts.count == 2 && isShortEnding(parts[1], behind: parts[0])
        case .ampersand:
            return parts.allSatisfy { $0.count <= Self.longestInitials }
        case .initial:
            let last = parts[parts.count - 1].upperBound
            return parts.allSatisfy { $0.count == 1 && isCapital($0.lowerBound) }
                && last < text.count && text[last] == UInt8(ascii: ".")
        }
    }

    /// `AT&T` and `R&D`, but not `fish&chips`.
    private static let longestInitials = 3

    /// A name in letters and figures as one. It is several words where it turns once from letters to digits: `eu-west-2`
    /// is `euwest 2`, as `euwest2` is.
    private func joinedCode(_ run: Range<Int>, in tokens: TokenizedText) -> TokenizedText.Spelling? {
        let parts = run.map { tokens.tokens[$0].source }
        let terms = terms(of: parts.flatMap { text[$0] })
        let isOther = !terms.elementsEqual(run.lazy.map { String(decoding: tokens.term(at: $0), as: UTF8.self) })
        return isOther ? .init(terms: terms, source: parts[0].lowerBound..<parts[parts.count - 1].upperBound) : nil
    }

    /// A hexadecimal number that is written in groups, as one: the address of a network card (`00:1B:44:11:3A:B7`,
    /// `001b.4411.3ab7`) or a UUID.
    private func hexadecimal(from index: Int, in tokens: TokenizedText) -> TokenizedText.Spelling? {
        let start = tokens.tokens[index].source.lowerBound
        guard isHexadecimal(start), start == 0 || !isPartOfNumber(start - 1), hasGroups(from: start) else { return nil }
        var (groups, digits, sign, end) = ([Int](), [UInt8](), UInt8(0), start)
        while true {
            let group = end
            while end < text.count, isHexadecimal(end) { end += 1 }
            groups.append(end - group)
            digits += text[group..<end]
            guard groups.count < Self.mostGroups, end + 1 < text.count, Self.signsBetweenGroups.contains(text[end]),
                sign == 0 || text[end] == sign, isHexadecimal(end + 1)
            else { break }
            sign = text[end]
            end += 1
        }
        // Groups of figures alone are the number of a card or a telephone. Groups of four between hyphens are a code.
        let isLikely =
            groups.first == 4
            ? sign == UInt8(ascii: ".")
            : sign == UInt8(ascii: ":") || digits.contains { $0 > UInt8(ascii: "9") }
        guard Self.hexadecimalGroups.contains(groups), isLikely, end == text.count || !isPartOfNumber(end) else {
            return nil
        }
        return .init(terms: terms(of: digits), source: start..<end)
    }

    /// Whether hexadecimal digits are followed by a sign that stands between groups of them. Nearly no word is.
    private func hasGroups(from start: Int) -> Bool {
        var end = start
        while end < text.count, isHexadecimal(end) { end += 1 }
        return end < text.count && Self.signsBetweenGroups.contains(text[end])
    }

    private static let signsBetweenGroups = Array(":-.".utf8)
    private static let mostGroups = 8
    /// The lengths of the groups: of addresses of six and eight bytes, and of a UUID.
    private static let hexadecimalGroups: Set<[Int]> = [
        [2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 2, 2], [4, 4, 4], [8, 4, 4, 4, 12],
    ]

    private func isHexadecimal(_ offset: Int) -> Bool {
        let letter = Tokenizer.asciiLetters[Int(text[offset])]
        return letter != 0 && letter <= UInt8(ascii: "f")
    }

    /// Whether a byte would make a longer number of the one that it touches.
    private func isPartOfNumber(_ offset: Int) -> Bool {
        text[offset] >= 0x80 || Tokenizer.asciiLetters[Int(text[offset])] != 0
            || Self.signsBetweenGroups.contains(text[offset]) && offset + 1 < text.count
                && Tokenizer.asciiLetters[Int(text[offset + 1])] != 0
    }

    /// The groups of a telephone number between spaces, dots, slashes and brackets: `06 12 34 56 78`, `(555) 867-5309`,
    /// `+49 171 1234567`. It begins with a nought, a plus sign or a bracket, or has the groups of a country that writes it
    /// without.
    private func telephone(from start: Int, in tokens: TokenizedText) -> Range<Int>? {
        guard isDigits(start, in: tokens), start == 0 || !isGapOfTelephone(behind: start - 1, in: tokens) else {
            return nil
        }
        var end = start + 1
        var hasOtherGaps = false
        while end < tokens.count, isGapOfTelephone(behind: end - 1, in: tokens) {
            if connector(behind: end - 1, in: tokens) != .hyphen { hasOtherGaps = true }
            end += 1
        }
        let lengths = (start..<end).map { tokens.term(at: $0).count }
        // Between hyphens alone it is joined anyway.
        guard hasOtherGaps, Self.digitsOfTelephone.contains(lengths.reduce(0, +)) else { return nil }
        guard ![[4, 2, 2], [2, 2, 4]].contains(Array(lengths.prefix(3))) else { return nil }
        let first = tokens.tokens[start].source.lowerBound
        let isMarked = text[first] == UInt8(ascii: "0") || first > 0 && "+(".utf8.contains(text[first - 1])
        return isMarked || Self.groupsOfTelephones.contains(lengths) ? start..<end : nil
    }

    private static let digitsOfTelephone = 9...15
    /// North America, with and without its code; China; Spain; and a short code in front.
    private static let groupsOfTelephones: Set<[Int]> = [
        [3, 3, 4], [1, 3, 3, 4], [3, 4, 4], [3, 2, 2, 2], [1, 3, 3, 2, 2],
    ]

    /// Whether two numbers may be groups of one telephone number.
    private func isGapOfTelephone(behind index: Int, in tokens: TokenizedText) -> Bool {
        guard index + 1 < tokens.count, tokens.tokens[index].kind == .word, tokens.tokens[index + 1].kind == .word,
            isDigits(index, in: tokens), isDigits(index + 1, in: tokens)
        else { return false }
        let (start, end) = (tokens.tokens[index].source.upperBound, tokens.tokens[index + 1].source.lowerBound)
        guard start < end, end - start <= 2 else { return false }
        return text[start..<end].allSatisfy { " -./()".utf8.contains($0) } && text[start] != UInt8(ascii: "(")
    }

    /// The tokens of a name in letters and figures with hyphens or underscores, however these take turns: `R2-D2`,
    /// `B2B-4U`, `pixel_8_pro`. A date or a telephone number, which begins with two numbers, is none.
    private func code(from start: Int, in tokens: TokenizedText) -> Range<Int>? {
        var (end, hyphens) = (start + 1, 0)
        var sign: Connector?
        while end < tokens.count, tokens.tokens[end].kind == .word {
            // A fraction is no part of a name.
            guard tokens.tokens[end].source != tokens.tokens[end - 1].source else { return nil }
            if tokens.tokens[end].source.lowerBound > tokens.tokens[end - 1].source.upperBound {
                guard let connector = connector(behind: end - 1, in: tokens),
                    connector == sign || sign == nil && (connector == .hyphen || connector == .underscore)
                else { break }
                sign = connector
                hyphens += 1
                // A longer chain is none, wherever it ends.
                guard hyphens < Self.mostParts else { return nil }
            }
            end += 1
        }
        guard hyphens > 0 else { return nil }
        let kinds = (start..<end).map { isDigits($0, in: tokens) }
        let hasDigit = (start..<end).contains { tokens.term(at: $0).contains { $0 <= UInt8(ascii: "9") } }
        let length = tokens.tokens[end - 1].source.upperBound - tokens.tokens[start].source.lowerBound
        guard hasDigit, kinds.contains(false), !(kinds[0] && kinds[1]), length <= Self.longestJoined else { return nil }
        return start..<end
    }

    /// Whether the first word is a French or Italian one that has lost its vowel; in front of a capital it is part of a
    /// name (D'Angelo).
    private func isElision(_ first: Range<Int>, before second: Range<Int>) -> Bool {
        let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(text[second.lowerBound])
        return !isCapital && Self.elisions.contains(String(decoding: text[first], as: UTF8.self).lowercased())
    }

    private static let elisions: Set<String> = [
        "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "dell", "nell", "all",
        "dall", "sull", "coll", "un", "quest", "quell",
    ]

    /// `js`, `D`, and `Sc` of `M.Sc.`: what follows a full stop and is neither a sentence nor the name of a domain.
    private func isShortEnding(_ part: Range<Int>, behind first: Range<Int>) -> Bool {
        guard part.count <= 2 else { return false }
        var next = part.upperBound
        let isTitle = first.count == 1 && next < text.count && text[next] == UInt8(ascii: ".")
        let isSentence =
            part.count == 2 && text[part.lowerBound] < UInt8(ascii: "a")
            && text[part.lowerBound + 1] >= UInt8(ascii: "a") && !isTitle
        if next < text.count, text[next] == UInt8(ascii: ".") { next += 1 }
        let isLast = next == text.count || text[next] < 0x80 && Tokenizer.asciiLetters[Int(text[next])] == 0
        return !isSentence && isLast
    }

    /// Whether numbers side by side are the thousands of one, or a telephone number.
    private func isNumber(_ parts: [ArraySlice<UInt8>], _ connector: Connector) -> Bool {
        let lengths = parts.map(\.count)
        switch connector {
        case .fullStop, .space, .underscore:
            let isNumber = lengths[0] <= 3 && lengths.dropFirst().allSatisfy { $0 == 3 }
            return isNumber && parts.count <= 5 && parts[0].first != UInt8(ascii: "0")
                && !(connector == .fullStop && isAddress(parts))
        case .hyphen:
            let isDate = [[4, 2, 2], [2, 2, 4], [4, 4], [4, 2]].contains(lengths)
            return !isDate && (7...15).contains(lengths.reduce(0, +))
        case .apostrophe, .ampersand, .initial:
            return false
        }
    }

    /// Whether numbers are those of an address on a network.
    private func isAddress(_ parts: [ArraySlice<UInt8>]) -> Bool {
        parts.count == 4 && parts.allSatisfy { UInt8(String(decoding: $0, as: UTF8.self)) != nil }
    }
}

// MARK: - Parts and signs

extension SpellingFinder {
    /// The words of a name like `getUserById` or `parseHTTPHeader`, where there are several of two letters or more.
    private func parts(of word: Range<Int>) -> TokenizedText.Spelling? {
        // Without an English ending behind an apostrophe.
        let end = word.first { Tokenizer.asciiLetters[Int(text[$0])] == 0 } ?? word.upperBound
        let source = word.lowerBound..<end
        // What is all in capitals is the same in small letters: a number of a device, hexadecimal digits.
        guard source.contains(where: isSmall) else { return nil }
        var starts = [source.lowerBound]
        for offset in source.dropFirst() {
            if beginsPart(offset, source) { starts.append(offset) }
        }
        let parts = zip(starts, starts.dropFirst() + [source.upperBound]).map { $0..<$1 }
        guard parts.count > 1, parts.count <= 8, parts.count > 3 || parts.allSatisfy({ $0.count > 1 }) else {
            return nil
        }
        let terms = parts.flatMap { self.terms(of: Array(text[$0])) }
        return .init(terms: terms, source: source)
    }

    /// Whether a capital stands behind a small letter or a digit, or is the last of several and begins a word of three
    /// letters.
    private func beginsPart(_ offset: Int, _ source: Range<Int>) -> Bool {
        guard isCapital(offset) else { return false }
        if !isCapital(offset - 1) { return true }
        return offset + 2 < source.upperBound && isSmall(offset + 1) && isSmall(offset + 2)
    }

    private func isCapital(_ offset: Int) -> Bool {
        text[offset] >= UInt8(ascii: "A") && text[offset] <= UInt8(ascii: "Z")
    }

    private func isSmall(_ offset: Int) -> Bool {
        text[offset] >= UInt8(ascii: "a") && text[offset] <= UInt8(ascii: "z")
    }

    /// A word with the signs that touch it: `.NET`, `#tag`, `@name`, `Notepad++`. Its stem isn't taken: it is a name.
    private func nameWithSigns(_ token: TokenizedText.Token, _ term: ArraySlice<UInt8>) -> TokenizedText.Spelling? {
        let source = token.source
        let prefix = signInFront(of: source)
        var signs: WordSign.Run?
        if let last = term.last, last >= UInt8(ascii: "a") && last < 0x80 {
            signs = WordSign.run(at: source.upperBound, in: text)
        }
        guard prefix != nil || signs != nil else { return nil }
        var tokenizer = Tokenizer(text: UnsafeBufferPointer(rebasing: text[source]), stems: false)
        var name = WordBuffer()
        if let prefix { name.append(WordSign.term(prefix.sign)) }
        for byte in tokenizer.run().terms.joined().unicodeScalars { name.append(byte.value) }
        if let signs { for _ in 0..<signs.count { name.append(WordSign.term(signs.sign)) } }
        let start = prefix?.start ?? source.lowerBound
        return .init(terms: [name.string], source: start..<(signs?.end ?? source.upperBound))
    }

    /// A function word that is written as a name is.
    private func nameInCapitals(_ token: TokenizedText.Token, _ term: ArraySlice<UInt8>) -> TokenizedText.Spelling? {
        guard term.count <= 3, !text[token.source].contains(where: { $0 > 0x5A }), CapitalNames.contains(term) else {
            return nil
        }
        return .init(terms: [CapitalNames.term(String(decoding: term, as: UTF8.self))], source: token.source)
    }

    /// The sign that makes a name of the word behind it, unless something stands in front of the sign.
    private func signInFront(of source: Range<Int>) -> (sign: UInt8, start: Int)? {
        guard let found = WordSign.sign(before: source.lowerBound, in: text) else { return nil }
        switch found.sign {
        case UInt8(ascii: "#"), UInt8(ascii: "@"): break
        case UInt8(ascii: ".") where isLetter(source.lowerBound): break
        default: return nil
        }
        guard found.start > 0 else { return found }
        let before = text[found.start - 1]
        return before < 0x80 && (before <= 0x20 || Self.openings.contains(before)) ? found : nil
    }

    /// Whether a letter of ASCII or its full-width form stands at an offset.
    private func isLetter(_ offset: Int) -> Bool {
        Tokenizer.asciiLetters[Int(text[offset])] > UInt8(ascii: "9")
            || text[offset] == 0xEF && !(text[offset + 1] == 0xBC && text[offset + 2] < 0xA1)
    }

    private static let openings = Array("([{\"'`/,;:|<>=-".utf8)

    private func terms(of bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBufferPointer { bytes in
            var tokenizer = Tokenizer(text: bytes, stems: stems)
            return tokenizer.run().terms
        }
    }
}
