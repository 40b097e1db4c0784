package import HearthModel
package import HearthText

/// Raises the memories in which words typed side by side stand side by side.
///
/// A pair is one more term of BM25, at a part of the weight of its rarer word (after Rasolofo and Savoy, "Term
/// Proximity Scoring for Keyword-Based Retrieval Systems", ECIR 2003). It is looked for in the best results only.
/// Asking the index for each pair as a phrase would read the postings of `the` and `to`, which costs four times the
/// rest of the query; looking at the best thirty gives nearly the same.
package struct Proximity {
    /// How many results are worth looking at.
    ///
    /// On questions about conversations thirty give recall at 10 of .646 and fifty .648, for half as much again in
    /// time.
    package static let depth = 30

    /// How much of a memory is looked at, in UTF-8 bytes: thirty long ones must not hold up a search.
    private static let longestContent = 1_024

    private struct Pair {
        var first: Int
        var second: Int
        /// What one occurrence counts before saturation.
        var weight: Float
    }

    private let scorer: BM25
    private let averageLength: Float
    /// The words of the pairs, UTF-8; a word's number is its place.
    private var words: [ArraySlice<UInt8>] = []
    /// Whether a word ends with a byte: most tokens of a text are told from all words by that.
    private var mayEnd = [Bool](repeating: false, count: 256)
    private var pairs: [Pair] = []

    /// Prepares to look for the pairs of a query.
    ///
    /// `rarities` has the inverse document frequency of each clause. A pair counts as rare as the rarer of its words,
    /// because how rare it is itself would have to be counted over all memories.
    package init(of query: KeywordQuery, rarities: [Float], tuning: SearchTuning, averageLength: Float) {
        scorer = BM25(tuning)
        self.averageLength = averageLength
        var rarityOfTerm: [String: Float] = [:]
        for (clause, rarity) in zip(query.clauses, rarities)
        where clause.phrase.terms.count == 1 && !clause.phrase.isPrefix {
            rarityOfTerm[clause.phrase.terms[0]] = rarity
        }
        for pair in query.pairs {
            let weight = tuning.pairWeight * max(rarityOfTerm[pair.first] ?? 0, rarityOfTerm[pair.second] ?? 0)
            guard weight > 0 else { continue }
            pairs.append(Pair(first: number(of: pair.first), second: number(of: pair.second), weight: weight))
        }
    }

    /// Raises results by the pairs that they have, and sorts them again. Equal ones keep their order.
    ///
    /// - Parameters:
    ///   - results: The best by words, best first.
    ///   - bound: The most that the words could reach, by which the scores were divided.
    ///   - content: The text of a slot; nil for one that has no pair.
    package func raised(_ results: [Ranked], bound: Float, content: (Int) throws -> String?) rethrows -> [Ranked] {
        guard !pairs.isEmpty, results.count > 1 else { return results }
        let wholeBound = bound + pairs.reduce(0) { $0 + $1.weight } * (scorer.k1 + 1)
        let raised = try results.enumerated()
            .map { place, result -> (place: Int, result: Ranked) in
                var bonus: Float = 0
                if place < Self.depth, let text = try content(result.slot) { bonus = self.bonus(for: text) }
                var result = result
                result.score = (result.score * Double(bound) + Double(bonus)) / Double(wholeBound)
                result.components.keyword = result.score
                return (place, result)
            }
        return
            raised.sorted { left, right in
                left.result.score != right.result.score
                    ? left.result.score > right.result.score : left.place < right.place
            }
            .map(\.result)
    }

    private mutating func number(of term: String) -> Int {
        let word = Array(term.utf8)[...]
        if let number = words.firstIndex(of: word) { return number }
        words.append(word)
        if let last = word.last { mayEnd[Int(last)] = true }
        return words.count - 1
    }

    private func number(of token: ArraySlice<UInt8>) -> Int? {
        guard let last = token.last, mayEnd[Int(last)] else { return nil }
        return words.firstIndex(of: token)
    }

    /// What the pairs add to the score of a memory with this content.
    func bonus(for content: String) -> Float {
        guard !pairs.isEmpty else { return 0 }
        let tokens = TextAnalyzer()
            .tokens(of: content.prefix(utf8Length: Self.longestContent), lookingFor: FirstLetters(of: words))
        var counts = [Float](repeating: 0, count: pairs.count)
        var previous: Int?
        for position in 0..<tokens.count {
            let current = number(of: tokens.term(at: position))
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
