/// Takes off Hebrew words what is written together with them in front: and, the, in, to, from, as, that (הבית, בבית, לבית,
/// ושמהבית).
///
/// Nobody can tell without a dictionary whether such a letter belongs to the word (מלון, שלום), so it always goes as long
/// as three letters stay, or two behind an article. Then a word and the same word behind any of them have one stem. What
/// is only that alike in its stem has one too, which is rare in texts of one person.
enum HebrewStemmer {
    /// Bytes of a letter in UTF-8.
    private static let letter = 2

    /// Reduces a word of Hebrew letters in place.
    static func stem(_ word: inout WordBuffer) {
        while word.count > 3 * letter && prefixes.contains(where: word.hasPrefix)
            || word.count > 2 * letter && word.hasPrefix("ה")
        {
            word.removeFirst(letter)
        }
    }

    private static let prefixes: [Affix] = ["ה", "ו", "ב", "ל", "מ", "כ", "ש"]
}
