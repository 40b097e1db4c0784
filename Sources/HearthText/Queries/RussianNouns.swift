/// Russian nouns that end in `ан` or `ян` and look like participles: the stemmer takes the `н` off the `ресторан` of the first
/// case and not off the `ресторане` of another. A query looks for both stems.
enum RussianNouns {
    /// The stem that other cases of a word may have, besides its own.
    static func otherStem(of word: String, stem: String) -> String? {
        // Most words end in a letter of ASCII.
        guard let last = stem.utf8.last, last >= 0x80 else { return nil }
        guard vowels.contains(where: stem.hasSuffix) else {
            let isWhole = vowels.contains { stem.hasSuffix("\($0)н") }
            return isWhole && stem.count > shortestStem ? String(stem.dropLast()) : nil
        }
        let whole = stem + "н"
        return word.hasPrefix(whole) && stem.count >= shortestStem ? whole : nil
    }

    private static let vowels = ["а", "я"]
    /// A shorter one is mostly that of another word.
    private static let shortestStem = 3
}
