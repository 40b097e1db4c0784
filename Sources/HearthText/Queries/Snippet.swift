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
        for index in range {
            if isMarked, !characters.continuesMatch(index) {
                line += endMark.utf8
                isMarked = false
            }
            if characters.isSpace(index) {
                needsSpace = !line.isEmpty
                continue
            }
            if needsSpace { line.append(UInt8(ascii: " ")) }
            needsSpace = false
            if !isMarked, characters.isMatch(index) {
                line += startMark.utf8
                isMarked = true
            }
            characters.append(index, to: &line)
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
        offsets.map { $0[index]..<$0[index + 1] } ?? index..<index + 1
    }

    /// Appends the bytes of a character, mostly one, to a line.
    func append(_ index: Int, to line: inout [UInt8]) {
        for offset in source(of: index) { line.append(bytes[offset]) }
    }

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
        // Space, delete, and what lies below space: in ASCII there are no others.
        if first < 0x80, source.count == 1 { return first <= 0x20 || first == 0x7F }
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

    private let tokens: TokenizedText
    private let sought: SoughtClauses

    /// Looks for every clause.
    init(in text: String, for sought: SoughtClauses) {
        tokens = TextAnalyzer().tokens(of: text, lookingFor: sought.letters)
        self.sought = sought
        for position in 0..<tokens.count {
            let term = tokens.term(at: position)
            // Most words begin with a letter that no clause begins with.
            guard let letter = term.first, sought.letters.contains(letter) else { continue }
            sought.forEach(beginningWith: term) { match($0, at: position, isPrefix: false) }
            for clause in sought.prefixes { match(clause, at: position, isPrefix: true) }
        }
        matchSpellings()
    }

    /// Looks for what the text has in another spelling: `wifi` in `wi-fi`.
    private mutating func matchSpellings() {
        let count = all.count
        for spelling in tokens.spellings {
            let terms = spelling.terms.map { Array($0.utf8)[...] }
            for clause in sought.terms.indices where !sought.prefixes.contains(clause) {
                let wanted = sought.terms[clause]
                guard wanted == terms || wanted.count == 1 && terms.contains(wanted[0]) else { continue }
                all.append(Match(clause: clause, source: spelling.source))
            }
        }
        if all.count > count { all.sort { $0.source.lowerBound < $1.source.lowerBound } }
    }

    private mutating func match(_ clause: Int, at position: Int, isPrefix: Bool) {
        let terms = sought.terms[clause]
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
    /// The other clauses, by the last byte of their first term.
    private let byLastByte: [[Int]]

    package init(_ query: KeywordQuery) {
        terms = query.clauses.map { clause in clause.phrase.terms.map { Array($0.utf8)[...] } }
        // Another way to write it is as good to show as what was typed.
        weights = query.clauses.map { $0.isVariant ? max($0.weight, KeywordQuery.variantWeight) : $0.weight }
        letters = FirstLetters(of: terms.joined())
        prefixes = query.clauses.indices.filter { query.clauses[$0].phrase.isPrefix }
        var byLastByte = [[Int]](repeating: [], count: 256)
        for clause in query.clauses.indices where !query.clauses[clause].phrase.isPrefix {
            if let byte = terms[clause][0].last { byLastByte[Int(byte)].append(clause) }
        }
        self.byLastByte = byLastByte
    }

    /// Calls `body` with each clause that is no prefix and has this first term.
    fileprivate func forEach(beginningWith term: ArraySlice<UInt8>, _ body: (Int) -> Void) {
        guard let byte = term.last else { return }
        for clause in byLastByte[Int(byte)] where terms[clause][0] == term { body(clause) }
    }
}
