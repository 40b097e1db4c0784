/// The words of a text in their order, without those that carry nothing, for comparing what two texts say.
package struct WordSequence: Sendable {
    /// The words that carry meaning, stemmed.
    package let words: [String]

    package init(_ text: String) {
        words = TextAnalyzer(stems: false).tokens(of: text).terms
            .filter { !Self.light.contains($0) }
            .map { Self.turning.contains($0) ? $0 : TextAnalyzer.stem(of: $0) }
    }

    /// The words that this text has besides all those of another one, in the same order; nil if it lacks one of them or
    /// has them in another order.
    package func additions(to other: WordSequence) -> [String]? {
        var additions: [String] = []
        var next = other.words.startIndex
        for word in words {
            if next < other.words.endIndex, other.words[next] == word { next += 1 } else { additions.append(word) }
        }
        return next == other.words.endIndex ? additions : nil
    }

    /// Whether a word may turn what the others say into something else: a negation, or a number.
    package static func turns(_ word: String) -> Bool {
        turning.contains(word) || word.unicodeScalars.contains { $0.properties.numericType != nil }
    }

    private static let light = list(
        """
        a an the and of to in on at is are was were be been it its this that just so very also der die das ein eine und ist \
        sind war auch
        """
    )

    /// Folded, as the analyser writes them.
    private static let turning = list(
        """
        no not nor never none nobody nothing nowhere neither without cannot cant dont doesnt didnt isnt arent wasnt werent \
        wont wouldnt shouldnt couldnt hasnt havent hadnt mustnt unless except but only until if nicht kein keine keinen \
        keinem keiner nie niemals niemand nichts ohne nur aber ausser bis wenn не нет ни без никогда لا لم لن ليس
        """
    )

    private static func list(_ words: String) -> Set<String> { Set(words.split(separator: " ").map(String.init)) }
}
