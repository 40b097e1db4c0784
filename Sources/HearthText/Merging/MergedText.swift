/// Puts merged segments together into a text.
///
/// Segments that stand next to each other in one of the texts are written as they are there. Where two meet that are
/// side by side in no text, a separator keeps both what they were: two sentences, two lines, two list items.
struct MergedText {
    private let merge: SegmentMerge
    private var bytes: [UInt8] = []
    private var last: Last?

    /// What was written last.
    private struct Last {
        let piece: SegmentMerge.Piece
        let body: Int
        let isInItem: Bool
    }

    init(_ merge: SegmentMerge) {
        self.merge = merge
    }

    /// The text so far, with the white space that it ends in.
    var text: String {
        let whitespace = last == nil ? (changed(\.head) + changed(\.tail)) : changed(\.tail)
        return String(decoding: bytes + whitespace, as: UTF8.self)
    }

    mutating func append(_ piece: SegmentMerge.Piece) {
        let writer = writer(of: piece)
        let segment = merge.texts[writer.text].segments[writer.segment]
        let body = merge.texts[writer.text].bytes[segment.body]
        let separator = last.map { self.separator(between: $0, and: piece, segment, body) } ?? changed(\.head)
        bytes.append(contentsOf: separator)
        let isInItem = last.map { separator.endsLine ? segment.isInItem : $0.isInItem } ?? segment.isInItem
        last = Last(piece: piece, body: bytes.count, isInItem: isInItem)
        bytes.append(contentsOf: body)
    }

    /// The white space at one end of the text, from the first side that changed it.
    private func changed(_ range: KeyPath<SegmentedText, Range<Int>>) -> ArraySlice<UInt8> {
        let whitespace = merge.texts.map { $0.bytes[$0[keyPath: range]] }
        return whitespace.first { $0 != whitespace[0] } ?? whitespace[0]
    }

    /// The text to take a piece's words from. For a segment of the base it is the first side that spells it
    /// differently.
    private func writer(of piece: SegmentMerge.Piece) -> (text: Int, segment: Int) {
        switch piece {
        case .written(let text, let segment):
            return (text, segment)
        case .kept(let segment):
            let base = merge.texts[0]
            let body = base.bytes[base.segments[segment].body]
            for text in merge.texts.indices.dropFirst() {
                guard let match = merge.matches[text][segment] else { continue }
                if merge.texts[text].bytes[merge.texts[text].segments[match].body] != body { return (text, match) }
            }
            return (0, segment)
        }
    }
}

// MARK: - Separators

extension MergedText {
    /// What sets a piece off from the one written before it.
    private func separator(
        between last: Last,
        and piece: SegmentMerge.Piece,
        _ segment: SegmentedText.Segment,
        _ body: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8> {
        let own = separator(before: piece)
        if let own, areNeighbours(last.piece, piece, setOffBy: own) { return own }

        let left = bytes[last.body...]
        let isList = segment.isInItem && segment.startsLine || segment.isInItem != last.isInItem
        let isIdeographic =
            bytes.scalar(before: bytes.count)?.isIdeographic == true
            && Array(body.prefix(4)).scalar(at: 0).scalar.isIdeographic
        let candidates = [own, separator(after: piece), separator(after: last.piece), isIdeographic ? [] : nil, [0x20]]
        return candidates.lazy.compactMap { $0 }
            .first { separator in
                separator.endsLine || (!isList && SegmentedText.cuts(left, separator, body))
            } ?? [0x0A]
    }

    /// What stands before a piece; nil at the start of the text. For a segment of the base it is what the first side
    /// that changed it put there.
    private func separator(before piece: SegmentMerge.Piece) -> ArraySlice<UInt8>? {
        switch piece {
        case .written(let text, let segment):
            return separator(before: segment, in: text)
        case .kept(let segment):
            let base = separator(before: segment, in: 0)
            for text in merge.texts.indices.dropFirst() {
                guard let match = merge.matches[text][segment] else { continue }
                if let separator = separator(before: match, in: text), separator != base { return separator }
            }
            return base
        }
    }

    private func separator(after piece: SegmentMerge.Piece) -> ArraySlice<UInt8>? {
        let (text, segment) = writer(of: piece)
        guard segment + 1 < merge.texts[text].segments.count else { return nil }
        return separator(before: segment + 1, in: text)
    }

    private func separator(before segment: Int, in text: Int) -> ArraySlice<UInt8>? {
        segment == 0 ? nil : merge.texts[text].bytes[merge.texts[text].segments[segment].separator]
    }

    /// Whether some text has two pieces side by side with this separator between them.
    private func areNeighbours(
        _ left: SegmentMerge.Piece,
        _ right: SegmentMerge.Piece,
        setOffBy separator: ArraySlice<UInt8>
    ) -> Bool {
        merge.texts.indices.contains { text in
            guard let before = merge.segment(of: left, in: text), let after = merge.segment(of: right, in: text) else {
                return false
            }
            return after == before + 1 && self.separator(before: after, in: text) == separator
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether a line ends in this white space.
    fileprivate var endsLine: Bool {
        String(decoding: self, as: UTF8.self).unicodeScalars.contains(where: \.endsLine)
    }
}
