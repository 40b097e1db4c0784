/// Larkey's light stemmer for Arabic ("light10": Larkey, Ballesteros, Connell, "Light Stemming for Arabic Information
/// Retrieval", 2007): the article with its particles in front, and the commonest endings.
///
/// Works on folded words, in which every alef is ا, every yaa ي and taa marbuta ه. Plurals that change inside the word
/// (كتاب, كتب) are two words to it. Persian and Urdu share the script and lose little by it.
enum ArabicStemmer {
    /// Bytes of a letter in UTF-8.
    private static let letter = 2

    /// Reduces a word of folded Arabic letters in place.
    static func stem(_ word: inout WordBuffer) {
        if word.hasPrefix("و"), word.count >= 4 * letter { word.removeFirst(letter) }
        for prefix in articles where word.hasPrefix(prefix) {
            if word.count >= prefix.count + 2 * letter { word.removeFirst(prefix.count) }
            break
        }
        for suffix in endings where word.hasSuffix(suffix) && word.count >= suffix.count + 2 * letter {
            word.removeLast(suffix.count)
        }
    }

    private static let articles: [Affix] = ["وال", "بال", "كال", "فال", "ال", "لل"]
    private static let endings: [Affix] = ["ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"]
}
