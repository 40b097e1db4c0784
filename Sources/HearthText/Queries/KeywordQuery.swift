/// What a person typed, as phrases to look for.
///
/// Any string is a query. Words are searched in all their forms, `"in quotes"` stands for a phrase that must occur, a
/// `*` behind a word for any ending. Everything else that is an operator in full-text engines is a word here, or
/// nothing. In a sentence, which has stop words outside the quotation marks, and in a piece of code, a quoted phrase need
/// not occur, and only raises what has it: `when did she read "Dune"?`
///
/// Of a date, what counts is the time that it names, in whatever form a text has it. Its numbers are not looked for one
/// by one: 3 and 2025 stand in too many other places.
package struct KeywordQuery: Sendable {
    /// Terms that stand side by side.
    package struct Phrase: Hashable, Sendable {
        /// At least one, each as the index has it.
        package var terms: [String]
        /// Whether the last term is the beginning of one.
        package var isPrefix = false
    }

    /// A phrase and its weight.
    package struct Clause: Sendable {
        package var phrase: Phrase
        /// What a match counts, 1 for a word that was typed once and is no part of a name.
        package var weight: Float
        /// Whether it was typed, and is not only a part or another way of it.
        package var isTyped: Bool { typed > 0 }
        /// How often it was typed.
        fileprivate var typed = 0
        /// Whether every result must have it.
        package var isRequired = false
        /// What was typed between the quotation marks, where the phrase is that.
        package var quotation: String?
        /// Whether it is a date as it was typed.
        package var isDate = false
        /// Whether it is another way to write what was typed, which stands beside it and need not occur.
        package var isVariant = false
    }

    /// Something that was typed and has several readings, such as `e-mail`: its two words, and `email`.
    ///
    /// A memory that holds one of the readings has all of it, and counts as holding each of the clauses. So it scores
    /// the same however it is written there, and before a memory that holds only a part.
    package struct Name: Sendable {
        package var readings: [Phrase]
        /// What stands for it in ``KeywordQuery/clauses``.
        package var clauses: [Phrase]
    }

    /// Two words that were typed side by side: `Proximity` looks for them in what was found.
    package struct Pair: Hashable, Sendable {
        package var first: String
        package var second: String
    }

    /// The most different phrases that one look at the index takes. Of a longer query the rarest are kept.
    package static let mostClauses = 64

    /// How much of a query is read, in UTF-8 bytes, and how much of that is its end. A question is shorter; of a page that
    /// is pasted, the question itself stands in front of it or behind.
    static let longestQuery = 16_384
    private static let longestEnd = 4_096

    package private(set) var clauses: [Clause] = []
    package private(set) var pairs: [Pair] = []
    /// The times that it names.
    package private(set) var dates: [DateTerm] = []
    /// Whether it asks for what was made at those times, and for nothing else.
    package private(set) var isAboutTime = false
    /// Whether the times are most of what it says: "dentist May 2025".
    package private(set) var isMostlyTime = false
    /// Whether what is read as a time may be a version instead: 9.5.26.
    package private(set) var mayBeVersion = false
    /// Whether one of the times is said in several parts, such as a month and its year. A year alone may be any number.
    package private(set) var hasFullDate = false
    /// The words of the times, and those that say only that something was: "happened".
    private var wordsOfTime: Set<Phrase> = []

    /// What was typed, as far as it is read.
    private let text: String
    /// When it was asked, in microseconds since 1970.
    private let instant: Int64?
    /// The phrases between quotation marks that were given up.
    private let optional: Set<Phrase>
    private var names: [Name] = []
    private var addresses: [Phrase] = []
    /// Where each phrase is in ``clauses``.
    private var places: [Phrase: Int] = [:]
    private var knownPairs: Set<Pair> = []

    /// Whether nothing is left to search for, as with an empty string or mere punctuation.
    var isEmpty: Bool { clauses.isEmpty }

    /// Reads what a person typed.
    ///
    /// - Parameters:
    ///   - text: What was typed.
    ///   - instant: When it was asked, in microseconds since 1970. "Yesterday" and its like count from there; without it
    ///     they are words.
    package init(_ text: String, askedAt instant: Int64? = nil) {
        self.init(text, askedAt: instant, optional: [])
    }

    private init(_ text: String, askedAt instant: Int64?, optional: Set<Phrase>) {
        self.text = Self.readPart(of: text)
        self.instant = instant
        self.optional = optional
        let parser = QueryParser(self.text, today: instant.map(CivilDay.date(of:)), optional: optional)
        parser.parse(into: &self)
        addresses = parser.addresses
        if clauses.count <= Self.mostClauses, pairs.count > Self.mostClauses {
            pairs = Array(pairs.prefix(Self.mostClauses))
        }
    }

    /// The beginning and the end of what is too long.
    private static func readPart(of text: String) -> String {
        guard text.utf8.count > longestQuery else { return text }
        var start = text.utf8.index(text.utf8.endIndex, offsetBy: -longestEnd)
        // The word that is cut there is left out.
        start = text[start...].firstIndex(where: \.isWhitespace) ?? start
        while start < text.utf8.endIndex, UTF8.isContinuation(text.utf8[start]) {
            start = text.utf8.index(after: start)
        }
        return text.prefix(utf8Length: longestQuery - longestEnd) + " " + text[start...]
    }

    /// The same query, in which some of the phrases that must occur need not, and their words are looked for as well.
    ///
    /// - Parameters:
    ///   - given: Phrases between quotation marks. Those that were given up before stay so.
    package func relaxed(_ given: Set<Phrase>) -> KeywordQuery {
        KeywordQuery(text, askedAt: instant, optional: optional.union(given))
    }

    /// The same query with some of its clauses alone, given in ascending order.
    package func keeping(_ kept: [Int]) -> KeywordQuery {
        var query = self
        query.clauses = kept.map { clauses[$0] }
        query.places = Dictionary(uniqueKeysWithValues: query.clauses.enumerated().map { ($1.phrase, $0) })
        let words = Set(query.clauses.lazy.filter { $0.phrase.terms.count == 1 }.map { $0.phrase.terms[0] })
        query.pairs = Array(
            pairs.lazy.filter { words.contains($0.first) || words.contains($0.second) }.prefix(Self.mostClauses)
        )
        return query
    }

    /// The clauses that count as held where any of others is: what was typed in several ways.
    package var readings: [(any: [Int], held: [Int])] {
        names.compactMap { name in
            let any = name.readings.compactMap { places[$0] }
            let held = name.clauses.compactMap { places[$0] }
            return any.isEmpty || held.isEmpty ? nil : (any, held)
        }
    }

    /// The clauses that say what is asked for besides a time.
    package var subjects: [Int] {
        clauses.indices.filter { !clauses[$0].isDate && !wordsOfTime.contains(clauses[$0].phrase) }
    }

    /// Which clauses every result must have.
    package var required: [Int] { clauses.indices.filter { clauses[$0].isRequired } }

    /// For each pair, those of its words that are clauses, if any is: a text without them does not have the pair.
    package var clausesOfPairs: [[Int]] {
        pairs.map { pair in [pair.first, pair.second].compactMap { places[Phrase(terms: [$0])] } }
            .filter { !$0.isEmpty }
    }

    /// The expression for FTS5's `MATCH` that finds those of one user's memories that have any of the clauses; nil
    /// where there is nothing to look for.
    ///
    /// FTS5 counts phrases in the order in which they are written, so its phrase i is clause i.
    package func matchExpression(userKey: UserKey) -> String? {
        matchExpression(userKey: userKey, of: Array(clauses.indices))
    }

    /// The same for some of the clauses: FTS5's phrase i is the i-th of them.
    package func matchExpression(userKey: UserKey, of places: [Int]) -> String? {
        guard !places.isEmpty else { return nil }
        let key = String(decoding: userKey.prefix, as: UTF8.self)
        return
            places.map { clauses[$0] }
            .map { clause in
                // Terms hold no quotation mark: nothing to escape.
                let terms = clause.phrase.terms.map { key + $0 }.joined(separator: " ")
                return clause.phrase.isPrefix ? "\"\(terms)\" *" : "\"\(terms)\""
            }
            .joined(separator: " OR ")
    }
}

// MARK: - As typed

extension KeywordQuery {
    /// A longer query is a question, which hardly stands in a memory as it was typed.
    private static let mostTypedClauses = 8

    /// The clauses that a text has in which the query stands as typed.
    package var typedClauses: [Int] {
        clauses.indices.filter { clauses[$0].isTyped && !clauses[$0].phrase.isPrefix }
    }

    /// The clauses that are addresses on a network. A text that has one of them has what matters of a query like
    /// `ssh root@192.168.1.10`.
    package var addressClauses: [Int] { addresses.compactMap { places[$0] } }

    /// Whether it is worth looking for the query as it was typed.
    package var canStandAsTyped: Bool { (1...Self.mostTypedClauses).contains(typedClauses.count) }
}

// MARK: - Building

extension KeywordQuery {
    /// Makes room for the clauses of so many words, with a few that stand beside them.
    mutating func reserve(words count: Int) {
        clauses.reserveCapacity(count + 2)
        places.reserveCapacity(count + 2)
        pairs.reserveCapacity(count)
        knownPairs.reserveCapacity(count)
    }

    /// Adds a clause, or adds its weight to the one that is there.
    mutating func add(
        _ phrase: Phrase,
        weight: Float = 1,
        isRequired: Bool = false,
        quotation: String? = nil,
        isDate: Bool = false
    ) {
        if let place = places[phrase] {
            clauses[place].weight += weight
            clauses[place].typed += weight >= 1 ? 1 : 0
            clauses[place].isRequired = clauses[place].isRequired || isRequired
            clauses[place].quotation = clauses[place].quotation ?? quotation
            clauses[place].isDate = clauses[place].isDate || isDate
            clauses[place].isVariant = false
        } else {
            places[phrase] = clauses.count
            clauses.append(
                Clause(
                    phrase: phrase,
                    weight: weight,
                    typed: weight >= 1 ? 1 : 0,
                    isRequired: isRequired,
                    quotation: quotation,
                    isDate: isDate
                )
            )
        }
    }

    /// What another way to write something counts, so that words don't gain on meaning by being written in several ways.
    static let variantWeight: Float = 0.5

    /// Adds another way to write what was typed, unless it is looked for already.
    mutating func add(variant phrase: Phrase, weight: Float = variantWeight, isDate: Bool = false) {
        guard clauses.count < Self.mostClauses, places[phrase] == nil else { return }
        places[phrase] = clauses.count
        clauses.append(Clause(phrase: phrase, weight: weight, isDate: isDate, isVariant: true))
    }

    /// Whether a phrase is looked for.
    func holds(_ phrase: Phrase) -> Bool { places[phrase] != nil }

    /// Adds words that were typed as one name, as a whole too. The name counts as much as its words: they give up what
    /// the whole takes.
    ///
    /// - Parameters:
    ///   - words: The words, which are looked for already unless they are stop words.
    ///   - whole: What a memory that holds all of the name has.
    mutating func add(whole: Phrase, of words: [Phrase]) {
        let places = Set(words.compactMap { self.places[$0] })
        guard !places.isEmpty, self.places[whole] == nil, clauses.count < Self.mostClauses else { return }
        for place in places { clauses[place].weight -= Self.variantWeight / Float(places.count) }
        add(variant: whole)
    }

    /// Notes what has several readings. The readings and the clauses are added besides.
    mutating func add(_ name: Name) { names.append(name) }

    /// Adds a pair of words unless it is there.
    mutating func add(_ pair: Pair) {
        if knownPairs.insert(pair).inserted { pairs.append(pair) }
    }

    /// Notes the times that the query names.
    ///
    /// - Parameters:
    ///   - isAboutTime: Whether nothing else is asked for.
    ///   - isMostlyTime: Whether at most one word is.
    ///   - hasFullDate: Whether one of them is said in several parts.
    ///   - mayBeVersion: Whether one of them may be a version.
    ///   - words: The words that say nothing besides the times.
    mutating func setDates(
        _ dates: [DateTerm],
        isAboutTime: Bool,
        isMostlyTime: Bool,
        hasFullDate: Bool,
        mayBeVersion: Bool,
        words: Set<Phrase>
    ) {
        for date in dates where !self.dates.contains(date) { self.dates.append(date) }
        self.isAboutTime = isAboutTime
        self.isMostlyTime = isMostlyTime
        self.hasFullDate = hasFullDate
        self.mayBeVersion = mayBeVersion
        wordsOfTime = words
    }
}

extension String {
    /// The beginning of a string in at most so many bytes, cut at a scalar.
    package func prefix(utf8Length: Int) -> String {
        guard utf8.count > utf8Length else { return self }
        var cut = utf8.index(utf8.startIndex, offsetBy: utf8Length)
        while UTF8.isContinuation(utf8[cut]) { cut = utf8.index(before: cut) }
        return String(self[..<cut])
    }
}
