import Foundation
import HeapModule
import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules
@testable import HearthText

@Suite struct BM25Scores {
    /// The scores of rows that are slots of their own.
    private func scores(
        _ counts: [[UInt16]],
        lengths: [UInt32],
        in collection: BM25.Collection,
        for query: KeywordQuery,
        tuning: SearchTuning = SearchTuning(),
        sessions: SessionOrder? = nil,
        dates: [[Int]] = []
    ) -> WordScores {
        let found = counts.indices.filter { row in counts[row].contains { $0 > 0 } }
        var buffers = SearchBuffers()
        return WordScorer(tuning: tuning, collection: collection, slotCount: counts.count, sessions: sessions)
            .scores(
                of: FoundWords(
                    slots: found,
                    counts: found.flatMap { counts[$0] },
                    clauseCount: query.clauses.count
                ),
                lengths: lengths,
                for: query,
                dates: dates,
                in: &buffers
            )
    }

    @Test func `a score is Robertson's formula, relative to the most that the query could reach`() {
        let lengths: [UInt32] = [10, 300, 5]
        let counts: [[UInt16]] = [[1, 0], [2, 5], [0, 1]]
        let scores = scores(
            counts,
            lengths: lengths,
            in: BM25.Collection(documents: 50, tokens: 1000),
            for: KeywordQuery("red bike bike")
        )
        let idf = log(1 + (50 - 2 + 0.5) / (2 + 0.5))
        let bound = 3 * idf * 1.6
        #expect(abs(Double(scores.ownBound) - bound) < 1e-4)
        for row in counts.indices {
            let expected = zip(counts[row], [1.0, 2.0])
                .reduce(0.0) { sum, clause in
                    let count = Double(clause.0)
                    let norm = 0.6 * (1 - 0.3 + 0.3 * Double(lengths[row]) / 20)
                    return sum + clause.1 * idf * count * 1.6 / (count + norm)
                }
            #expect(abs(Double(scores.ownShare(row)) - expected / bound) < 1e-5)
        }
        #expect(counts.indices.allSatisfy { scores.ownShare($0) <= 1 })
    }

    @Test func `what the agent may not see has no score and changes none`() {
        let query = KeywordQuery("red bike")
        let collection = BM25.Collection(documents: 20, tokens: 400)
        let seen: [[UInt16]] = [[1, 1], [0, 2], [1, 0]]
        let alone = scores(seen, lengths: [20, 30, 10], in: collection, for: query)
        let among = scores(
            [[4, 4]] + seen + [[1, 0], [0, 1]],
            lengths: [0, 20, 30, 10, 0, 0],
            in: collection,
            for: query
        )
        #expect(among.own == [0] + alone.own + [0, 0])
        #expect(among.isMatch == [false] + alone.isMatch + [false, false])
        #expect(among.rarities == alone.rarities)
    }

    @Test func `a word that all have still counts a little`() {
        let scores = scores(
            [[1], [2]],
            lengths: [10, 10],
            in: .init(documents: 2, tokens: 20),
            for: KeywordQuery("the")
        )
        #expect(scores.own[0] > 0)
        #expect(scores.own[1] > scores.own[0])
    }

    @Test func `what lacks a required phrase is no result`() {
        let scores = scores(
            [[1, 0], [0, 3], [1, 1]],
            lengths: [10, 10, 10],
            in: .init(documents: 9, tokens: 90),
            for: KeywordQuery("\"red bike\" car")
        )
        #expect(scores.isMatch == [true, false, true])
        #expect(scores.own[2] > scores.own[0])
    }

    @Test func `the best are those of a full sort`() {
        var generator = SeededGenerator()
        for _ in 0..<200 {
            let values = (0..<Int.random(in: 0...60, using: &generator))
                .map { _ in Int.random(in: 0...50, using: &generator) }
            let count = Int.random(in: 1...70, using: &generator)
            var heap = Heap<Int>()
            for value in values { heap.insert(value, keepingLeast: count) }
            #expect(heap.unordered.sorted() == Array(values.sorted().prefix(count)))
        }
    }

    // MARK: - Context and dates

    @Test func `a word that a neighbour holds counts in part, and once`() {
        // Five in a row: the third has the word, the fourth too.
        let order = SessionOrder(previous: [-1, 0, 1, 2, 3], next: [1, 2, 3, 4, -1])
        let scores = scores(
            [[0], [0], [1], [1], [0]],
            lengths: [10, 10, 10, 10, 10],
            in: .init(documents: 5, tokens: 50),
            for: KeywordQuery("bike"),
            sessions: order
        )
        let own = scores.own[2]
        #expect(scores.own == [0, 0, own, own, 0])
        for (inContext, part) in zip(scores.inContext, [0.4, 0.6, 1, 1, 0.6] as [Float]) {
            #expect(abs(inContext - part * own) < 1e-6)
        }
        #expect(scores.isMatch == [false, false, true, true, false])
    }

    @Test func `a date is one more word, as rare as the memories made then`() {
        let order = SessionOrder(previous: [-1, -1, -1], next: [-1, -1, -1])
        let scores = scores(
            [[1], [1], [1]],
            lengths: [10, 10, 10],
            in: .init(documents: 3, tokens: 30),
            for: KeywordQuery("bike"),
            sessions: order,
            dates: [[1]]
        )
        #expect(scores.own[0] == scores.own[1])
        #expect(scores.inContext[1] > scores.inContext[0])
        #expect(scores.inContext[0] == scores.inContext[2])
        #expect(scores.contextShare(1) <= 1)
    }

    // MARK: - Pairs

    @Test func `words side by side raise what has them side by side`() {
        let index = InMemoryIndex(["the group gave support to me", "my support group met once again", "nothing"])
        var wordsOnly = SearchTuning()
        wordsOnly.pairWeight = 0
        #expect(index.search("support group", tuning: wordsOnly) == [0, 1])
        #expect(index.search("support group") == [1, 0])
    }

    @Test func `only words side by side in the query's order are a pair`() {
        let query = KeywordQuery("support group meeting")
        let proximity = Proximity(
            of: query,
            rarities: [1, 2, 3],
            tuning: SearchTuning(),
            averageLength: 2
        )
        #expect(proximity.bonus(for: "support meeting group") == 0)
        #expect(proximity.bonus(for: "the group support") == 0)
        // Weight, rarity of the rarer word, and k1 + 1 over 1 + k1: one occurrence in a text of average length.
        #expect(abs(proximity.bonus(for: "support group") - 0.2 * 2) < 1e-6)
    }

    @Test func `a raised score is relative to what words and pairs could reach`() {
        let index = InMemoryIndex(["support group", "group support"])
        let query = KeywordQuery("support group")
        let scores = index.scores(query)
        let proximity = Proximity(of: query, rarities: scores.rarities, tuning: SearchTuning(), averageLength: 2)
        let results = [1, 0].map { Ranked(slot: $0, score: Double(scores.ownShare($0)), components: ScoreComponents()) }
        let raised = proximity.raised(results, bound: scores.ownBound) { index.texts[$0] }
        #expect(raised.map(\.slot) == [0, 1])
        // Each word once of two that weigh 1, and the pair that weighs 0.2, all at 1 / 1.6 of what repetition could
        // reach.
        #expect(abs(raised[0].score - 1 / 1.6) < 1e-5)
        #expect(abs(raised[1].score - 2 / 2.2 / 1.6) < 1e-5)
        #expect(raised[0].components.keyword == raised[0].score)
    }
}
