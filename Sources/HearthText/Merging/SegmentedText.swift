/// A text cut into what merges as a whole: sentences, none longer than its line or list item.
///
/// Every byte belongs to the white space at the head or the tail, to a body or to the separator before it, so that segments
/// written one after the other give the text back.
struct SegmentedText {
    /// A sentence, or what of a line isn't one, and the white space that sets it off.
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
