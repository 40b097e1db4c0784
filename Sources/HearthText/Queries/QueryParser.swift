/// Turns the tokens of a query into clauses.
struct QueryParser {
    private let text: String
    let utf8: [UInt8]
    let tokens: TokenizedText
    let terms: [String]
    /// The terms as the index has them.
    private let stems: [String]
    /// Whether all words are in small letters of ASCII between spaces.
    let hasPlainWordsAlone: Bool
    /// For each term, which lists of function words have it.
    private let lists: [StopWords.Lists]
    private let isGerman: Bool
    /// Words that a query in its language drops besides.
    private let stopWords: Set<String>
    /// Where a request begins to say what it is for: behind "could you help me find".
    private let start: Int
    /// What says nothing but that something was, in the language of a query with dates.
    private var fillers: TimeQuestions.Fillers?
    /// The characters that only say that something is asked, where others say what.
    private let asking: Set<Int>
    private var quotations: [Quotation] = []
    private var dates: [DateInQuery] = []
    /// Whether the quotations need not occur: in a sentence, where they name a book or a song, and in a piece of code.
    private var isLoose = false

    /// The tokens between two quotation marks.
    private struct Quotation {
        var tokens: Range<Int>
        /// As it was typed.
        var text: String
        var phrase: KeywordQuery.Phrase
        var isOptional: Bool
    }

    /// A date and its tokens.
    private struct DateInQuery {
        var tokens: Range<Int>
        var date: FoundDate
    }

    /// Reads a query.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - today: The day from which "yesterday" and its like count, if they are dates.
    ///   - optional: The quotations that need not occur.
    init(_ text: String, today: CivilDate?, optional: Set<KeywordQuery.Phrase>) {
        self.text = text
        utf8 = Array(text.utf8)
        let tokens = TextAnalyzer(stems: false).tokens(of: text)
        self.tokens = tokens
        let terms = tokens.terms
        self.terms = terms
        stems = terms.indices.map { tokens.tokens[$0].kind == .word ? TextAnalyzer.stem(of: terms[$0]) : terms[$0] }
        hasPlainWordsAlone = tokens.tokens.allSatisfy(\.isPlain)
        let lists = terms.map(StopWords.lists(with:))
        self.lists = lists
        isGerman = GermanEndings.isGerman(text, words: terms, lists)
        stopWords = isGerman ? [] : StopWords.list(of: terms, lists)
        start = Request.length(in: terms)
        let characterCount = tokens.tokens.count { $0.kind == .character }
        let asking = characterCount == 0 ? [] : QuestionCharacters.places(in: terms[...])
        self.asking = asking.count < characterCount ? asking : []
        let scalars = QuotationMarks.mayStand(in: utf8) ? Array(text.unicodeScalars) : []
        for source in QuotationMarks(in: scalars).quotations {
            let range = tokens.range(in: source)
            guard !range.isEmpty else { continue }
            let typed = String(decoding: utf8[source], as: UTF8.self)
            let phrase = phrase(range)
            let isOptional = optional.contains(phrase)
            quotations.append(Quotation(tokens: range, text: typed, phrase: phrase, isOptional: isOptional))
        }
        if hasPlainWordsAlone ? QueryDates.mayStand(in: terms) : QueryDates.mayStand(in: utf8) {
            dates = QueryDates(in: text, today: today).dates.prefix(Self.mostDates)
                .map { DateInQuery(tokens: tokens.range(in: $0.source), date: $0) }
                .filter { date in !date.tokens.isEmpty && !date.tokens.contains { isStarred($0) } }
        }
        if !dates.isEmpty { fillers = TimeQuestions.Fillers(of: terms) }
        guard !quotations.isEmpty else { return }
        let dated = Set(dates.flatMap(\.tokens))
        let isSentence = gaps(around: quotations.map(\.tokens)).joined()
            .contains { isStopWord($0) && !dated.contains($0) }
        isLoose = isSentence || CodeSnippets.isCode(scalars)
    }

    /// The most dates that are read: each is compared with every document.
    private static let mostDates = 32

    /// Adds the clauses of the query, and its dates.
    func parse(into query: inout KeywordQuery) {
        query.reserve(words: tokens.count)
        for quotation in quotations { addQuotation(quotation, to: &query) }
        let subjects = quotations.isEmpty && !dates.isEmpty ? subjectCount : nil
        let hasFullDate = dates.contains { $0.tokens.count > 1 || $0.date.isRelative }
        query.setDates(
            dates.map(\.date.term),
            isAboutTime: subjects == 0,
            isMostlyTime: subjects.map { $0 <= 1 } == true && hasFullDate,
            hasFullDate: hasFullDate,
            mayBeVersion: dates.contains(where: \.date.mayBeVersion),
            words: dates.isEmpty ? [] : Set(tokens.tokens.indices.filter { !isSubject($0) }.map { word($0) })
        )
        // A query of stop words alone is about them.
        let keepsStopWords =
            !quotations.contains { isRequired($0) } && dates.isEmpty
            && tokens.tokens.indices.allSatisfy { isStopWord($0) }
        let required = quotations.filter { isRequired($0) }.map(\.tokens)
        for passage in gaps(around: required) { addPassage(passage, keepsStopWords: keepsStopWords, to: &query) }
    }

    /// Adds the words of a stretch without phrases that must occur.
    private func addPassage(_ passage: Range<Int>, keepsStopWords: Bool, to query: inout KeywordQuery) {
        var (index, date, unspelled) = (passage.lowerBound, 0, passage.lowerBound)
        while index < passage.upperBound {
            while date < dates.count, dates[date].tokens.upperBound <= index { date += 1 }
            if date < dates.count, dates[date].tokens.contains(index) {
                let end = min(dates[date].tokens.upperBound, passage.upperBound)
                addDate(dates[date], index..<end, to: &query)
                addSpellings(of: unspelled..<index, keepsStopWords: keepsStopWords, to: &query)
                (index, unspelled) = (end, end)
            } else if tokens.tokens[index].kind == .character {
                let next = date < dates.count ? dates[date].tokens.lowerBound : passage.upperBound
                let run = run(from: index, to: min(next, passage.upperBound))
                addRun(run, to: &query)
                index = run.upperBound
            } else {
                addWord(index, keepsStopWords: keepsStopWords, to: &query)
                if index + 1 < passage.upperBound { addPair(index, keepsStopWords: keepsStopWords, to: &query) }
                index += 1
            }
        }
        addSpellings(of: unspelled..<passage.upperBound, keepsStopWords: keepsStopWords, to: &query)
    }

    func isStopWord(_ index: Int) -> Bool {
        guard tokens.tokens[index].kind == .word, !isWrittenAsName(index) else { return false }
        return index < start || stopWords.contains(terms[index])
            || StopWords.contains(lists[index], inGerman: isGerman)
    }
}

extension TokenizedText {
    /// The tokens that begin inside some bytes of the text.
    fileprivate func range(in source: Range<Int>) -> Range<Int> {
        let first = tokens.firstIndex { $0.source.lowerBound >= source.lowerBound } ?? count
        let last = tokens[first...].firstIndex { $0.source.lowerBound >= source.upperBound } ?? count
        return first..<last
    }
}

// MARK: - Quotations

extension QueryParser {
    /// What lies around some ranges of tokens.
    private func gaps(around ranges: [Range<Int>]) -> [Range<Int>] {
        guard !ranges.isEmpty else { return [0..<tokens.count] }
        let starts = [0] + ranges.map(\.upperBound)
        let ends = ranges.map(\.lowerBound) + [tokens.count]
        return zip(starts, ends).map { $0..<$1 }
    }

    private func isRequired(_ quotation: Quotation) -> Bool { !isLoose && !quotation.isOptional }

    private func addQuotation(_ quotation: Quotation, to query: inout KeywordQuery) {
        query.add(quotation.phrase, isRequired: isRequired(quotation), quotation: quotation.text)
    }

    private func phrase(_ range: Range<Int>) -> KeywordQuery.Phrase {
        var stems = range.prefix(Self.longestPhrase).map(stem)
        let isPrefix = range.count <= Self.longestPhrase && isStarred(range.upperBound - 1)
        if isPrefix { stems[stems.count - 1] = terms[range.upperBound - 1] }
        return .init(terms: stems, isPrefix: isPrefix)
    }

    /// The most words of a phrase that count.
    private static let longestPhrase = 64
}

// MARK: - Dates

extension QueryParser {
    /// Adds a date as it was typed and the month's name, and leaves out the numbers.
    private func addDate(_ date: DateInQuery, _ range: Range<Int>, to query: inout KeywordQuery) {
        if date.date.isRelative {
            addTerms(ofRelative: date.date.term, to: &query)
        } else if range.count == 1 {
            return addWholeDate(date.date, range.lowerBound, to: &query)
        } else {
            let typed = KeywordQuery.Phrase(terms: range.prefix(Self.longestPhrase).map(stem))
            addSpellings(of: date.date.term, typed: typed, to: &query)
        }
        for index in range
        where tokens.tokens[index].kind == .word && !startsWithDigit(index)
            && !MonthName.connectives.contains(terms[index]) && !NumericDate.endingsOfFirst.contains(terms[index])
        {
            addWord(index, keepsStopWords: false, to: &query)
            if index + 1 < range.upperBound { addPair(index, keepsStopWords: false, to: &query) }
        }
    }

    /// Adds what the index has for a date in a text, however it is written there. As it was typed it is one of these
    /// spellings.
    private func addSpellings(of date: DateTerm, typed: KeywordQuery.Phrase, to query: inout KeywordQuery) {
        let ends = [date.first, date.last, date.other, date.otherLast].compactMap(\.self)
        let terms = (ends + (date.days ?? [])).compactMap(\.term).map { KeywordQuery.Phrase(terms: [$0]) }
        guard let first = terms.first else { return query.add(typed, isDate: true) }
        query.add(first, isDate: true)
        for other in terms.dropFirst() + [typed] { query.add(variant: other, weight: 0, isDate: true) }
        query.add(.init(readings: terms + [typed], clauses: terms + [typed]))
        // A text that says no year may mean the one that is asked for.
        for end in ends {
            guard let term = end.termOfAnyYear else { continue }
            query.add(variant: .init(terms: [term]), isDate: true)
        }
    }

    /// Adds what the index has for a date that was said from today on. As it was typed it is no date of a text, whose
    /// "yesterday" was another day. Of a week each day is one of its readings.
    private func addTerms(ofRelative date: DateTerm, to query: inout KeywordQuery) {
        let days = date.days ?? [date.first, date.last].compactMap(\.self)
        let terms = days.flatMap { [$0.term, $0.termOfAnyYear] }.compactMap(\.self)
            .map { KeywordQuery.Phrase(terms: [$0]) }
        for (place, term) in terms.enumerated() {
            query.add(variant: term, weight: place == 0 ? KeywordQuery.variantWeight : 0, isDate: true)
        }
        query.add(.init(readings: terms, clauses: terms))
    }

    /// Adds a date that is one word. A year behind a preposition is a word like others; without one it may be what is
    /// looked for itself.
    private func addWholeDate(_ date: FoundDate, _ index: Int, to query: inout KeywordQuery) {
        let isTyped = !date.isYearAlone || tokens.count == 1
        guard !isStopWord(index) else { return }
        query.add(.init(terms: [stem(index)]), isDate: isTyped)
    }

    /// Whether a token is part of a date.
    func isDated(_ index: Int) -> Bool { dates.contains { $0.tokens.contains(index) } }

    private func startsWithDigit(_ index: Int) -> Bool {
        terms[index].utf8.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    /// How many words of a query with dates say what is asked for besides what was at a time.
    private var subjectCount: Int { tokens.tokens.indices.count { isSubject($0) } }

    /// Whether a word of a query with dates says what is asked for.
    private func isSubject(_ index: Int) -> Bool {
        guard !isDated(index) else { return false }
        switch tokens.tokens[index].kind {
        case .word: return isStarred(index) || !isStopWord(index) && !isFiller(index)
        case .character: return !TimeQuestions.isFillerCharacter(terms[index])
        case .emoji: return true
        }
    }

    /// Whether a word says nothing but that something was. "event log 2025" may be a log with that number.
    private func isFiller(_ index: Int) -> Bool {
        let isCertain = dates.contains { !$0.date.isYearAlone || $0.date.hasPreposition }
        return isCertain && fillers?.contains(terms[index]) == true
    }
}

// MARK: - Words

extension QueryParser {
    private func addWord(_ index: Int, keepsStopWords: Bool, to query: inout KeywordQuery) {
        if isStarred(index) { return addPrefix(index, to: &query) }
        guard keepsStopWords || !isStopWord(index) else { return }
        query.add(word(index))
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

    func stem(_ index: Int) -> String { stems[index] }

    /// Whether a `*` follows a token at once, or behind the quotation mark that closes there.
    func isStarred(_ index: Int) -> Bool {
        let rest = utf8[tokens.tokens[index].source.upperBound...]
        guard let next = rest.first else { return false }
        if next == UInt8(ascii: "*") { return true }
        guard next >= 0x80 || next == UInt8(ascii: "\"") else { return false }
        // No scalar takes more than four bytes.
        let mark = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first
        guard let mark, QuotationMarks.contains(mark) else { return false }
        return rest.dropFirst(UTF8.width(mark)).first == UInt8(ascii: "*")
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
        for index in run.dropLast() {
            let isAsking = asking.contains(index) || asking.contains(index + 1)
            let isLight = isAsking && [index, index + 1].allSatisfy { asking.contains($0) || !isWord($0) }
            let weight: Float = isLight ? Self.askingWeight : 1
            query.add(.init(terms: [terms[index], terms[index + 1]]), weight: weight)
        }
        let words = run.filter(isWord)
        // Two such characters and nothing else are one word: 京都 is not looked for in 東京.
        guard run.count > 2 || words.count < 2 else { return }
        for index in words where !asking.contains(index) {
            query.add(.init(terms: [terms[index]]), weight: Self.characterWeight)
        }
    }

    private func isWord(_ index: Int) -> Bool { FunctionCharacters.canBeWord(terms[index]) }

    /// What a pair of characters counts that only says that something is asked.
    private static let askingWeight: Float = 0.1

    /// What a character of a run counts, as a share of the pairs that it is in.
    private static let characterWeight: Float = 0.3
}
