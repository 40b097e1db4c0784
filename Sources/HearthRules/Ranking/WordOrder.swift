import HearthModel
package import HearthText

/// Puts those of several memories with the same words first that have them in the order of the query.
///
/// Neither BM25 nor the sum of a text's word vectors knows an order, so `Tom owes Anna` and `Anna owes Tom` score alike
/// but for their age. Where the words and the meaning are the same, their order says more than the age.
package struct WordOrder {
    /// The words of the query in their order, as terms of the index.
    private let words: [ArraySlice<UInt8>]
    private let letters: FirstLetters
    /// How many clauses a text holds that holds every word of the query.
    private let clauseCount: Int

    /// How many results are worth looking at.
    private static let depth = Proximity.depth
    /// How much of a memory is looked at, in UTF-8 bytes.
    private static let longestContent = 1_024
    /// Three words in their order say who did what to whom, and from where to where. So many of the best results are looked at
    /// where one that has most of them backwards stands before one that has them in order and scores comparably. So is one that has two of
    /// them the other way round, where both have these close together.
    private static let leastWords = 3
    private static let reach = 10
    private static let comparable = 0.75
    /// By how much the shares of the words and the cosines of two memories may differ that have the same words: by the
    /// rounding of their vectors.
    private static let rounding = (words: 1e-5, meaning: 0.002)

    package init(of query: KeywordQuery) {
        let clauses = query.typedClauses
        words = clauses.map { query.clauses[$0].phrase }.filter { $0.terms.count == 1 }
            .map { Array($0.terms[0].utf8)[...] }
        letters = FirstLetters(of: words)
        clauseCount = clauses.count
    }

    /// The results, in which those with equal words have changed places and scores among themselves, and so have those with all of
    /// their words in order and those that have most of them, or two that stand close together, the other way round.
    ///
    /// - Parameters:
    ///   - held: How many of the query's typed clauses the text of a slot holds.
    ///   - content: The text of a slot.
    package func arranged(
        _ results: [Ranked],
        held: (Int) -> Int,
        content: (Int) throws -> String
    ) rethrows -> [Ranked] {
        guard words.count > 1, results.count > 1 else { return results }
        var arranged = try orderedAmongEquals(results, held: held, content: content)
        guard words.count >= Self.leastWords else { return arranged }
        // Of a question like "which train goes from Bonn to Trier?" no text may have every word.
        let counts = arranged.prefix(Self.reach).map { held($0.slot) }
        guard let most = counts.max(), most == clauseCount || most >= Self.leastWords else { return arranged }
        let whole = counts.indices.filter { counts[$0] == most }
        guard whole.count > 1 else { return arranged }
        // The places of texts that have most of their words backwards (nil), or these pairs of them.
        var backwards: [(place: Int, words: Set<Int>, turned: Set<Pair>?)] = []
        for place in whole {
            let order = try order(in: content(arranged[place].slot))
            let isOrdered = order.inOrder == order.pairs && order.pairs >= Self.leastWords - 1
            // What stands together here stands there the other way round, and nothing that was asked for is missing here.
            let index = backwards.firstIndex {
                isOrdered && $0.turned?.isDisjoint(with: order.close) != true && $0.words.isSubset(of: order.words)
            }
            if most == clauseCount, order.inOrder * 2 < order.pairs {
                backwards.append((place, order.words, nil))
            } else if !order.turned.isEmpty {
                backwards.append((place, order.words, order.turned))
            }
            guard let index, arranged[place].score >= Self.comparable * arranged[backwards[index].place].score else {
                continue
            }
            let (other, words, turned) = backwards.remove(at: index)
            (arranged[other], arranged[place]) = (arranged[place], arranged[other])
            (arranged[other].score, arranged[place].score) = (arranged[place].score, arranged[other].score)
            backwards.append((place, words, turned))
        }
        return arranged
    }

    private func orderedAmongEquals(
        _ results: [Ranked],
        held: (Int) -> Int,
        content: (Int) throws -> String
    ) rethrows -> [Ranked] {
        var arranged = results
        for places in Self.equals(in: results.prefix(Self.depth)) {
            // One word has no order.
            guard places.contains(where: { held(results[$0].slot) > 1 }) else { continue }
            let orders = try places.map { (place: $0, pairs: try order(in: content(results[$0].slot)).inOrder) }
            let sorted = orders.sorted { $0.pairs != $1.pairs ? $0.pairs > $1.pairs : $0.place < $1.place }
            for (place, item) in zip(places, sorted) {
                arranged[place] = results[item.place]
                arranged[place].score = results[place].score
            }
        }
        return arranged
    }

    /// The places of results that have the same words, where there are several.
    private static func equals(in results: ArraySlice<Ranked>) -> [[Int]] {
        // The first of each group, and those that are like one before them.
        var firsts: [(place: Int, words: Double, meaning: Double)] = []
        var others: [(place: Int, first: Int)] = []
        firsts.reserveCapacity(results.count)
        for (place, result) in results.enumerated() {
            guard let words = result.components.keyword, words > 0 else { continue }
            let meaning = result.components.semantic ?? 0
            let first = firsts.first { first in
                abs(first.words - words) <= rounding.words && abs(first.meaning - meaning) <= rounding.meaning
            }
            if let first { others.append((place, first.place)) } else { firsts.append((place, words, meaning)) }
        }
        guard !others.isEmpty else { return [] }
        return firsts.map { first in [first.place] + others.filter { $0.first == first.place }.map(\.place) }
            .filter { $0.count > 1 }
    }

    /// Two words, by their places in the query.
    struct Pair: Hashable {
        var first: Int
        var second: Int
    }

    /// How the words of the query stand in a text.
    struct Order {
        /// The words of the query that the text has, by their places in the query.
        var words: Set<Int> = []
        /// How many pairs of neighbours there are among these.
        var pairs = 0
        /// How many of these stand somewhere in the order of the query.
        var inOrder = 0
        /// Those that stand close together in the order of the query.
        var close: Set<Pair> = []
        /// Those that stand close together, and only the other way round.
        var turned: Set<Pair> = []
    }

    /// So near one another are two words that belong together: "Paris to Berlin".
    private static let closeness = 2

    func order(in content: String) -> Order {
        let tokens = TextAnalyzer().tokens(of: content.prefix(utf8Length: Self.longestContent), lookingFor: letters)
        var places = [[Int]](repeating: [], count: words.count)
        for position in 0..<tokens.count {
            let term = tokens.term(at: position)
            for (index, word) in words.enumerated() where word == term { places[index].append(position) }
        }
        let present = places.indices.filter { !places[$0].isEmpty }
        var order = Order(words: Set(present))
        for (first, second) in zip(present, present.dropFirst()) {
            let (earlier, later) = (places[first], places[second])
            func isClose(_ left: [Int], _ right: [Int]) -> Bool {
                left.contains { place in right.contains { (1...Self.closeness).contains($0 - place) } }
            }
            order.pairs += 1
            if earlier[0] < later[later.count - 1] {
                order.inOrder += 1
                if isClose(earlier, later) { order.close.insert(Pair(first: first, second: second)) }
            } else if isClose(later, earlier) {
                order.turned.insert(Pair(first: first, second: second))
            }
        }
        return order
    }
}
