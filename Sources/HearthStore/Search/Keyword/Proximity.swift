/// What it adds to a memory's score that words typed side by side stand side by side in it.
///
/// Looked for in the best results only: to ask the index for each pair as a phrase reads the postings of `the` and
/// `to`, which costs four times the rest of the query, and looking at the best fifty gives the same.
struct Proximity {
    /// How many results are worth looking at.
    static let depth = 50

    /// What a pair counts beside the words it is made of. On questions about conversations it is worth a point of
    /// recall at rank 1 and at rank 10; from 0.1 to 0.3 it makes no difference.
    static let weight: Float = 0.2

    /// How much of a memory is looked at, in UTF-8 bytes: fifty long ones mustn't hold up a search.
    private static let longestContent = 4096

    private struct Pair {
        var first: Int
        var second: Int
        /// What one that counts fully is worth.
        var weight: Float
    }

    private let scorer: BM25
    private let averageLength: Float
    private var numbers: [ArraySlice<UInt8>: Int] = [:]
    private var pairs: [Pair] = []

    /// Prepares to look for the pairs of a query.
    ///
    /// `inverseDocumentFrequencies` has one for each clause. A pair is as rare as the rarer of its words; how rare it is
    /// itself would have to be counted over all memories.
    init(of query: KeywordQuery, inverseDocumentFrequencies: [Float], scorer: BM25, averageLength: Float) {
        self.scorer = scorer
        self.averageLength = averageLength
        var rarities: [String: Float] = [:]
        for (clause, rarity) in zip(query.clauses, inverseDocumentFrequencies)
        where clause.phrase.terms.count == 1 && !clause.phrase.isPrefix {
            rarities[clause.phrase.terms[0]] = rarity
        }
        for pair in query.pairs {
            let rarity = max(rarities[pair.first] ?? 0, rarities[pair.second] ?? 0)
            let weight = Self.weight * rarity
            pairs.append(Pair(first: number(of: pair.first), second: number(of: pair.second), weight: weight))
        }
    }

    private mutating func number(of term: String) -> Int {
        let key = Array(term.utf8)[...]
        let number = numbers[key] ?? numbers.count
        numbers[key] = number
        return number
    }

    /// What the pairs add to the score of a memory with this content.
    func bonus(for content: String) -> Float {
        guard !pairs.isEmpty else { return 0 }
        let tokens = TextAnalyzer().tokens(of: content.prefix(utf8Length: Self.longestContent))
        var counts = [Float](repeating: 0, count: pairs.count)
        var previous: Int?
        for position in 0..<tokens.count {
            let current = numbers[tokens.term(at: position)]
            if let previous, let current {
                for index in pairs.indices where pairs[index].first == previous && pairs[index].second == current {
                    counts[index] += 1
                }
            }
            previous = current
        }
        let length = UInt32(clamping: tokens.count)
        return zip(pairs, counts)
            .reduce(0) { bonus, pair in
                bonus + pair.0.weight * scorer.saturated(pair.1, length: length, averageLength: averageLength)
            }
    }
}
