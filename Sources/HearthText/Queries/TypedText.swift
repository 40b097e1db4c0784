/// A query as it was typed, to tell the texts in which it stands so from those that have only its words.
///
/// White space of any length is one space, and case doesn't count, except that a query with capitals inside a word (`US`,
/// `iPhone`) prefers them. Marks of a sentence around the query are left out.
package struct TypedText: Sendable {
    /// How well a text has the query as typed.
    package enum Match: Int, Comparable, Sendable {
        case none
        /// It stands there in other capitals.
        case folded
        case exact

        package static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }
    }

    private let folded: [UInt8]
    /// The query in its capitals, where these matter.
    private let exact: [UInt8]?
    /// Other ways to write it: without the `v` of a version, with two letters for each umlaut, with or without the space
    /// between a number and what it counts (`16 GB`, `LH441`), and with the other sign of a decimal (`38,6`).
    private let others: [[UInt8]]

    /// How much of a text is looked at, in UTF-8 bytes.
    private static let longestText = 16_384
    /// A longer query is a question or a page, which stands in no memory.
    private static let longestQuery = 256

    /// Reads what a person typed. There is nothing to look for where stars stand for endings, or where nothing is left
    /// but marks.
    package init(_ query: String) {
        var bytes = query.utf8.count <= Self.longestQuery ? Self.normalized(query) : []
        while let last = bytes.last, Self.endMarks.contains(last) { bytes.removeLast() }
        bytes = Array(bytes.drop { Self.startMarks.contains($0) })
        if bytes.contains(UInt8(ascii: "*")) { bytes = [] }
        folded = Self.lowercased(bytes)
        exact = Self.hasInnerCapital(bytes) ? bytes : nil
        others = Self.otherSpellings(of: folded)
    }

    /// The other ways to write a query. They differ in numbers or in letters beyond ASCII.
    private static func otherSpellings(of folded: [UInt8]) -> [[UInt8]] {
        guard folded.contains(where: { $0 >= 0x80 || $0.isASCIIDigit }) else { return [] }
        var others: [[UInt8]] = []
        if let first = folded.first, first == UInt8(ascii: "v"), folded.count > 1, folded[1].isASCIIDigit {
            others.append(Array(folded.dropFirst()))
        }
        if let written = UmlautSpellings.writtenOut(letters: String(decoding: folded, as: UTF8.self)) {
            others.append(Array(written.utf8))
        }
        let decimal = withOtherDecimals(folded)
        let written = [joined(folded), split(folded), withFractionsWrittenOut(folded), decimal]
        for other in decimal == folded ? written : written + [joined(decimal), split(decimal)]
        where other != folded {
            others.append(other)
        }
        return others
    }

    /// Whether there is nothing to look for.
    package var isEmpty: Bool { folded.isEmpty }

    /// How well a text has the query: as words of its own, not inside of other words, names, numbers or addresses.
    package func match(in text: String) -> Match {
        guard !isEmpty else { return .none }
        let text = Self.normalized(text.prefix(utf8Length: Self.longestText))
        if let exact, Self.stands(exact, in: text) { return .exact }
        let lowercased = Self.lowercased(text)
        if Self.stands(folded, in: lowercased) { return exact == nil ? .exact : .folded }
        if others.contains(where: { Self.stands($0, in: lowercased) }) { return .folded }
        let writtenOut = Self.withFractionsWrittenOut(lowercased)
        guard writtenOut != lowercased else { return .none }
        return ([folded] + others).contains { Self.stands($0, in: writtenOut) } ? .folded : .none
    }

    private static let endMarks = Set("?!.,;:\"') ".utf8)
    private static let startMarks = Set("\"'( ".utf8)
}

// MARK: - Numbers and letters

extension TypedText {
    /// Without the spaces between a number and a letter or a sign such as °.
    private static func joined(_ bytes: [UInt8]) -> [UInt8] {
        bytes.indices
            .filter { index in
                guard bytes[index] == 0x20, index > 0, index + 1 < bytes.count else { return true }
                return !isNumberBesideLetter(bytes[index - 1], bytes[index + 1])
            }
            .map { bytes[$0] }
    }

    /// With a space between each number and each letter that touch.
    private static func split(_ bytes: [UInt8]) -> [UInt8] {
        var split: [UInt8] = []
        for byte in bytes {
            if let last = split.last, isNumberBesideLetter(last, byte) { split.append(0x20) }
            split.append(byte)
        }
        return split
    }

    /// With a comma for the point of each decimal, and a point for the comma: `38,6` for `38.6`. Three digits behind one are
    /// thousands, and several numbers a version or a list.
    private static func withOtherDecimals(_ bytes: [UInt8]) -> [UInt8] {
        let signs = (point: UInt8(ascii: "."), comma: UInt8(ascii: ","))
        var decimals = bytes
        for index in bytes.indices where bytes[index] == signs.point || bytes[index] == signs.comma {
            let whole = bytes[..<index].reversed().prefix { $0.isASCIIDigit }.count
            let digits = bytes[(index + 1)...].prefix { $0.isASCIIDigit }.count
            let (before, behind) = (index - whole - 1, index + digits + 1)
            guard whole > 0, (1...2).contains(digits), before < 0 || !connectors.contains(bytes[before]),
                behind == bytes.count || !connectors.contains(bytes[behind])
            else { continue }
            decimals[index] = bytes[index] == signs.point ? signs.comma : signs.point
        }
        return decimals
    }

    /// With `1/2` for `½`, and a space between it and a number in front.
    private static func withFractionsWrittenOut(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return bytes }
        var text = ""
        for character in String(decoding: bytes, as: UTF8.self) {
            guard let fraction = fractions[character] else {
                text.append(character)
                continue
            }
            if fraction.utf8.count > 1, text.utf8.last?.isASCIIDigit == true { text += " " }
            text += fraction
        }
        return Array(text.utf8)
    }

    /// The fractions of one sign, and the slashes that stand in others.
    private static let fractions = Dictionary(
        uniqueKeysWithValues: CharacterTable.fractions.compactMap { sign, spelling in
            Unicode.Scalar(sign).map { (Character($0), spelling) }
        } + [("⁄", "/"), ("∕", "/")]
    )

    private static func isNumberBesideLetter(_ left: UInt8, _ right: UInt8) -> Bool {
        left.isASCIIDigit ? isLetter(right) : right.isASCIIDigit && isLetter(left)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        isWordByte(byte) && !byte.isASCIIDigit && byte != UInt8(ascii: "_")
    }

    /// Whether a fraction begins at an offset and a whole number stands in front of it: the `1/2` of `2 1/2`.
    private static func isBehindWholeNumber(_ start: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard start > 1, text[start].isASCIIDigit, text[start - 1] == 0x20, text[start - 2].isASCIIDigit else {
            return false
        }
        func number(from offset: Int) -> Int? {
            var end = offset
            while end < text.count, text[end].isASCIIDigit { end += 1 }
            return (1...2).contains(end - offset) ? end : nil
        }
        // 12/2025 and 1/2/2026 are dates.
        guard let slash = number(from: start), slash < text.count, text[slash] == UInt8(ascii: "/"),
            let end = number(from: slash + 1)
        else { return false }
        return end == text.count || text[end] != UInt8(ascii: "/")
    }
}

// MARK: - Comparing

extension TypedText {
    /// The bytes of a text in composed form, with single spaces.
    private static func normalized(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte >= 0x80 { return normalized(characters: text) }
            if byte > 0x20 { bytes.append(byte) } else if bytes.last != 0x20 { bytes.append(0x20) }
        }
        return bytes
    }

    private static func normalized(characters text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for character in text {
            if character.isWhitespace {
                if bytes.last != 0x20 { bytes.append(0x20) }
            } else if character.utf8.count == 1 || character.unicodeScalars.count == 1 {
                bytes.append(contentsOf: plainForm(of: character).utf8)
            } else {
                // Two ways to write a letter with marks are one.
                let letters = Self.composed[character].map { String($0) } ?? String(character)
                bytes.append(contentsOf: letters.utf8)
            }
        }
        return bytes
    }

    private static func plainForm(of character: Character) -> String {
        // The full-width forms of ASCII.
        if let scalar = character.unicodeScalars.first?.value, (0xFF01...0xFF5E).contains(scalar),
            let plain = Unicode.Scalar(scalar - 0xFEE0)
        {
            return String(plain)
        }
        return plain[character] ?? String(character)
    }

    /// What is typed for marks that word processors set, and for the sharp of music.
    private static let plain: [Character: String] = [
        "‘": "'", "’": "'", "“": "\"", "”": "\"", "„": "\"", "«": "\"", "»": "\"", "‐": "-", "‑": "-", "♯": "#",
    ]

    /// Letters with a mark in one scalar, found also by the same letters in two.
    private static let composed: [Character: Character] = {
        var letters: [Character: Character] = [:]
        for value in [UInt32(0xC0)..<0x250, 0x386..<0x3CF, 0x400..<0x460, 0x1E00..<0x2000].joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            letters[Character(scalar)] = letters[Character(scalar)] ?? Character(scalar)
        }
        return letters
    }()

    private static func lowercased(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            return bytes.map { isCapital($0) ? $0 | 0x20 : $0 }
        }
        return Array(String(decoding: bytes, as: UTF8.self).lowercased().utf8)
    }

    private static func hasInnerCapital(_ bytes: [UInt8]) -> Bool {
        zip(bytes, bytes.dropFirst()).contains { isCapital($1) && isWordByte($0) }
    }

    /// Whether a query stands in a text and nothing that touches it makes another word of it.
    private static func stands(_ query: [UInt8], in text: [UInt8]) -> Bool {
        guard query.count <= text.count else { return false }
        return query.withUnsafeBufferPointer { query in
            text.withUnsafeBufferPointer { text in
                for start in 0...(text.count - query.count) where text[start] == query[0] {
                    let end = start + query.count
                    if text[start..<end].elementsEqual(query), beginsWord(start, of: text), endsWord(end, of: text) {
                        return true
                    }
                }
                return false
            }
        }
    }

    private static func beginsWord(_ start: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard start > 0, isWordByte(text[start]), !isBehindWholeNumber(start, of: text) else {
            return !isBehindWholeNumber(start, of: text)
        }
        let before = text[start - 1]
        if signs.contains(before) { return false }
        if isWordByte(before) { return isCharacter(at: start, of: text) || isCharacter(before: start, of: text) }
        guard connectors.contains(before) else { return true }
        // `.NET` is not `NET`.
        if start == 1 || text[start - 2] == 0x20 { return before != UInt8(ascii: ".") }
        return !isWordByte(text[start - 2])
    }

    private static func endsWord(_ end: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard end < text.count, isWordByte(text[end - 1]) || signs.contains(text[end - 1]) else { return true }
        let next = text[end]
        if next == UInt8(ascii: "+") || next == UInt8(ascii: "#") { return false }
        if isWordByte(next) { return isCharacter(at: end, of: text) || isCharacter(before: end, of: text) }
        return !(connectors.contains(next) && end + 1 < text.count && isWordByte(text[end + 1]))
    }

    /// Whether a character of a script without spaces stands at an offset. Words touch there.
    private static func isCharacter(at offset: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text[offset] >= 0xE0 else { return false }
        let scalar = String(decoding: text[offset..<min(offset + 4, text.count)], as: UTF8.self).unicodeScalars.first
        guard let scalar else { return false }
        switch CharacterTable.shared.entry(scalar.value).kind {
        case .letter, .mark, .ignored: return false
        default: return true
        }
    }

    private static func isCharacter(before offset: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = offset - 1
        while start > 0, UTF8.isContinuation(text[start]) { start -= 1 }
        return isCharacter(at: start, of: text)
    }

    private static func isCapital(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || Tokenizer.asciiLetters[Int(byte)] != 0 || byte == UInt8(ascii: "_")
    }

    /// What stands between the parts of a name, a number or an address.
    private static let connectors = Set("-.,/\\:@&+='".utf8)
    /// What makes another name of the word behind or before it.
    private static let signs = Set("#@+".utf8)
}
