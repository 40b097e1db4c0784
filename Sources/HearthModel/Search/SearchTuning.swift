/// The constants of ranking; a host may change them.
public struct SearchTuning: Hashable, Sendable {
    /// BM25's k1: how soon the repetition of a word in a memory stops counting. Memories are short, and that a word
    /// occurs at all says nearly everything: the usual 1.2 costs a point of recall on them.
    public var termSaturation: Float = 0.6
    /// BM25's b, 0…1: how much the length of a memory counts against it. The usual 0.75 suits long documents, and costs
    /// three points of recall on memories.
    public var lengthNormalization: Float = 0.3
    /// What two words typed side by side count, as a share of the rarer one, where a memory has them side by side too.
    /// Only search by keyword uses it, on its thirty best results.
    public var pairWeight: Float = 0.2
    /// The share of meaning in a hybrid score, 0…1; words have the rest.
    public var semanticShare: Float = 0.3
    /// What a word of the query counts for a memory when only its neighbour in the same session holds it, 0…1.
    public var nearContext: Float = 0.6
    /// The same for the neighbour but one.
    public var farContext: Float = 0.4
    /// What a date in the query counts for memories made at that time; 1 is as much as a word as rare.
    public var dateWeight: Float = 1
    /// The least cosine at which a memory that shares no word with the query is returned, -1…1.
    public var semanticFloor: Float = 0.25
    /// What a memory gains by being of the session that the search names.
    public var sessionBoost: Float = 0.02
    /// What a memory of today gains over one of long ago.
    public var recencyBoost: Float = 0.005
    /// After how many days half of the recency is left.
    public var recencyHalfLife: Float = 30
    /// What a memory of importance 1 gains over one of importance 0.
    public var importanceBoost: Float = 0.005
    /// From this cosine on, only the better of two results is returned. Above 1, as by default, both always are.
    public var duplicateThreshold = Self.noThreshold
    /// From this cosine on, the lesser of two results of a hybrid search steps back behind those that say something else.
    /// Above 1, none does.
    public var nearCopyThreshold: Float = 0.95

    /// The defaults.
    public init() {}

    /// Above every cosine: as a threshold, it switches off what the threshold is for.
    public static let noThreshold: Float = 2
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
        "nearCopyThreshold": \.nearCopyThreshold,
    ]
}
