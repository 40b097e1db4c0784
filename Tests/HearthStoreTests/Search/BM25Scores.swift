import Foundation
import TestSupport
import Testing

@testable import HearthSQLite
@testable import HearthStore

@Suite struct BM25Scores {
    private func postings(_ counts: [[UInt16]]) -> Postings {
        var lists = PhraseLists()
        lists.clear(phraseCount: counts.first?.count ?? 0)
        for clause in 0..<(counts.first?.count ?? 0) {
            lists.beginPhrase()
            for (row, rowCounts) in counts.enumerated() where rowCounts[clause] > 0 {
                lists.append(row: Int64(row), count: rowCounts[clause])
            }
        }
        return Postings(merging: lists)
    }

    @Test func `a score is Robertson's formula`() {
        let query = KeywordQuery("red bike bike")
        let lengths: [UInt32] = [10, 300, 5]
        let counts: [[UInt16]] = [[1, 0], [2, 5], [0, 1]]
        let collection = BM25.Collection(documents: 50, tokens: 1000)
        let scores = BM25().scores(of: postings(counts), lengths: lengths, in: collection, for: query)
        let idf = log(1 + (50 - 2 + 0.5) / (2 + 0.5))
        for row in counts.indices {
            let expected = zip(counts[row], [1.0, 2.0])
                .reduce(0.0) { sum, clause in
                    let count = Double(clause.0)
                    let norm = 0.6 * (1 - 0.3 + 0.3 * Double(lengths[row]) / 20)
                    return sum + clause.1 * idf * count * 1.6 / (count + norm)
                }
            #expect(abs(Double(scores.values[row]) - expected) < 1e-4)
        }
        #expect(abs(Double(scores.bound) - 3 * idf * 1.6) < 1e-4)
        #expect(scores.values.allSatisfy { $0 <= scores.bound })
    }

    @Test func `what the agent may not see has no score and changes none`() {
        let query = KeywordQuery("red bike")
        let collection = BM25.Collection(documents: 20, tokens: 400)
        let seen: [[UInt16]] = [[1, 1], [0, 2], [1, 0]]
        let alone = BM25().scores(of: postings(seen), lengths: [20, 30, 10], in: collection, for: query)
        let among = BM25()
            .scores(
                of: postings([[4, 4]] + seen + [[1, 0], [0, 1]]),
                lengths: [0, 20, 30, 10, 0, 0],
                in: collection,
                for: query
            )
        #expect(among.values == [0] + alone.values + [0, 0])
    }

    @Test func `a word that all have still counts a little`() {
        let scores = BM25()
            .scores(
                of: postings([[1], [2]]),
                lengths: [10, 10],
                in: .init(documents: 2, tokens: 20),
                for: KeywordQuery("the")
            )
        #expect(scores.values[0] > 0)
        #expect(scores.values[1] > scores.values[0])
    }

    @Test func `what lacks a required phrase is no result`() {
        let query = KeywordQuery("\"red bike\" car")
        let scores = BM25()
            .scores(
                of: postings([[1, 0], [0, 3], [1, 1]]),
                lengths: [10, 10, 10],
                in: .init(documents: 9, tokens: 90),
                for: query
            )
        #expect(scores.values[1] == 0)
        #expect(scores.top(10, precedes: <) == [2, 0])
    }

    @Test func `the best are those of a full sort, ties in the caller's order`() {
        var generator = SeededGenerator()
        for _ in 0..<200 {
            var scores = Scores(inverseDocumentFrequencies: [], bound: 1)
            scores.values = (0..<Int.random(in: 0...60, using: &generator))
                .map { _ in
                    Float(Int.random(in: 0...5, using: &generator))
                }
            let values = scores.values
            let count = Int.random(in: 0...70, using: &generator)
            let expected = values.indices.filter { values[$0] > 0 }
                .sorted { values[$0] != values[$1] ? values[$0] > values[$1] : $0 > $1 }
            #expect(scores.top(count, precedes: >) == Array(expected.prefix(count)))
        }
    }

    @Test func `words side by side raise what has them side by side`() {
        let index = InMemoryIndex(["the group gave support to me", "my support group met once again", "nothing"])
        #expect(index.search("support group", usesProximity: false) == [0, 1])
        #expect(index.search("support group") == [1, 0])
    }

    @Test func `only words side by side in the query's order are a pair`() {
        let query = KeywordQuery("support group meeting")
        let proximity = Proximity(
            of: query,
            inverseDocumentFrequencies: [1, 2, 3],
            scorer: BM25(),
            averageLength: 2
        )
        #expect(proximity.bonus(for: "support meeting group") == 0)
        #expect(proximity.bonus(for: "the group support") == 0)
        // Weight, rarity of the rarer word, and k1 + 1 over 1 + k1: one occurrence in a text of average length.
        #expect(abs(proximity.bonus(for: "support group") - 0.2 * 2) < 1e-6)
    }
}
