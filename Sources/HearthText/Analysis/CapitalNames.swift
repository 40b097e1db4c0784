/// Function words that are names where they are written in capitals: the United States, information technology, the
/// World Health Organization.
///
/// `let us go home` is no answer to `US`. So the index has the name besides the word, under a term that no word has.
enum CapitalNames {
    static func contains(_ word: some Sequence<UInt8>) -> Bool {
        words.contains { $0.elementsEqual(word) }
    }

    /// What the index has for a name: the word and a middle dot.
    static func term(_ word: String) -> String { word + mark }

    /// Whether a term stands for such a name.
    static func isTerm(_ term: String) -> Bool { term.hasSuffix(mark) }

    private static let mark = "·"
    private static let words = ["us", "it", "who"].map { Array($0.utf8) }
}
