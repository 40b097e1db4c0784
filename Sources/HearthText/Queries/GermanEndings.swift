/// The endings and beginnings that German inflection gives to a word, for queries that are German.
///
/// The index doesn't know the language of a text, and German endings taken off English words do harm (`flower`,
/// `listen`). A query usually gives its language away; so for a German one the beginning that a word's forms share is
/// searched as well: `Häusern` also finds what begins with `haus`: Haus, Hauses, Häuser and the compounds of it.
enum GermanEndings {
    /// The shortest beginning worth looking for.
    private static let shortestBeginning = 4

    /// Whether a query is German: it has a function word that only German has; or it has none that only English has,
    /// and two other German ones or a German letter.
    ///
    /// - Parameters:
    ///   - words: The words of the query.
    ///   - lists: For each, which lists of function words have it.
    static func isGerman(_ text: String, words: [String], _ lists: [StopWords.Lists]) -> Bool {
        let german = lists.indices.filter { lists[$0].contains(.german) }
        if german.contains(where: { !ambiguous.contains(words[$0]) }) { return true }
        if lists.contains(where: { $0.contains(.english) && !$0.contains(.german) }) { return false }
        if german.count > 1 { return true }
        return !text.utf8.allSatisfy { $0 < 0x80 } && text.unicodeScalars.contains(where: isGermanLetter)
    }

    /// The beginnings that the forms of a folded word share; none for a short word.
    static func beginnings(of word: String) -> [String] {
        guard word.utf8.count >= shortestBeginning, word.utf8.allSatisfy({ $0 >= UInt8(ascii: "a") }) else { return [] }
        var beginnings = [stripped(word)]
        if word.hasPrefix("ge"), word.hasSuffix("t") || word.hasSuffix("en") {  // gekauft: kaufen
            let verb = stripped(String(word.dropFirst(2)))
            if verb.utf8.count >= shortestBeginning { beginnings.append(verb) }
        } else if word.hasSuffix("en") || word.hasSuffix("e") || word.hasSuffix("t") {  // kaufen: gekauft
            beginnings.append("ge" + beginnings[0])
        }
        return beginnings
    }

    private static func stripped(_ word: String) -> String {
        let ending = endings.first { word.hasSuffix($0) && word.utf8.count - $0.utf8.count >= shortestBeginning }
        return String(word.dropLast(ending?.count ?? 0))
    }

    private static let endings = ["ern", "em", "en", "er", "es", "st", "e", "n", "s", "t"]

    /// German function words that other languages have too, or that are English words.
    private static let ambiguous: Set<String> = [
        "alle", "also", "am", "an", "da", "das", "dem", "den", "des", "die", "du", "er", "es", "fur", "hat", "in",
        "ins", "ja",
        "man", "mir", "so", "um", "uns", "war", "was", "will",
    ]

    private static func isGermanLetter(_ scalar: Unicode.Scalar) -> Bool {
        "äöüÄÖÜßẞ\u{308}".unicodeScalars.contains(scalar)
    }
}
