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

    /// Rules, with a quick answer to whether a word's last letter rules them all out.
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
