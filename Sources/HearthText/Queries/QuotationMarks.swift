/// The phrases that a person put in quotation marks.
///
/// A mark opens a phrase where a word begins and closes it where one ends. So the marks in `27" or 32" monitor`
/// (inches), `12"x18"` and `צה"ל` (an abbreviation) hold no phrase, and what is between them is words. Scripts without
/// spaces have the border of a word everywhere.
struct QuotationMarks {
    /// The bytes of the query between the marks of each phrase, in order.
    private(set) var quotations: [Range<Int>] = []

    private var marks: [Mark] = []

    /// At most so many phrases are read.
    static let mostQuotations = 64

    init(in scalars: [Unicode.Scalar]) {
        marks = Mark.all(in: scalars)
        var index = 0
        while index < marks.count, quotations.count < Self.mostQuotations {
            guard marks[index].opens, let closing = closingMark(of: index) else {
                index += 1
                continue
            }
            quotations.append(marks[index].source.upperBound..<marks[closing].source.lowerBound)
            index = closing + 1
        }
    }

    /// Whether a text in UTF-8 may have quotation marks: one of ASCII, or some sign beyond.
    static func mayStand(in text: [UInt8]) -> Bool { text.contains { $0 >= 0x80 || $0 == UInt8(ascii: "\"") } }

    /// Whether a scalar is a quotation mark of some script.
    static func contains(_ scalar: Unicode.Scalar) -> Bool { Mark.style(of: scalar) != nil }

    /// The mark that ends the phrase that a mark begins; nil where another phrase begins first.
    private func closingMark(of opening: Int) -> Int? {
        let style = marks[opening].style
        guard let first = next(after: opening, of: style) else {
            // Marks that were typed in two styles: “new york".
            let next = opening + 1
            return next < marks.count && marks[next].closes ? next : nil
        }
        guard marks[first].closes else { return nil }
        guard marks[first].followsDigit else { return first }
        // `"the 27" monitor"`: the mark behind a number is an inch where another one ends the phrase.
        var later = next(after: first, of: style)
        while let mark = later, marks[mark].closes {
            if !marks[mark].followsDigit { return mark }
            later = next(after: mark, of: style)
        }
        return first
    }

    /// The next mark of a style that is at the border of a word.
    private func next(after index: Int, of style: Mark.Style) -> Int? {
        marks[(index + 1)...].firstIndex { $0.style == style && ($0.opens || $0.closes) }
    }
}

/// A quotation mark, and which border of a word it is at.
private struct Mark {
    enum Style {
        case straight
        case curly
        case guillemet
        case single
        case low
    }

    var style: Style
    /// Its bytes.
    var source: Range<Int>
    var opens: Bool
    var closes: Bool
    var followsDigit: Bool

    static func style(of scalar: Unicode.Scalar) -> Style? {
        switch scalar {
        case "\"", "＂": .straight
        case "“", "”", "„", "‟": .curly
        case "«", "»": .guillemet
        case "‹", "›": .single
        // The mark that closes is one that opens in English, where it may be an apostrophe.
        case "‚", "‘": .low
        default: nil
        }
    }

    static func all(in scalars: [Unicode.Scalar]) -> [Mark] {
        var marks: [Mark] = []
        var offset = 0
        // The letter before, without the accents and vowel signs that stand on it.
        var base: Unicode.Scalar?
        for (index, scalar) in scalars.enumerated() {
            let end = offset + UTF8.width(scalar)
            if let style = style(of: scalar) {
                let before = index > 0 ? scalars[index - 1] : nil
                let after = index + 1 < scalars.count ? scalars[index + 1] : nil
                // French writes « Guerre et paix ».
                let opens = !isInWord(base) && (isInk(after) || "«‹".unicodeScalars.contains(scalar) && after != nil)
                let closes =
                    !isInWord(after) && (isInk(before) || "»›".unicodeScalars.contains(scalar) && before != nil)
                marks.append(
                    Mark(
                        style: style,
                        source: offset..<end,
                        opens: opens && after.flatMap(Self.style) == nil && scalar != "‘",
                        closes: closes && scalar != "‚",
                        followsDigit: base?.properties.numericType != nil
                    )
                )
            }
            if !isDependent(scalar) { base = scalar }
            offset = end
        }
        return marks
    }

    /// Whether a scalar is part of a word in a script that puts spaces between words.
    private static func isInWord(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return false }
        let kind = CharacterTable.shared.entry(scalar.value).kind
        return kind == .letter || kind == .mark || scalar.properties.numericType != nil && kind != .ideograph
    }

    private static func isInk(_ scalar: Unicode.Scalar?) -> Bool {
        scalar.map { !$0.properties.isWhitespace } ?? false
    }

    private static func isDependent(_ scalar: Unicode.Scalar) -> Bool {
        let kind = CharacterTable.shared.entry(scalar.value).kind
        return kind == .mark || kind == .ignored
    }
}
