/// The Snowball stemmer for Russian (https://snowballstem.org/algorithms/russian/stemmer.html), for words of Cyrillic
/// letters.
///
/// It knows endings, not words. So it also serves other languages in that script as far as their endings are the same,
/// and otherwise leaves them as they are.
enum RussianStemmer {
    /// Reduces a word of lower-case Cyrillic letters in place.
    static func stem(_ word: inout WordBuffer) {
        let regions = Regions(word)
        if !word.removeGerund(regions) {
            word.remove(longestOf: reflexive, from: regions.verbal)
            if !word.removeAdjectival(regions), !word.removeEnding(among: verbs, regions) {
                word.remove(longestOf: nouns, from: regions.verbal)
            }
        }
        word.remove(longestOf: ["и"], from: regions.verbal)
        word.removeDerivational(regions)
        word.tidy(regions)
    }

    fileprivate struct Regions {
        /// Begins behind the first vowel; endings are taken off here.
        private(set) var verbal: Int
        /// Behind the second consonant that follows a vowel; `-ость` is taken off here.
        private(set) var second: Int

        init(_ word: WordBuffer) {
            verbal = word.count
            second = word.count
            var wanted = [true, false, true, false][...]
            for index in stride(from: 0, to: word.count - 1, by: 2) {
                guard let vowel = wanted.first, word.isRussianVowel(index) == vowel else { continue }
                wanted.removeFirst()
                if wanted.count == 3 { verbal = index + 2 }
                if wanted.isEmpty { second = index + 2 }
            }
        }
    }

    /// An ending; some are only one behind `а` or `я`. Longer ones stand first.
    fileprivate struct Ending {
        let suffix: Affix
        let needsVowel: Bool
    }

    private static func endings(afterVowel: [Affix], free: [Affix]) -> [Ending] {
        let all =
            afterVowel.map { Ending(suffix: $0, needsVowel: true) } + free.map { Ending(suffix: $0, needsVowel: false) }
        return all.sorted { $0.suffix.count > $1.suffix.count }
    }

    fileprivate static let gerunds = endings(
        afterVowel: ["в", "вши", "вшись"],
        free: ["ив", "ыв", "ивши", "ывши", "ившись", "ывшись"]
    )
    fileprivate static let participles = endings(
        afterVowel: ["ем", "нн", "вш", "ющ", "щ"],
        free: ["ивш", "ывш", "ующ"]
    )
    fileprivate static let verbs = endings(
        afterVowel: [
            "ла", "на", "ете", "йте", "ли", "й", "л", "ем", "н", "ло", "но", "нно", "ет", "ют", "ны", "ть", "ешь",
        ],
        free: [
            "ила", "ыла", "ена", "ейте", "уйте", "ите", "или", "ыли", "ей", "уй", "ил", "ыл", "им", "ым", "ен", "ило",
            "ыло", "ено", "ят", "ует", "уют", "ит", "ыт", "ены", "ить", "ыть", "ишь", "ую", "ю",
        ]
    )
    fileprivate static let adjectives: [Affix] = [
        "ими", "ыми", "его", "ого", "ему", "ому", "ее", "ие", "ое", "ые", "ей", "ий", "ой", "ый", "ем", "им", "ом",
        "ым", "их", "ых", "ею", "ою", "ую", "юю", "ая", "яя",
    ]
    private static let reflexive: [Affix] = ["сь", "ся"]
    private static let nouns: [Affix] = [
        "иями", "ами", "ями", "ией", "ием", "иям", "иях", "ев", "ов", "ие", "ье", "еи", "ии", "ей", "ий", "ой", "ам",
        "ем", "ом", "ям", "ах", "ях", "ию", "ью", "ия", "ья", "а", "е", "и", "й", "о", "у", "ы", "ь", "ю", "я",
    ]
}

extension WordBuffer {
    fileprivate func isRussianVowel(_ index: Int) -> Bool {
        switch (self[index], self[index + 1]) {
        // а е и о, у ы э ю я
        case (0xD0, 0xB0), (0xD0, 0xB5), (0xD0, 0xB8), (0xD0, 0xBE): true
        case (0xD1, 0x83), (0xD1, 0x8B), (0xD1, 0x8D), (0xD1, 0x8E), (0xD1, 0x8F): true
        default: false
        }
    }

    @discardableResult
    fileprivate mutating func remove(longestOf suffixes: [Affix], from start: Int) -> Bool {
        guard let suffix = suffixes.first(where: { hasSuffix($0, from: start) }) else { return false }
        removeLast(suffix.count)
        return true
    }

    /// Removes the longest ending that matches, if its condition holds; the vowel it may need stays.
    fileprivate mutating func removeEnding(among endings: [RussianStemmer.Ending], _ regions: RussianStemmer.Regions)
        -> Bool
    {
        guard let ending = endings.first(where: { hasSuffix($0.suffix, from: regions.verbal) }) else { return false }
        if ending.needsVowel {
            let before = count - ending.suffix.count - 2
            let isVowel =
                before >= regions.verbal
                && ((self[before], self[before + 1]) == (0xD0, 0xB0)
                    || (self[before], self[before + 1]) == (0xD1, 0x8F))
            guard isVowel else { return false }
        }
        removeLast(ending.suffix.count)
        return true
    }

    fileprivate mutating func removeGerund(_ regions: RussianStemmer.Regions) -> Bool {
        removeEnding(among: RussianStemmer.gerunds, regions)
    }

    fileprivate mutating func removeAdjectival(_ regions: RussianStemmer.Regions) -> Bool {
        guard remove(longestOf: RussianStemmer.adjectives, from: regions.verbal) else { return false }
        _ = removeEnding(among: RussianStemmer.participles, regions)
        return true
    }

    fileprivate mutating func removeDerivational(_ regions: RussianStemmer.Regions) {
        let suffixes: [Affix] = ["ость", "ост"]
        remove(longestOf: suffixes, from: max(regions.verbal, regions.second))
    }

    /// Superlatives, one of two `н`, the soft sign.
    fileprivate mutating func tidy(_ regions: RussianStemmer.Regions) {
        if remove(longestOf: ["ейше", "ейш"], from: regions.verbal) {
            if hasSuffix("нн", from: regions.verbal) { removeLast(2) }
        } else if hasSuffix("нн", from: regions.verbal) {
            removeLast(2)
        } else {
            remove(longestOf: ["ь"], from: regions.verbal)
        }
    }
}

/// Larkey's light stemmer for Arabic ("light10": Larkey, Ballesteros, Connell, "Light Stemming for Arabic Information
/// Retrieval", 2007): the article with its particles in front, and the commonest endings.
///
/// Works on folded words, in which every alef is ا, every yaa ي and taa marbuta ه. Plurals that change inside the word
/// (كتاب, كتب) are two words to it. Persian and Urdu share the script, and it does them little harm.
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
