internal import HearthSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Okapi BM25: how well memories answer a query, by the words they share with it.
///
/// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. What is rare, what is
/// counted and how long texts are is judged over the memories that the asking agent may see and no others: a hidden
/// memory changes no score.
struct BM25: Sendable {
    /// How soon more occurrences of a word stop counting. Memories are short: that a word is there says nearly all;
    /// FTS5's 1.2 costs a point of recall on them.
    var k1: Float = 0.6

    /// How much a long text is held against itself, 0…1. FTS5's 0.75 suits long documents and costs memories three
    /// points.
    var b: Float = 0.3

    /// The memories that may be found.
    struct Collection: Sendable {
        /// How many there are.
        var documents: Int
        /// Tokens in all of them.
        var tokens: Int
    }

    /// Scores the rows of a query's postings.
    ///
    /// `lengths` gives the tokens of each row, 0 where the agent may not see it; it is as long as `postings.rowIDs`.
    func scores(of postings: Postings, lengths: [UInt32], in collection: Collection, for query: KeywordQuery) -> Scores
    {
        let frequencies = documentFrequencies(postings, lengths)
        let idf = frequencies.map { inverseDocumentFrequency($0, of: collection.documents) }
        let weights = zip(idf, query.clauses).map { $0 * $1.weight }
        let table = SaturationTable(self, averageLength: collection.averageLength)
        let required = query.clauses.indices.filter { query.clauses[$0].isRequired }
        var scores = Scores(inverseDocumentFrequencies: idf, bound: weights.reduce(0, +) * (k1 + 1))
        scores.values = [Float](repeating: 0, count: postings.rowIDs.count)
        forEachVisibleRow(postings, lengths) { row, counts in
            guard required.isEmpty || required.allSatisfy({ counts[$0] != 0 }) else { return }
            scores.values[row] = table.score(counts, length: lengths[row], weights: weights)
        }
        return scores
    }

    /// In how many visible rows each clause occurs.
    private func documentFrequencies(_ postings: Postings, _ lengths: [UInt32]) -> [Int] {
        var frequencies = [Int](repeating: 0, count: postings.phraseCount)
        forEachVisibleRow(postings, lengths) { _, counts in
            for clause in frequencies.indices { frequencies[clause] &+= counts[clause] == 0 ? 0 : 1 }
        }
        return frequencies
    }

    /// Calls `body` with each row that may be seen and its counts.
    @inline(__always)
    private func forEachVisibleRow(
        _ postings: Postings,
        _ lengths: [UInt32],
        _ body: (Int, UnsafePointer<UInt16>) -> Void
    ) {
        let clauseCount = postings.phraseCount
        postings.counts.withUnsafeBufferPointer { counts in
            guard var rowCounts = counts.baseAddress else { return }
            for row in lengths.indices {
                if lengths[row] != 0 { body(row, rowCounts) }
                rowCounts += clauseCount
            }
        }
    }

    /// How much the presence of a word says, by how rare it is; 1 inside the logarithm keeps that of a common word
    /// above 0.
    func inverseDocumentFrequency(_ frequency: Int, of documents: Int) -> Float {
        let frequency = Double(frequency)
        return Float(log(1 + (max(Double(documents), frequency) - frequency + 0.5) / (frequency + 0.5)))
    }
}

extension BM25.Collection {
    /// Tokens of a memory of average length, at least 1.
    var averageLength: Float { max(Float(tokens) / Float(max(documents, 1)), 1) }
}

extension BM25 {
    /// What so many occurrences of a word count in a text of such a length: from 0 upwards, below k1 + 1.
    func saturated(_ count: Float, length: UInt32, averageLength: Float) -> Float {
        guard count > 0 else { return 0 }
        return count * (k1 + 1) / (count + k1 * (1 - b + b * Float(length) / averageLength))
    }
}

/// `BM25.saturated` for the lengths and counts of most rows, so that scoring a row divides nothing.
struct SaturationTable {
    private let scorer: BM25
    private let averageLength: Float
    private let values: [Float]

    private static let lengths: UInt32 = 256
    private static let counts: UInt16 = 4

    init(_ scorer: BM25, averageLength: Float) {
        self.scorer = scorer
        self.averageLength = averageLength
        values = (0..<Self.lengths)
            .flatMap { length in
                (0..<Self.counts).map { scorer.saturated(Float($0), length: length, averageLength: averageLength) }
            }
    }

    /// What so many occurrences count in a text of such a length.
    @inline(__always)
    func saturated(_ count: UInt16, length: UInt32) -> Float {
        length < Self.lengths && count < Self.counts
            ? values[Int(length) &* Int(Self.counts) &+ Int(count)]
            : scorer.saturated(Float(count), length: length, averageLength: averageLength)
    }

    @inline(__always)
    func score(_ counts: UnsafePointer<UInt16>, length: UInt32, weights: [Float]) -> Float {
        var score: Float = 0
        for clause in weights.indices { score += weights[clause] * saturated(counts[clause], length: length) }
        return score
    }
}
