/// English words to stems: irregular forms by a list, everything else by Porter's rules.
enum EnglishStemmer {
    /// Reduces a word of lower-case ASCII letters in place.
    static func stem(_ word: inout WordBuffer) {
        if let stem = irregularForms[word] {
            word.replace(with: stem)
        } else {
            PorterStemmer.stem(&word)
        }
    }

    /// Stems by irregular form: went → go.
    private static let irregularForms = WordTable(
        IrregularForms.table.flatMap { row in
            let words = row.split(separator: " ")
            var base = WordBuffer(words[0])
            PorterStemmer.stem(&base)
            return words.dropFirst().map { (String($0), base.string) }
        }
    )
}
