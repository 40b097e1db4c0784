/// Porter's stemmer for English, second edition, as Snowball 3 has it
/// (https://snowballstem.org/algorithms/english/stemmer.html).
///
/// A value holds one word of lower-case ASCII letters while the steps run over it.
struct PorterStemmer {
    private var word: WordBuffer
    /// Bit i says that letter i of the word, as it came, is a vowel.
    private let vowels: UInt64
    /// Where region 1 begins: behind the first consonant that follows a vowel. Most suffixes must lie in it.
    private let region1: Int
    /// Where region 2 begins: the same again inside region 1.
    private let region2: Int

    /// Reduces a word to its stem in place.
    static func stem(_ word: inout WordBuffer) {
        guard word.count > 2 else { return }
        if let stem = rules.exceptions[word] { return word.replace(with: stem) }
        var stemmer = PorterStemmer(word)
        let rules = rules
        stemmer.removePlural(rules)
        stemmer.removePastOrProgressive(rules)
        stemmer.replaceFinalY()
        stemmer.replaceSuffix(among: rules.double)
        stemmer.replaceSuffix(among: rules.derived)
        stemmer.replaceSuffix(among: rules.last)
        stemmer.tidy(rules)
        word = stemmer.word
    }

    private static let rules = PorterRules()

    private init(_ word: WordBuffer) {
        self.word = word
        vowels = Self.vowels(of: word)
        let irregular = word.count < 4 ? nil : Self.rules.irregularPrefixes.first { word.hasPrefix($0) }
        region1 = irregular?.count ?? Self.region(from: 0, vowels, word.count)
        region2 = Self.region(from: region1, vowels, word.count)
    }

    /// A `y` is a vowel except at the beginning and behind a vowel.
    private static func vowels(of word: WordBuffer) -> UInt64 {
        var vowels: UInt64 = 0
        var previous: UInt64 = 1
        for index in 0..<word.count {
            let letter = word[index]
            let isVowel: UInt64 = letter == UInt8(ascii: "y") ? previous ^ 1 : isVowelLetter(letter) ? 1 : 0
            vowels |= isVowel << UInt64(index)
            previous = isVowel
        }
        return vowels
    }

    private static func isVowelLetter(_ letter: UInt8) -> Bool {
        // Bits a, e, i, o and u.
        let vowels: UInt32 = 1 << 1 | 1 << 5 | 1 << 9 | 1 << 15 | 1 << 21
        return vowels >> UInt32(letter & 31) & 1 != 0
    }

    private static func region(from start: Int, _ vowels: UInt64, _ count: Int) -> Int {
        let vowel = (vowels >> UInt64(start)).trailingZeroBitCount + start
        let consonant = (~vowels >> UInt64(vowel)).trailingZeroBitCount + vowel
        return min(consonant + 1, count)
    }
}

// MARK: - Letters

extension PorterStemmer {
    private func hasVowel(before end: Int) -> Bool {
        end > 0 && vowels << UInt64(64 - end) != 0
    }

    private func isVowel(_ index: Int) -> Bool {
        // No replacement of a suffix has a `y`, so every `y` stands where it stood in the word as it came.
        word[index] == UInt8(ascii: "y") ? vowels >> UInt64(index) & 1 != 0 : Self.isVowelLetter(word[index])
    }

    /// Whether the word up to `end` ends in a short syllable; `past` counts as one, so that `paste` keeps its `e`.
    private func endsInShortSyllable(before end: Int) -> Bool {
        if end == 2 { return isVowel(0) && !isVowel(1) }
        guard end > 2, !isVowel(end - 1) else { return false }
        switch word[end - 1] {
        case UInt8(ascii: "w"), UInt8(ascii: "x"), UInt8(ascii: "y"): return false
        default: return isVowel(end - 2) && !isVowel(end - 3) || endsInPast(before: end)
        }
    }

    private func endsInPast(before end: Int) -> Bool {
        end >= 4 && word[end - 4] == UInt8(ascii: "p") && word[end - 3] == UInt8(ascii: "a")
            && word[end - 2] == UInt8(ascii: "s") && word[end - 1] == UInt8(ascii: "t")
    }

    /// Whether the letters up to `end` are one of some words.
    private func isOne(of words: [Affix], before end: Int) -> Bool {
        words.contains { $0.count == end && word.hasPrefix($0) }
    }
}

// MARK: - Steps

extension PorterStemmer {
    /// Step 1a: `-s` and its kin.
    private mutating func removePlural(_ rules: PorterRules) {
        if word.hasSuffix(rules.sses) {
            word.removeLast(2)
        } else if word.hasSuffix(rules.ied) || word.hasSuffix(rules.ies) {
            word.removeLast(word.count > 4 ? 2 : 1)
        } else if word[word.count - 1] == UInt8(ascii: "s"), word.first(of: rules.keptS) == nil,
            hasVowel(before: word.count - 2)
        {
            word.removeLast(1)
        }
    }

    /// Step 1b: `-ed` and `-ing`, and repairs to the end that is left.
    private mutating func removePastOrProgressive(_ rules: PorterRules) {
        guard let suffix = word.first(of: rules.pastOrProgressive) else { return }
        let start = word.count - suffix.count
        if suffix[0] == UInt8(ascii: "e"), suffix[1] == UInt8(ascii: "e") {
            if region1 <= start, !isOne(of: rules.wordsBeforeEed, before: start) {
                word.replaceLast(suffix.count, with: rules.ee)
            }
            return
        }
        if suffix.count == 3 {
            if start == 2, word[1] == UInt8(ascii: "y"), !isVowel(0) { return word.replaceLast(4, with: rules.ie) }
            if isOne(of: rules.wordsBeforeIng, before: start) { return }
        }
        guard hasVowel(before: start) else { return }
        word.removeLast(suffix.count)
        mendEnd(rules)
    }

    private mutating func mendEnd(_ rules: PorterRules) {
        if word.first(of: rules.endsWithoutE) != nil {
            word.append(ascii: UInt8(ascii: "e"))
        } else if word.first(of: rules.doubles) != nil {
            let isShortWord = word.count == 3 && "aeo".utf8.contains(word[0])
            if !isShortWord { word.removeLast(1) }
        } else if word.count == region1, endsInShortSyllable(before: word.count) {
            word.append(ascii: UInt8(ascii: "e"))
        }
    }

    /// Step 1c: `-y` behind a consonant.
    private mutating func replaceFinalY() {
        let last = word.count - 1
        guard last > 1, word[last] == UInt8(ascii: "y"), !isVowel(last - 1) else { return }
        word.removeLast(1)
        word.append(ascii: UInt8(ascii: "i"))
    }

    /// Steps 2 to 4: the longest suffix that matches is replaced, if it lies where it must.
    private mutating func replaceSuffix(among rules: PorterRules.List) {
        guard word.count >= region1 + 2, let rule = rules.first(for: word) else { return }
        let start = word.count - rule.suffix.count
        guard start >= region1, start > 0 else { return }
        let before = word[start - 1]
        switch rule.condition {
        case .always: break
        case .inSecondRegion: guard start >= region2 else { return }
        case .afterL: guard before == UInt8(ascii: "l") else { return }
        case .afterStemOfLy: guard "cdeghkmnrt".utf8.contains(before) else { return }
        case .afterStemOfIon: guard start >= region2, "st".utf8.contains(before) else { return }
        }
        word.replaceLast(rule.suffix.count, with: rule.replacement)
    }

    /// Step 5: a silent `-e`, one of two `l`.
    private mutating func tidy(_ rules: PorterRules) {
        let start = word.count - 1
        if word[start] == UInt8(ascii: "e") {
            let isSilent = start >= region2 || start >= region1 && !endsInShortSyllable(before: start)
            if isSilent { word.removeLast(1) }
        } else if word.hasSuffix(rules.ll), start >= region2 {
            word.removeLast(1)
        }
    }
}

/// The tables of Porter's stemmer. In each list longer suffixes stand first, so that the first that matches is the
/// longest.
struct PorterRules {
    /// A suffix, what takes its place, and where.
    struct Rule {
        enum Condition {
            /// In the first region.
            case always
            /// In the second region.
            case inSecondRegion
            /// In the first region and behind an `l`.
            case afterL
            /// In the first region and behind a letter that `-ly` is added to.
            case afterStemOfLy
            /// In the second region and behind `s` or `t`.
            case afterStemOfIon
        }

        let suffix: Affix
        let replacement: Affix
        let condition: Condition

        init(_ suffix: Affix, _ replacement: Affix, _ condition: Condition = .always) {
            self.suffix = suffix
            self.replacement = replacement
            self.condition = condition
        }
    }

    /// Rules, with a quick check whether a word's last letter rules them all out.
    struct List {
        private let rules: [Rule]
        private let lastLetters: UInt32

        init(_ rules: [Rule]) {
            self.rules = rules
            lastLetters = rules.reduce(0) { $0 | Self.bit($1.suffix[$1.suffix.count - 1]) }
        }

        /// The rule of the longest suffix that the word has.
        func first(for word: WordBuffer) -> Rule? {
            guard lastLetters & Self.bit(word[word.count - 1]) != 0 else { return nil }
            let tail = word.tail
            return rules.first { $0.suffix.matches(tail: tail) }
        }

        private static func bit(_ letter: UInt8) -> UInt32 { 1 << UInt32(letter & 31) }
    }

    /// Step 2.
    let double = List([
        Rule("ational", "ate"), Rule("ization", "ize"), Rule("fulness", "ful"), Rule("ousness", "ous"),
        Rule("iveness", "ive"), Rule("tional", "tion"), Rule("biliti", "ble"), Rule("lessli", "less"),
        Rule("entli", "ent"), Rule("ation", "ate"), Rule("alism", "al"), Rule("aliti", "al"), Rule("ousli", "ous"),
        Rule("iviti", "ive"), Rule("fulli", "ful"), Rule("ogist", "og"), Rule("enci", "ence"), Rule("anci", "ance"),
        Rule("abli", "able"), Rule("izer", "ize"), Rule("ator", "ate"), Rule("alli", "al"), Rule("bli", "ble"),
        Rule("ogi", "og", .afterL), Rule("li", "", .afterStemOfLy),
    ])

    /// Step 3.
    let derived = List([
        Rule("ational", "ate"), Rule("tional", "tion"), Rule("alize", "al"), Rule("icate", "ic"), Rule("iciti", "ic"),
        Rule("ative", "", .inSecondRegion), Rule("ical", "ic"), Rule("ness", ""), Rule("ful", ""),
    ])

    /// Step 4.
    let last = List(
        (["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize"]
            as [Affix])
            .map { Rule($0, "", .inSecondRegion) } + [Rule("ion", "", .afterStemOfIon)]
            + (["al", "er", "ic"] as [Affix]).map { Rule($0, "", .inSecondRegion) }
    )

    /// Words that the rules would spoil, and their stems.
    let exceptions = WordTable([
        ("skis", "ski"), ("skies", "sky"), ("idly", "idl"), ("gently", "gentl"), ("ugly", "ugli"), ("early", "earli"),
        ("only", "onli"), ("singly", "singl"), ("sky", "sky"), ("news", "news"), ("howe", "howe"), ("atlas", "atlas"),
        ("cosmos", "cosmos"), ("bias", "bias"), ("andes", "andes"),
    ])

    /// Words whose first region the rule would begin too early: `university` and `universe` are two things.
    let irregularPrefixes: [Affix] = [
        "arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers",
    ]

    let sses: Affix = "sses"
    let ied: Affix = "ied"
    let ies: Affix = "ies"
    /// Ends whose `s` is no plural's.
    let keptS: [Affix] = ["us", "ss"]

    let pastOrProgressive: [Affix] = ["eedly", "ingly", "edly", "eed", "ing", "ed"]
    /// `exceed` and the like are no past.
    let wordsBeforeEed: [Affix] = ["succ", "proc", "exc"]
    /// `evening` and the like are nouns.
    let wordsBeforeIng: [Affix] = ["even", "cann", "inn", "earr", "herr", "out"]
    let endsWithoutE: [Affix] = ["at", "bl", "iz"]
    let doubles: [Affix] = ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"]
    let ee: Affix = "ee"
    let ie: Affix = "ie"
    let ll: Affix = "ll"
}
