/// Finds the word that somebody probably meant.
package enum NearestWord {
    /// The known word that takes the fewest changes of one letter, if those are at most a third of its letters; upper and
    /// lower case are the same.
    package static func to(_ word: String, among known: some Sequence<String>) -> String? {
        let word = Array(word.lowercased())
        let ranked = known.map { (word: $0, changes: changes(from: word, to: Array($0.lowercased()))) }
        guard let best = ranked.min(by: { ($0.changes, $0.word) < ($1.changes, $1.word) }) else { return nil }
        return best.changes <= max(1, best.word.count / 3) ? best.word : nil
    }

    /// The edit distance of Levenshtein, row by row (Wagner and Fischer 1974).
    private static func changes(from word: [Character], to other: [Character]) -> Int {
        var row = Array(0...other.count)
        for (i, letter) in word.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, wanted) in other.enumerated() {
                let replaced = diagonal + (letter == wanted ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j + 1] + 1, row[j] + 1)
            }
        }
        return row[other.count]
    }
}
