/// What sets a text apart from one that says nearly the same.
///
/// Vectors know little of a number, a name or a `not`, and these make another fact of a sentence: `Tom is not allergic to
/// penicillin`, `Anna is allergic to penicillin`.
package struct TellingWords: Sendable {
    /// How two texts differ.
    package enum Difference: Sendable {
        /// By nothing that a reader would look for.
        case nothing
        /// By numbers alone.
        case numbers
        /// By a name, a negation, something that was asked for, or several words.
        case telling
    }

    /// What was asked for.
    package struct Query: Sendable {
        fileprivate let terms: Set<String>
        /// Whether it asks for a number, so that none is like another.
        package let hasNumbers: Bool

        package init(_ query: KeywordQuery?) {
            terms = Set((query?.clauses ?? []).filter(\.isTyped).flatMap(\.phrase.terms))
            hasNumbers = terms.contains { $0.utf8.contains(where: \.isASCIIDigit) }
        }
    }

    private enum Kind {
        case common
        case plain
        case number
        case telling
    }

    /// The stems of the text and what each is.
    private var kinds: [String: Kind] = [:]
    private let count: Int

    /// How much of a text is looked at, in UTF-8 bytes.
    private static let longestText = 4_096
    /// Of so many words one may be another.
    private static let wordsPerChange = 10

    package init(of text: String) {
        let text = text.prefix(utf8Length: Self.longestText)
        let bytes = Array(text.utf8)
        let tokens = TextAnalyzer(stems: false).tokens(of: text)
        count = tokens.count
        for (token, term) in zip(tokens.tokens, tokens.terms) {
            let stem = token.kind == .word ? TextAnalyzer.stem(of: term) : term
            let kind = Self.kind(of: term, writtenAs: bytes[token.source])
            if kinds[stem] != .telling { kinds[stem] = kind }
        }
    }

    /// How a text differs from a better one.
    package func difference(from better: TellingWords, asked: Query) -> Difference {
        var (own, others, hasNumbers) = (0, 0, false)
        for (term, kind) in kinds where better.kinds[term] == nil {
            if kind == .telling || asked.terms.contains(term) { return .telling }
            if kind == .number { hasNumbers = true }
            if kind == .plain { own += 1 }
        }
        for (term, kind) in better.kinds where kinds[term] == nil {
            if kind == .telling { return .telling }
            if kind == .number { hasNumbers = true }
            if kind == .plain { others += 1 }
        }
        if max(own, others) * Self.wordsPerChange > max(count, better.count) { return .telling }
        if hasNumbers { return asked.hasNumbers ? .telling : .numbers }
        return .nothing
    }

    private static func kind(of term: String, writtenAs source: ArraySlice<UInt8>) -> Kind {
        if negations.contains(term) { return .telling }
        if term.utf8.contains(where: \.isASCIIDigit) { return .number }
        if StopWords.contains(term, inGerman: false) { return .common }
        let first = String(decoding: source.prefix(4), as: UTF8.self).first
        return first?.isUppercase == true ? .telling : .plain
    }

    /// As the analyser writes them.
    private static let negations = Set(
        """
        no not nor never none nobody nothing nowhere neither without cannot except unless
        aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt shant shouldnt wasnt werent wont wouldnt
        nicht kein keine keinen keinem keiner nie niemals ohne pas sans jamais sin nunca jamas nessuno mai senza non niet
        geen nooit zonder nao nunca sem не нет ни нельзя никогда без لا لم لن ليس غير 不 没 沒 無 无 未 안 못
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
    )
}
