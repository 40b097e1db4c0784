/// The constants of ranking; a host may change them.
public struct SearchTuning: Hashable, Sendable {
    /// How fast a word's repetition in a memory stops counting: BM25's k1. Memories are short: that a word is there says nearly all;
    /// the usual 1.2 costs a point of recall on them.
    public var termSaturation: Float = 0.6
    /// How much a long memory is held against itself, 0…1: BM25's b. The usual 0.75 suits long documents and costs memories three points.
    public var lengthNormalization: Float = 0.3
    /// What two words typed side by side count beside the rarer of them where a memory has them side by side too; in search by keyword
    /// alone, and in its thirty best results.
    public var pairWeight: Float = 0.2
    /// The share of meaning in a hybrid score, 0…1; the rest is words.
    public var semanticShare: Float = 0.3
    /// What a word of the query counts for a memory when only its neighbour in the same session holds it, 0…1.
    public var nearContext: Float = 0.6
    /// The same for the neighbour but one.
    public var farContext: Float = 0.4
    /// What a date in the query counts beside a word as rare, for memories made at that time.
    public var dateWeight: Float = 1
    /// The least cosine at which a memory that shares no word with the query is returned, -1…1.
    public var semanticFloor: Float = 0.25
    /// What a memory of the session that the search names gains.
    public var sessionBoost: Float = 0.02
    /// What a memory of today gains over one of long ago.
    public var recencyBoost: Float = 0.005
    /// After how many days half of the recency is left.
    public var recencyHalfLife: Float = 30
    /// What a memory of importance 1 gains over one of importance 0.
    public var importanceBoost: Float = 0.005
    /// The cosine from which of two results only the better is returned; above 1, as by default, both are.
    public var duplicateThreshold: Float = 2

    /// The defaults.
    public init() {}
}

extension SearchTuning {
    /// Every constant by its name, for settings that come as text.
    public static let constants: [String: any WritableKeyPath<SearchTuning, Float> & Sendable] = [
        "termSaturation": \.termSaturation,
        "lengthNormalization": \.lengthNormalization,
        "pairWeight": \.pairWeight,
        "semanticShare": \.semanticShare,
        "nearContext": \.nearContext,
        "farContext": \.farContext,
        "dateWeight": \.dateWeight,
        "semanticFloor": \.semanticFloor,
        "sessionBoost": \.sessionBoost,
        "recencyBoost": \.recencyBoost,
        "recencyHalfLife": \.recencyHalfLife,
        "importanceBoost": \.importanceBoost,
        "duplicateThreshold": \.duplicateThreshold,
    ]
}
