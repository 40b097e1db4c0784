import Glibc

/// How well rankings answer questions whose answers are known: the measures of the field, averaged over the questions.
///
/// Gains are binary: a document is relevant or it isn't. nDCG is that of Järvelin and Kekäläinen, "Cumulated Gain-Based
/// Evaluation of IR Techniques", ACM TOIS 2002, with the discount 1 / log2(rank + 1) that trec_eval uses.
struct RetrievalMetrics {
    /// The depths at which recall is measured.
    static let recallDepths = [1, 5, 10, 20]
    /// The depth of MRR and nDCG.
    static let depth = 10

    /// The part of the relevant documents that is among the first k, by k.
    private(set) var recall: [Int: Double]
    /// One over the rank of the first relevant document, if it is among the first ten; else 0.
    private(set) var meanReciprocalRank = 0.0
    /// The gain of the first ten, each discounted by its rank, relative to that of the best possible order.
    private(set) var normalizedDiscountedGain = 0.0
    /// How many questions were measured.
    let questions: Int

    /// Averages over answers: what was found, best first, and what should have been found, which is never empty.
    init<Document: Hashable>(of answers: [(found: [Document], relevant: Set<Document>)]) {
        questions = answers.count
        recall = Dictionary(uniqueKeysWithValues: Self.recallDepths.map { ($0, 0) })
        guard !answers.isEmpty else { return }
        for (found, relevant) in answers {
            precondition(!relevant.isEmpty, "A question without a relevant document has no recall.")
            let hits = found.map(relevant.contains)
            for depth in Self.recallDepths {
                recall[depth, default: 0] += Double(hits.prefix(depth).count { $0 }) / Double(relevant.count)
            }
            let first = hits.prefix(Self.depth).firstIndex(of: true)
            meanReciprocalRank += first.map { 1 / Double($0 + 1) } ?? 0
            let ideal = Self.discountedGain([Bool](repeating: true, count: relevant.count))
            normalizedDiscountedGain += Self.discountedGain(hits) / ideal
        }
        let count = Double(answers.count)
        recall = recall.mapValues { $0 / count }
        meanReciprocalRank /= count
        normalizedDiscountedGain /= count
    }

    private static func discountedGain(_ hits: [Bool]) -> Double {
        hits.prefix(depth).enumerated().reduce(0) { $0 + ($1.element ? 1 / log2(Double($1.offset + 2)) : 0) }
    }
}

/// The percentiles of durations.
struct Percentiles {
    private let sorted: [Duration]

    init(of durations: [Duration]) {
        sorted = durations.sorted()
    }

    /// The shortest duration that `percent` hundredths of all do not exceed (the nearest rank), in milliseconds; 0 if
    /// there are none.
    func milliseconds(_ percent: Int) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = max(1, (percent * sorted.count + 99) / 100)
        return sorted[rank - 1] / .milliseconds(1)
    }
}
