/// Whether two texts say nearly the same, so that one of them is enough for a reader.
///
/// Wrong folding loses a fact, so a difference in a number or in a word that negates keeps two texts apart, whatever else they
/// share.
package struct NearDuplicates {
    /// The share of words that two texts have in common, of all that either has (Jaccard, 1901), from which one stands for
    /// both. Of ten words one may be another.
    private static let leastOverlap = 0.8

    private static let negations: Set<String> = [
        "no", "not", "never", "none", "nobody", "nothing", "without", "cannot", "t", "nicht", "kein", "keine", "nie",
        "ohne", "pas",
        "sans", "jamais",
    ]

    private var kept: [(words: Set<String>, telling: Set<String>)] = []

    package init() {}

    /// Takes a text in, unless one that was taken in before says nearly the same.
    ///
    /// - Returns: The place of that earlier text among those taken in; nil where this one was taken in.
    package mutating func take(_ text: String) -> Int? {
        let words = Self.words(of: text)
        let telling = words.filter { $0.contains(where: \.isNumber) || Self.negations.contains($0) }
        let place = kept.firstIndex { other in
            guard telling == other.telling else { return false }
            let shared = words.intersection(other.words).count
            let all = words.count + other.words.count - shared
            return all > 0 && Double(shared) >= Self.leastOverlap * Double(all)
        }
        if place == nil { kept.append((words, telling)) }
        return place
    }

    /// The words of a text; a character of a script without blanks is a word.
    private static func words(of text: String) -> Set<String> {
        var words: Set<String> = []
        var word = ""
        for character in text.lowercased() {
            let scalar = character.unicodeScalars.first?.value ?? 0
            if scalar >= 0x2E80, character.isLetter {
                words.insert(String(character))
            } else if character.isLetter || character.isNumber {
                word.append(character)
                continue
            }
            if !word.isEmpty { words.insert(word) }
            word = ""
        }
        if !word.isEmpty { words.insert(word) }
        return words
    }
}
