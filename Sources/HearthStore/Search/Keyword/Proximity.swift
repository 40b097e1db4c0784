/// What it adds to a memory's score that words typed side by side stand side by side in it.
///
/// Looked for in the best results only: to ask the index for each pair as a phrase reads the postings of `the` and `to`, which
/// costs four times the rest of the query, and looking at the best fifty gives the same.
struct Proximity: Sendable {
    /// What a pair counts beside the words it is made of. On questions about conversations it is worth a point of recall at
    /// rank 1 and half a point at rank 10; from 0.1 to 0.3 it makes no difference.
    var weight: Float = 0.2

    /// How many results are looked at.
    static let depth = 50

    /// What the pairs of a query add to the score of a memory with these tokens.
    func bonus(
        for query: KeywordQuery,
        in tokens: TokenizedText,
        scores: Scores,
        scorer: BM25,
        collection: BM25.Collection
    ) -> Float {
        guard !query.pairs.isEmpty, tokens.count > 1 else { return 0 }
        var counts: [KeywordQuery.Pair: Float] = [:]
        let wanted = query.pairs.map { (Array($0.first.utf8), Array($0.second.utf8), $0) }
        for index in 1..<tokens.count {
            for (first, second, pair) in wanted
            where tokens.term(at: index).elementsEqual(second) && tokens.term(at: index - 1).elementsEqual(first) {
                counts[pair, default: 0] += 1
            }
        }
        let length = UInt32(clamping: tokens.count)
        return query.pairs.reduce(0) { bonus, pair in
            guard let count = counts[pair] else { return bonus }
            let saturated = scorer.saturated(count, length: length, averageLength: collection.averageLength)
            return bonus + weight * rarity(of: pair, query, scores) * saturated
        }
    }

    /// That of the rarer word. How rare the pair is would have to be counted over all memories.
    private func rarity(of pair: KeywordQuery.Pair, _ query: KeywordQuery, _ scores: Scores) -> Float {
        zip(query.clauses, scores.inverseDocumentFrequencies)
            .reduce(0) { rarity, clause in
                let isOfPair = clause.0.phrase.terms == [pair.first] || clause.0.phrase.terms == [pair.second]
                return isOfPair ? max(rarity, clause.1) : rarity
            }
    }
}
