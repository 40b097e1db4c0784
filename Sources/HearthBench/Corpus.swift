import HearthMemory

/// Made-up texts whose words are as unevenly frequent as those of a language, the same in every run.
struct Corpus: Sendable {
    private var state: UInt64

    init(seed: UInt64 = 1) {
        state = seed
    }

    /// A number below a bound (SplitMix64).
    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }

    /// A word: low ranks come often (the inverse of a Zipf distribution's sum is close to an exponential of a uniform
    /// number).
    mutating func word() -> String {
        var rank = next(below: Self.ranks)
        // The smaller of three: a steep fall that needs no logarithm.
        rank = min(rank, next(below: Self.ranks), next(below: Self.ranks))
        if next(below: 2) == 0 { rank = next(below: 120) }
        return Self.spelling(rank)
    }

    /// A sentence of 8 to 24 words, about 100 bytes.
    mutating func sentence() -> String {
        (0..<8 + next(below: 17)).map { _ in word() }.joined(separator: " ") + "."
    }

    mutating func drafts(_ count: Int) -> [MemoryDraft] {
        (0..<count).map { _ in MemoryDraft(content: sentence(), category: .conversation) }
    }

    /// A query of three words, one of them common.
    mutating func query() -> String {
        [Self.spelling(next(below: 120)), word(), Self.spelling(next(below: 4_000))].joined(separator: " ")
    }

    private static let ranks = 20_000
    private static let spellings = (0..<ranks).map(spell)

    private static func spelling(_ rank: Int) -> String { spellings[rank] }

    private static func spell(_ rank: Int) -> String {
        let onsets = [
            "b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st", "br", "kl", "tr", "gr",
        ]
        let nuclei = ["a", "e", "i", "o", "u", "ai", "ou", "ea"]
        var rest = rank
        var word = ""
        repeat {
            word += onsets[rest % onsets.count]
            rest /= onsets.count
            word += nuclei[rest % nuclei.count]
            rest /= nuclei.count
        } while rest > 0
        return word + "k"
    }
}
