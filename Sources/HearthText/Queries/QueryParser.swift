/// Turns the tokens of a query into clauses.
struct QueryParser {
    private let text: String
    let utf8: [UInt8]
    let tokens: TokenizedText
    let terms: [String]
    private let isGerman: Bool
    private let quotations: [Range<Int>]
    /// Whether there are stop words outside quotation marks. Then the query is a sentence, and the marks name a book or
    /// a song rather than say what must occur.
    private var isQuestion = false

    init(_ text: String) {
        self.text = text
        utf8 = Array(text.utf8)
        tokens = TextAnalyzer(stems: false).tokens(of: text)
        terms = tokens.terms
        isGerman = GermanEndings.isGerman(text, words: terms)
        quotations = Self.quotations(in: text, tokens)
        isQuestion = gaps.contains { $0.contains(where: isStopWord) }
    }

    /// Adds the clauses of the query.
    func parse(into query: inout KeywordQuery) {
        for quotation in quotations { addQuotation(quotation, isRequired: !isQuestion, to: &query) }
        // A query of stop words alone is about them.
        let keepsStopWords = quotations.isEmpty && tokens.tokens.indices.allSatisfy(isStopWord)
        let passages = isQuestion ? [0..<tokens.count] : gaps
        for passage in passages { addPassage(passage, keepsStopWords: keepsStopWords, to: &query) }
    }

    /// Adds the words of a stretch without quotations.
    private func addPassage(_ passage: Range<Int>, keepsStopWords: Bool, to query: inout KeywordQuery) {
        var index = passage.lowerBound
        while index < passage.upperBound {
            if tokens.tokens[index].kind == .character {
                let run = run(from: index, to: passage.upperBound)
                addRun(run, to: &query)
                index = run.upperBound
            } else {
                addWord(index, keepsStopWords: keepsStopWords, to: &query)
                if index + 1 < passage.upperBound { addPair(index, keepsStopWords: keepsStopWords, to: &query) }
                index += 1
            }
        }
        addSpellings(of: passage, keepsStopWords: keepsStopWords, to: &query)
    }

    func isStopWord(_ index: Int) -> Bool {
        tokens.tokens[index].kind == .word && StopWords.contains(terms[index], inGerman: isGerman)
            && !isWrittenAsName(index)
    }
}

// MARK: - Quotations

extension QueryParser {
    /// The tokens between each two quotation marks. Empty quotations are left out, and a mark without a partner is
    /// ignored.
    private static func quotations(in text: String, _ tokens: TokenizedText) -> [Range<Int>] {
        var marks: [Int] = []
        var offset = 0
        for scalar in text.unicodeScalars {
            if quotationMarks.contains(scalar) { marks.append(offset) }
            offset += UTF8.width(scalar)
        }
        return stride(from: 0, to: marks.count - 1, by: 2).prefix(KeywordQuery.mostClauses)
            .compactMap { index in
                let first = tokens.tokens.firstIndex { $0.source.lowerBound >= marks[index] } ?? tokens.count
                let last = tokens.tokens.firstIndex { $0.source.lowerBound >= marks[index + 1] } ?? tokens.count
                return first < last ? first..<last : nil
            }
    }

    /// What lies between the quotations and around them.
    private var gaps: [Range<Int>] {
        let starts = [0] + quotations.map(\.upperBound)
        let ends = quotations.map(\.lowerBound) + [tokens.count]
        return zip(starts, ends).map { $0..<$1 }
    }

    private func addQuotation(_ quotation: Range<Int>, isRequired: Bool, to query: inout KeywordQuery) {
        let stems = quotation.prefix(KeywordQuery.mostClauses).map(stem)
        let isPrefix = isStarred(quotation.upperBound - 1)
        if isPrefix, quotation.count <= KeywordQuery.mostClauses {
            query.add(
                .init(terms: stems.dropLast() + [terms[quotation.upperBound - 1]], isPrefix: true),
                isRequired: isRequired
            )
        } else {
            query.add(.init(terms: stems), isRequired: isRequired)
        }
    }

    private static let quotationMarks = Set("\"“”„‟＂«»".unicodeScalars)
}

// MARK: - Words

extension QueryParser {
    private func addWord(_ index: Int, keepsStopWords: Bool, to query: inout KeywordQuery) {
        if isStarred(index) { return addPrefix(index, to: &query) }
        guard keepsStopWords || !isStopWord(index) else { return }
        query.add(.init(terms: [stem(index)]))
        guard isGerman, tokens.tokens[index].kind == .word else { return }
        for beginning in GermanEndings.beginnings(of: terms[index]) {
            query.add(.init(terms: [beginning], isPrefix: true), weight: Self.beginningWeight)
        }
    }

    /// A word with a star: what begins with it, and the stems of it and of its likely completions.
    ///
    /// The index holds stems, so `computa*` can't be answered from the words that begin so; but `computation` is one of
    /// them and its stem is known.
    private func addPrefix(_ index: Int, to query: inout KeywordQuery) {
        let word = terms[index]
        query.add(.init(terms: [word], isPrefix: true))
        guard tokens.tokens[index].kind == .word else { return }
        let stems = Set(Self.completions.map { TextAnalyzer.stem(of: word + $0) })
        for stem in stems.sorted() where !stem.hasPrefix(word) && stem.utf8.count >= Self.shortestStem {
            query.add(.init(terms: [stem]))
        }
    }

    private func addPair(_ index: Int, keepsStopWords: Bool, to query: inout KeywordQuery) {
        let isWordPair = tokens.tokens[index].kind == .word && tokens.tokens[index + 1].kind == .word
        guard isWordPair, keepsStopWords || !isStopWord(index) || !isStopWord(index + 1) else { return }
        query.add(.init(first: stem(index), second: stem(index + 1)))
    }

    func stem(_ index: Int) -> String {
        tokens.tokens[index].kind == .word ? TextAnalyzer.stem(of: terms[index]) : terms[index]
    }

    /// Whether a `*` follows a token at once, or behind the quotation mark that closes there.
    func isStarred(_ index: Int) -> Bool {
        var rest = utf8[tokens.tokens[index].source.upperBound...]
        if rest.first == UInt8(ascii: "\"") { rest = rest.dropFirst() }
        return rest.first == UInt8(ascii: "*")
    }

    /// What the beginning that a word's forms share counts, as a share of the word itself.
    private static let beginningWeight: Float = 0.5

    /// English endings that a person may be about to type.
    private static let completions = ["", "e", "y", "ing", "ion", "tion", "ation", "al", "ly"]

    /// A shorter stem says too little about what was meant.
    private static let shortestStem = 3
}

// MARK: - Scripts without spaces

extension QueryParser {
    /// The characters that follow each other without a gap.
    private func run(from start: Int, to end: Int) -> Range<Int> {
        var index = start + 1
        while index < end, tokens.tokens[index].kind == .character,
            tokens.tokens[index].source.lowerBound == tokens.tokens[index - 1].source.upperBound
        {
            index += 1
        }
        return start..<index
    }

    /// A character alone is looked for alone, several as the pairs that overlap in them: without a dictionary nobody
    /// knows where a word ends, and a pair is most often part of one. Words of one character are in there too (猫の名前,
    /// 책을), so characters that can be one count a little by themselves.
    private func addRun(_ run: Range<Int>, to query: inout KeywordQuery) {
        guard run.count > 1 else { return query.add(.init(terms: [terms[run.lowerBound]])) }
        for index in run.dropLast() { query.add(.init(terms: [terms[index], terms[index + 1]])) }
        let words = run.filter { FunctionCharacters.canBeWord(terms[$0]) }
        // Two such characters and nothing else are one word: 京都 is not looked for in 東京.
        guard run.count > 2 || words.count < 2 else { return }
        for index in words { query.add(.init(terms: [terms[index]]), weight: Self.characterWeight) }
    }

    /// What a character of a run counts, as a share of the pairs that it is in.
    private static let characterWeight: Float = 0.3
}
