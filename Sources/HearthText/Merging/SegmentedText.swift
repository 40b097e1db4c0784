/// A text cut into the pieces that merge as a whole: sentences, none of which is longer than its line or list item.
///
/// Every byte belongs to the white space at the head or the tail, to a body or to the separator before it, so that
/// segments written one after the other give the text back.
struct SegmentedText {
    /// A sentence, or a piece of a line that is not one, and the white space before it.
    struct Segment {
        /// The white space before, empty between sentences of scripts that use none and for the first segment.
        let separator: Range<Int>
        /// From the first to the last character that isn't white space; never empty.
        let body: Range<Int>
        /// Whether it stands at the start of a line.
        let startsLine: Bool
        /// Whether its line is a list item.
        let isInItem: Bool
    }

    /// The text as UTF-8.
    let bytes: [UInt8]
    /// The white space before the first segment; all of the text when there is none.
    let head: Range<Int>
    let segments: [Segment]
    /// The white space after the last segment.
    let tail: Range<Int>

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var scanner = SentenceScanner(bytes)
        head = scanner.skipWhitespace().range
        var segments: [Segment] = []
        var separator = head.upperBound..<head.upperBound
        var startsLine = true
        var isInItem = false
        while scanner.position < bytes.count {
            if startsLine { isInItem = scanner.isAtListItem }
            let body = scanner.scanSentence()
            segments.append(Segment(separator: separator, body: body, startsLine: startsLine, isInItem: isInItem))
            (separator, startsLine) = scanner.skipWhitespace()
        }
        tail = segments.isEmpty ? head.upperBound..<head.upperBound : separator
        self.bytes = bytes
        self.segments = segments
    }
}

extension SegmentedText {
    /// Whether text put together from a left part, a separator and a right part would be cut again where it was joined.
    static func cuts(_ left: ArraySlice<UInt8>, _ separator: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        var scanner = SentenceScanner(Array(left) + separator + right)
        return scanner.scanSentence().upperBound == left.count
    }
}

/// Gives numbers to segments: the same number to those whose words count as the same.
///
/// They count as the same if they are equal after canonical composition, case folding and white-space folding
/// (canonical caseless matching, Unicode Standard, section 3.13), nothing looser: an accent, a comma or a bullet makes
/// a difference.
struct SegmentVocabulary {
    private var numbers: [String: Int] = [:]

    /// How many numbers were given, from zero on.
    var count: Int { numbers.count }

    /// The numbers of a text's segments.
    mutating func numbers(of text: SegmentedText) -> [Int] {
        text.segments.map { segment in
            let key = Self.folded(text.bytes[segment.body])
            // Strings are equal, in a dictionary too, when they are canonically equivalent.
            if let known = numbers[key] { return known }
            let number = numbers.count
            numbers[key] = number
            return number
        }
    }

    static func folded(_ body: ArraySlice<UInt8>) -> String {
        let bytes = Array(body)
        var folded: [UInt8] = []
        folded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let (scalar, width) = bytes.scalar(at: index)
            if scalar.isWhitespace {
                if folded.last != 0x20 { folded.append(0x20) }
            } else if ("A"..."Z").contains(scalar) {
                folded.append(bytes[index] | 0x20)
            } else if let folding = scalar.caseFolding {
                folded.append(contentsOf: folding.utf8)
            } else {
                folded.append(contentsOf: bytes[index..<index + width])
            }
            index += width
        }
        return String(decoding: folded, as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// The full case folding; nil for a scalar that folds to itself.
    ///
    /// The standard library has the mappings to lower and upper case but not this one. The two together give it: "ß"
    /// and "ẞ" by way of "SS", final sigma by way of the capital. Letters whose folded form is the capital (Cherokee)
    /// don't change in folding.
    fileprivate var caseFolding: String? {
        guard properties.changesWhenCaseFolded else { return nil }
        var folded = ""
        for lower in properties.lowercaseMapping.unicodeScalars {
            for upper in lower.properties.uppercaseMapping.unicodeScalars {
                folded += upper.properties.changesWhenCaseFolded ? upper.properties.lowercaseMapping : String(upper)
            }
        }
        return folded
    }
}
