/// Cuts out the part of a memory that shows why it was found.
package struct Snippet: Sendable {
    /// About how long a snippet is, in characters as people count them.
    var length = 160
    /// What stands in front of a match.
    var startMark = "**"
    /// What stands behind a match.
    var endMark = "**"

    package init(length: Int = 160, startMark: String = "**", endMark: String = "**") {
        self.length = length
        self.startMark = startMark
        self.endMark = endMark
    }

    /// How much of a memory is looked at, in UTF-8 bytes. Matches farther on are not shown.
    private static let longestContent = 65_536
    /// How far a cut may move to fall between words, in characters.
    private static let slack = 15

    /// The stretch of a content that has most of a query's clauses, on one line, with its matches marked.
    ///
    /// A short content comes out whole; otherwise `…` stands for what is left out. A character of several scalars is
    /// never cut.
    package func text(of content: String, for query: KeywordQuery) -> String {
        text(of: content, for: SoughtClauses(query))
    }

    /// The same for a query whose clauses are prepared: for several contents.
    package func text(of content: String, for clauses: SoughtClauses) -> String {
        var content = content.prefix(utf8Length: Self.longestContent)
        let matches = Matches(in: content, for: clauses).all
        return content.withUTF8 { bytes in
            let characters = Characters(of: bytes, matches: matches)
            guard characters.count > length + Self.slack else { return line(characters, 0..<characters.count) }
            let window = window(around: characters.densestStretch(of: length, clauses.weights), in: characters)
            let beginning = window.lowerBound > 0 ? "…" : ""
            let end = window.upperBound < characters.count ? "…" : ""
            return beginning + line(characters, window) + end
        }
    }

    /// Puts the stretch in the middle of a window of `length` and moves the window's ends to where words end.
    private func window(around stretch: Range<Int>, in characters: Characters) -> Range<Int> {
        let room = max(length - stretch.count, 0)
        let latest = max(characters.count - length, 0)
        var start = min(max(stretch.lowerBound - room / 2, 0), latest)
        var end = min(start + length, characters.count)
        if start > 0 {
            let limit = min(start + Self.slack, stretch.lowerBound)
            start = (start..<max(limit, start)).first { characters.isSpace($0 - 1) } ?? start
        }
        if end < characters.count {
            let limit = max(end - Self.slack, stretch.upperBound)
            end = (min(limit, end)...end).last { characters.isSpace($0) } ?? end
        }
        return start..<max(end, start)
    }

    /// The characters of a range on one line, each run of matching ones between marks.
    private func line(_ characters: Characters, _ range: Range<Int>) -> String {
        if let plain = characters.plainLine(range) { return plain }
        var line: [UInt8] = []
        line.reserveCapacity(range.count + 64)
        var isMarked = false
        var needsSpace = false
        var index = range.lowerBound
        while index < range.upperBound {
            if isMarked, !characters.continuesMatch(index) {
                line += endMark.utf8
                isMarked = false
            }
            if characters.isSpace(index) {
                needsSpace = !line.isEmpty
                index += 1
                continue
            }
            if needsSpace { line.append(UInt8(ascii: " ")) }
            needsSpace = false
            if !isMarked, characters.isMatch(index) {
                line += startMark.utf8
                isMarked = true
            }
            let end = characters.endOfRun(from: index, before: range.upperBound)
            characters.append(index..<end, to: &line)
            index = end
        }
        if isMarked { line += endMark.utf8 }
        return String(decoding: line, as: UTF8.self)
    }
}

/// The characters of a text, and which of them belong to a match.
private struct Characters {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Where each character begins in UTF-8, and where the last ends; nil where each is one byte.
    private let offsets: [Int]?
    let count: Int
    /// Matches as ranges of characters, in the order of the text.
    private let matches: [(clause: Int, range: Range<Int>)]
    /// For each character the number of the joined match that it belongs to, 0 for none; empty where nothing matches.
    private var groups: [Int] = []

    /// - Parameters:
    ///   - bytes: The text, in memory that outlives this value.
    ///   - matches: Where clauses stand in it.
    init(of bytes: UnsafeBufferPointer<UInt8>, matches: [Matches.Match]) {
        self.bytes = bytes
        let offsets = Self.offsets(in: bytes)
        self.offsets = offsets
        count = offsets.map { $0.count - 1 } ?? bytes.count
        self.matches = matches.map { match in
            let (first, last) = (match.source.lowerBound, match.source.upperBound - 1)
            return (match.clause, Self.index(of: first, in: offsets)..<Self.index(of: last, in: offsets) + 1)
        }
        if !matches.isEmpty { groups = Array(repeating: 0, count: count) }
        var group = 0
        for match in self.matches {
            // Matches that overlap or touch look like one.
            let first = match.range.lowerBound
            let isNew = groups[first] == 0 && (first == 0 || groups[first - 1] == 0)
            if isNew { group += 1 }
            for index in match.range { groups[index] = group }
        }
    }

    /// Where characters begin, and where the last ends; nil where each is one byte.
    ///
    /// Between two ASCII characters there is always a boundary, but for a line's end of two. The standard library, which
    /// is slower, finds the boundaries in what lies between.
    private static func offsets(in bytes: UnsafeBufferPointer<UInt8>) -> [Int]? {
        if bytes.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\r") }) { return nil }
        var offsets = [0]
        offsets.reserveCapacity(bytes.count + 1)
        var start = 0
        while start < bytes.count {
            var end = start + 1
            while end < bytes.count,
                bytes[end - 1] | bytes[end] >= 0x80
                    || bytes[end - 1] == UInt8(ascii: "\r") && bytes[end] == UInt8(ascii: "\n")
            {
                end += 1
            }
            if end == start + 1 {
                offsets.append(end)
            } else {
                for character in String(decoding: bytes[start..<end], as: UTF8.self) {
                    start += character.utf8.count
                    offsets.append(start)
                }
            }
            start = end
        }
        return offsets
    }

    /// The place of a character's bytes.
    private func source(of index: Int) -> Range<Int> {
        guard let offsets else { return index..<index + 1 }
        return offsets[index]..<offsets[index + 1]
    }

    /// Appends the bytes of some characters to a line.
    func append(_ range: Range<Int>, to line: inout [UInt8]) {
        let source = source(of: range.lowerBound).lowerBound..<source(of: range.upperBound - 1).upperBound
        line.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[source]))
    }

    /// Where the characters end, from one that is no space on, that stand in a line as they do in the text: in front of
    /// the border of a match, and of all white space but single spaces between them.
    func endOfRun(from start: Int, before limit: Int) -> Int {
        // Few texts have characters of several bytes.
        guard offsets == nil else { return start + 1 }
        let limit = endOfGroup(from: start, before: limit)
        var end = start + 1
        while end < limit {
            if Self.isSpace(bytes[end]) {
                guard bytes[end] == UInt8(ascii: " "), end + 1 < limit, !Self.isSpace(bytes[end + 1]) else { break }
            }
            end += 1
        }
        return end
    }

    /// Where the characters end that belong to the same match as the one at `start`, or to none as it does.
    private func endOfGroup(from start: Int, before limit: Int) -> Int {
        guard !groups.isEmpty else { return limit }
        let group = groups[start]
        var end = start + 1
        while end < limit, groups[end] == group { end += 1 }
        return end
    }

    /// Whether a byte of ASCII is white space or a control character: space, delete, and what lies below space.
    private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7F }

    /// A range that has no match and is one line as it stands; nil where it is not.
    func plainLine(_ range: Range<Int>) -> String? {
        guard groups.isEmpty, offsets == nil, let first = range.first, let last = range.last else { return nil }
        guard bytes[first] > 0x20, bytes[last] > 0x20 else { return nil }
        var before: UInt8 = 0
        for byte in bytes[range] {
            // Two spaces are one in a line.
            if byte < 0x20 || byte == 0x7F || byte == 0x20 && before == 0x20 { return nil }
            before = byte
        }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    /// White space, and control characters, which must not reach a terminal.
    func isSpace(_ index: Int) -> Bool {
        let source = source(of: index)
        let first = bytes[source.lowerBound]
        if first < 0x80, source.count == 1 { return Self.isSpace(first) }
        let character = String(decoding: bytes[source], as: UTF8.self)
        return character.allSatisfy(\.isWhitespace)
            || character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    func isMatch(_ index: Int) -> Bool { !groups.isEmpty && groups[index] != 0 }

    /// Whether a character belongs to the same match as the one before it.
    func continuesMatch(_ index: Int) -> Bool { index > 0 && isMatch(index) && groups[index] == groups[index - 1] }

    /// From the first to the last of the matches that together weigh most inside `length` characters; empty at the
    /// beginning where nothing matches.
    func densestStretch(of length: Int, _ weights: [Float]) -> Range<Int> {
        var best: (weight: Float, range: Range<Int>) = (0, 0..<0)
        var occurrences = [Int](repeating: 0, count: weights.count)
        var weight: Float = 0
        var first = 0
        for last in matches.indices {
            let clause = matches[last].clause
            weight += occurrences[clause] == 0 ? weights[clause] : weights[clause] * Self.repetition
            occurrences[clause] += 1
            while first < last, matches[last].range.upperBound - matches[first].range.lowerBound > length {
                let clause = matches[first].clause
                occurrences[clause] -= 1
                weight -= occurrences[clause] == 0 ? weights[clause] : weights[clause] * Self.repetition
                first += 1
            }
            if weight > best.weight {
                best = (weight, matches[first].range.lowerBound..<matches[last].range.upperBound)
            }
        }
        return best.range
    }

    /// What a further occurrence of a word counts, as a share of the first.
    private static let repetition: Float = 0.1

    /// The character that holds a byte.
    private static func index(of offset: Int, in offsets: [Int]?) -> Int {
        guard let offsets else { return offset }
        var low = 0
        var high = offsets.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if offsets[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}

/// Where the clauses of a query stand in a text.
struct Matches {
    /// One occurrence of one clause.
    struct Match {
        /// Index in the query's clauses.
        var clause: Int
        /// UTF-8 offsets.
        var source: Range<Int>
    }

    /// In the order of the text.
    private(set) var all: [Match] = []

    /// Looks for every clause.
    init(in text: String, for sought: SoughtClauses) {
        let tokens = TextAnalyzer().tokens(of: text, lookingFor: sought.letters)
        for position in 0..<tokens.count {
            // Most words begin with letters that no clause begins with.
            let (first, second) = tokens.beginning(at: position)
            guard let first, sought.letters.contains(first, second) else { continue }
            sought.forEach(beginningWith: tokens.term(at: position)) { clause in
                match(sought.terms[clause], of: clause, at: position, in: tokens)
            }
            for clause in sought.prefixes {
                match(sought.terms[clause], of: clause, at: position, in: tokens, isPrefix: true)
            }
        }
        if !tokens.spellings.isEmpty { match(sought, with: tokens.spellings) }
    }

    /// Looks for what the text has in another spelling: `wifi` in `wi-fi`.
    private mutating func match(_ sought: SoughtClauses, with spellings: [TokenizedText.Spelling]) {
        let count = all.count
        for spelling in spellings {
            let terms = spelling.terms.map { Array($0.utf8)[...] }
            for clause in sought.terms.indices where !sought.prefixes.contains(clause) {
                let wanted = sought.terms[clause]
                guard wanted == terms || wanted.count == 1 && terms.contains(wanted[0]) else { continue }
                all.append(Match(clause: clause, source: spelling.source))
            }
        }
        if all.count > count { all.sort { $0.source.lowerBound < $1.source.lowerBound } }
    }

    private mutating func match(
        _ terms: [ArraySlice<UInt8>],
        of clause: Int,
        at position: Int,
        in tokens: TokenizedText,
        isPrefix: Bool = false
    ) {
        let last = position + terms.count - 1
        guard last < tokens.count else { return }
        for (index, term) in terms.enumerated() {
            let found = tokens.term(at: position + index)
            let matches = isPrefix && position + index == last ? found.starts(with: term) : found == term
            guard matches else { return }
        }
        let source = tokens.tokens[position].source.lowerBound..<tokens.tokens[last].source.upperBound
        all.append(Match(clause: clause, source: source))
    }
}

/// The clauses of a query, prepared for looking for them in texts.
package struct SoughtClauses: Sendable {
    /// The terms of each clause, UTF-8.
    fileprivate let terms: [[ArraySlice<UInt8>]]
    /// What each clause weighs.
    fileprivate let weights: [Float]
    /// The clauses that end with the beginning of a word.
    fileprivate let prefixes: [Int]
    /// With which letters the terms begin.
    fileprivate let letters: FirstLetters
    /// The last byte of the first term of each of the other clauses; 0 for these.
    private let lastBytes: [UInt8]

    package init(_ query: KeywordQuery) {
        terms = query.clauses.map { clause in clause.phrase.terms.map { Array($0.utf8)[...] } }
        // Another way to write it is as good to show as what was typed.
        weights = query.clauses.map { $0.isVariant ? max($0.weight, KeywordQuery.variantWeight) : $0.weight }
        letters = FirstLetters(of: terms.joined())
        prefixes = query.clauses.indices.filter { query.clauses[$0].phrase.isPrefix }
        lastBytes = zip(query.clauses, terms).map { $0.phrase.isPrefix ? 0 : $1[0].last ?? 0 }
    }

    /// Calls `body` with each clause that is no prefix and has this first term.
    fileprivate func forEach(beginningWith term: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        guard let byte = term.last else { return }
        for clause in lastBytes.indices where lastBytes[clause] == byte && terms[clause][0] == term { body(clause) }
    }
}
