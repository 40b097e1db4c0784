/// Other ways to write what was typed, as clauses beside its words. Text knows some of its own other spellings too
/// (`SpellingFinder`); here is what costs the index nothing.
extension QueryParser {
    /// Adds what stands beside the words of a passage.
    func addSpellings(of passage: Range<Int>, keepsStopWords: Bool, to query: inout KeywordQuery) {
        guard !passage.isEmpty else { return }
        if !hasPlainWordsAlone { addCompounds(in: passage, to: &query) }
        addJoinedAndSplit(in: passage, to: &query)
        for index in passage where tokens.tokens[index].kind == .word && (keepsStopWords || !isStopWord(index)) {
            for other in UmlautSpellings.others(of: terms[index], as: utf8[tokens.tokens[index].source]) {
                addOther(stem: TextAnalyzer.stem(of: other), of: index, to: &query)
            }
            if let other = RussianNouns.otherStem(of: terms[index], stem: stem(index)) {
                addOther(stem: other, of: index, to: &query)
            }
        }
    }

    /// Adds another stem that a word may have, which stands for the word where a text has it.
    private func addOther(stem: String, of index: Int, to query: inout KeywordQuery) {
        let other = KeywordQuery.Phrase(terms: [stem])
        query.add(variant: other, weight: 0)
        query.add(.init(readings: [other], clauses: [word(index)]))
    }

    /// Whether a function word is written as a name is: `U.S.`, or `US` where not everything is in capitals.
    func isWrittenAsName(_ index: Int) -> Bool {
        guard !tokens.tokens[index].isPlain else { return false }
        let source = utf8[tokens.tokens[index].source]
        if source.contains(UInt8(ascii: ".")) { return true }
        return isInCapitals(index)
    }

    /// Whether a word is one of those that are names in capitals, and is written so where not all words are.
    private func isInCapitals(_ index: Int) -> Bool {
        !tokens.tokens[index].isPlain && CapitalNames.contains(terms[index].utf8)
            && utf8[tokens.tokens[index].source].allSatisfy { $0 < UInt8(ascii: "a") }
            && (tokens.count == 1 || utf8.contains { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
    }

    /// What the index has for a word that was typed.
    func term(_ index: Int) -> String {
        isInCapitals(index) ? CapitalNames.term(terms[index]) : stem(index)
    }
}

// MARK: - Order of parts

extension QueryParser {
    /// What was typed without a gap counts as a whole too: `192.168.1.10`, `1.2.3`, `38,6`, `R&D`, `/usr/lib`, `16GB`.
    /// Its parts are words, and the whole is the phrase of them.
    private func addCompounds(in passage: Range<Int>, to query: inout KeywordQuery) {
        var start = passage.lowerBound
        while start < passage.upperBound {
            var end = start + 1
            var isJoinedOnly = true
            while end < passage.upperBound, let connector = connector(inFrontOf: end) {
                // Words between hyphens are also looked for joined, which finds them in this order.
                if !connector.isOnly("-") { isJoinedOnly = false }
                end += 1
            }
            defer { start = end }
            let compound = start..<min(end, start + Self.longestCompound)
            let isWord = isJoinedOnly && compound.count <= 3 && !compound.contains(where: isNumber)
            guard compound.count > 1, !isWord, !compound.allSatisfy(isStopWord) else { continue }
            let isPrefix = compound.upperBound == end && isStarred(end - 1)
            let last = isPrefix ? terms[end - 1] : stem(compound.upperBound - 1)
            let whole = KeywordQuery.Phrase(terms: compound.dropLast().map(stem) + [last], isPrefix: isPrefix)
            if let address = address(in: compound), address.count < compound.count {
                query.add(whole: .init(terms: address.map(stem)), of: address.map(word))
            }
            if compound.count > 2, let decimal = decimal(in: compound) {
                query.add(whole: .init(terms: decimal.map(stem)), of: decimal.map(word))
            }
            query.add(whole: whole, of: compound.map(word))
            addUnmarked(compound, whole: whole, isPrefix: isPrefix, to: &query)
        }
    }

    /// The numbers of an address on a network that is part of something longer: `http://192.168.1.10/`,
    /// `192.168.1.10:9100`, `root@192.168.1.10`.
    private func address(in compound: Range<Int>) -> Range<Int>? {
        var start = compound.lowerBound
        while start < compound.upperBound {
            var end = start + 1
            while end < compound.upperBound, bytes(inFrontOf: end)?.isOnly(".") == true {
                end += 1
            }
            if end - start == Self.numbersOfAddress, (start..<end).allSatisfy({ UInt8(terms[$0]) != nil }) {
                return start..<end
            }
            start = end
        }
        return nil
    }

    private static let numbersOfAddress = 4

    /// The number in front of its unit: `9.5kg`, `9,5kg`.
    private func decimal(in compound: Range<Int>) -> Range<Int>? {
        let start = compound.lowerBound
        guard isNumber(start), isNumber(start + 1), !isNumber(start + 2), let sign = bytes(inFrontOf: start + 1),
            sign.isOnly(".") || sign.isOnly(",")
        else { return nil }
        return start..<start + 2
    }

    /// Whether the comma in front of a number is that of a decimal: `38,6`, but neither `10,000` nor `1,2,3`.
    private func isDecimal(_ index: Int) -> Bool {
        func isSign(inFrontOf index: Int) -> Bool {
            guard index > 0, index < tokens.count, let sign = bytes(inFrontOf: index), isNumber(index - 1),
                isNumber(index)
            else { return false }
            return sign.count == 1 && ",.".utf8.contains(sign[sign.startIndex])
        }
        return isSign(inFrontOf: index) && terms[index].utf8.count <= Self.mostDecimals
            && !isSign(inFrontOf: index - 1) && !isSign(inFrontOf: index + 1)
    }

    /// Three digits behind a comma are thousands.
    private static let mostDecimals = 2

    /// The addresses in the query, as they stand in a text.
    var addresses: [KeywordQuery.Phrase] {
        guard tokens.count >= Self.numbersOfAddress, !hasPlainWordsAlone else { return [] }
        return tokens.tokens.indices.filter { $0 == 0 || connector(inFrontOf: $0) == nil }
            .compactMap { start in
                let end =
                    tokens.tokens.indices[(start + 1)...].first { connector(inFrontOf: $0) == nil } ?? tokens.count
                return address(in: start..<end).map { KeywordQuery.Phrase(terms: $0.map(stem)) }
            }
    }

    /// Adds a version without the `v` in front of it: `v1.2.3` is 1.2.3.
    private func addUnmarked(
        _ compound: Range<Int>,
        whole: KeywordQuery.Phrase,
        isPrefix: Bool,
        to query: inout KeywordQuery
    ) {
        guard compound.count > 2, terms[compound.lowerBound] == "v", isNumber(compound.lowerBound + 1),
            bytes(inFrontOf: compound.lowerBound + 1)?.isEmpty == true
        else { return }
        let number = KeywordQuery.Phrase(terms: Array(whole.terms.dropFirst()), isPrefix: isPrefix)
        query.add(variant: number, weight: 0)
        query.add(.init(readings: [number], clauses: [word(compound.lowerBound), whole]))
    }

    /// The bytes between a word and the one before it, if they hold the two together.
    private func connector(inFrontOf index: Int) -> ArraySlice<UInt8>? {
        // Between two plain words is a space.
        if tokens.tokens[index].isPlain, tokens.tokens[index - 1].isPlain { return nil }
        // One sign that stands for several words: ½.
        if tokens.tokens[index].source == tokens.tokens[index - 1].source { return [] }
        guard let between = bytes(inFrontOf: index) else { return nil }
        if between.isOnly(" "), isTimes(index) || isTimes(index - 1) { return between }
        if between.isOnly(","), isDecimal(index) { return between }
        guard between.count <= 3 else { return nil }
        let isSign =
            between.allSatisfy(Self.connectors.contains) || Self.slashes.contains { $0.elementsEqual(between) }
        return isSign ? between : nil
    }

    /// Whether a word is the `x` between two numbers: `120 x 80` is one measure.
    private func isTimes(_ index: Int) -> Bool {
        guard terms[index] == "x", index > 0, index + 1 < terms.count else { return false }
        return isNumber(index - 1) && isNumber(index + 1)
    }

    /// The bytes between a word and the word before it; nil for characters, and where one sign stands for both.
    private func bytes(inFrontOf index: Int) -> ArraySlice<UInt8>? {
        let (before, token) = (tokens.tokens[index - 1], tokens.tokens[index])
        guard before.kind == .word, token.kind == .word, before.source.upperBound <= token.source.lowerBound else {
            return nil
        }
        return utf8[before.source.upperBound..<token.source.lowerBound]
    }

    private func isNumber(_ index: Int) -> Bool {
        terms[index].utf8.allSatisfy { $0 <= UInt8(ascii: "9") }
    }

    private static let connectors = Array("-_./\\:@&+=#~%".utf8)
    /// U+2044 and U+2215, which stand in fractions.
    private static let slashes = [[0xE2, 0x81, 0x84], [0xE2, 0x88, 0x95]] as [[UInt8]]
    /// The most parts of a compound that count.
    private static let longestCompound = 16
}

// MARK: - Joined and split

extension QueryParser {
    /// The spellings that the analyser finds in the passage, and very short words joined with the next: `wi fi` is
    /// `wifi` too, and `t shirt` is `tshirt`.
    private func addJoinedAndSplit(in passage: Range<Int>, to query: inout KeywordQuery) {
        let source =
            tokens.tokens[passage.lowerBound].source
            .lowerBound..<tokens.tokens[passage.upperBound - 1].source
            .upperBound
        for spelling in tokens.spellings
        where source.overlaps(spelling.source) && !spelling.terms.contains(where: CapitalNames.isTerm) {
            let other = KeywordQuery.Phrase(terms: spelling.terms.map(TextAnalyzer.stem(of:)))
            let typed = passage.filter { spelling.source.contains(tokens.tokens[$0].source.lowerBound) }
            if typed.count > 1 {
                addJoined(other, of: typed, to: &query)
            } else if spelling.terms.count > 1 {
                addParts(other, of: typed, to: &query)
            } else {
                query.add(variant: other)
            }
        }
        for index in passage.dropLast() {
            if isSplit(index) {
                addJoined(joinedWithNext(index), of: [index, index + 1], to: &query)
            } else if isVerbAndParticle(index) {
                let joined = joinedWithNext(index)
                query.add(variant: joined)
                query.add(.init(readings: [joined], clauses: [word(index), word(index + 1)]))
            }
        }
    }

    private func joinedWithNext(_ index: Int) -> KeywordQuery.Phrase {
        .init(terms: [TextAnalyzer.stem(of: terms[index] + terms[index + 1])])
    }

    /// Whether a word and the next are written as one where they are a thing: `log in`, `back up`, `to do`.
    private func isVerbAndParticle(_ index: Int) -> Bool {
        let next = terms[index + 1]
        guard next.utf8.count <= Self.longestParticle, bytes(inFrontOf: index + 1)?.isOnly(" ") == true,
            !isDated(index + 2)
        else { return false }
        if terms[index] == "to" { return next == "do" }
        return Self.particles.contains(next) && !isStopWord(index) && isPlain(index)
    }

    private static let particles: Set<String> = ["in", "out", "up", "on", "off", "down", "over", "away", "back"]
    private static let longestParticle = 4

    /// Adds what is also written as one word, or one number. Where it stands so, it counts as its words do.
    private func addJoined(_ joined: KeywordQuery.Phrase, of typed: [Int], to query: inout KeywordQuery) {
        let words = typed.map(word)
        let whole = KeywordQuery.Phrase(terms: typed.map(stem))
        if query.holds(whole) {
            query.add(variant: joined, weight: 0)
        } else {
            query.add(whole: joined, of: words)
        }
        query.add(.init(readings: [joined, whole], clauses: words + [whole, joined]))
    }

    /// Adds the words of which one that was typed is made: `getUserById`. Side by side they are all of it.
    private func addParts(_ parts: KeywordQuery.Phrase, of typed: [Int], to query: inout KeywordQuery) {
        let words = parts.terms.filter { !StopWords.contains($0, inGerman: false) }
            .map { KeywordQuery.Phrase(terms: [$0]) }
        query.add(variant: parts, weight: 0)
        for word in words { query.add(variant: word, weight: KeywordQuery.variantWeight / Float(words.count)) }
        let wholes = typed.map(word) + [parts]
        query.add(.init(readings: wholes, clauses: wholes + words))
    }

    func word(_ index: Int) -> KeywordQuery.Phrase { .init(terms: [term(index)]) }

    /// Whether a word and the next may be two parts of one.
    private func isSplit(_ index: Int) -> Bool {
        let lengths = (terms[index].utf8.count, terms[index + 1].utf8.count)
        guard lengths.0 == 1 || lengths.0 == 2 && lengths.1 <= 3, bytes(inFrontOf: index + 1)?.isOnly(" ") == true
        else { return false }
        return !isStopWord(index) && isPlain(index) && !isStopWord(index + 1) && isPlain(index + 1)
    }

    private func isPlain(_ index: Int) -> Bool {
        terms[index].utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }
}

extension ArraySlice<UInt8> {
    /// Whether it is one sign of ASCII.
    fileprivate func isOnly(_ sign: Unicode.Scalar) -> Bool { count == 1 && first == UInt8(ascii: sign) }
}
