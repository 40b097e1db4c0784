import Testing

@testable import hearth

@Suite struct RetrievalMeasures {
    @Test func `a perfect ranking scores 1 everywhere that it can`() {
        let metrics = RetrievalMetrics(of: [(found: [1, 2], relevant: Set([1, 2]))])
        #expect(metrics.recall == [1: 0.5, 5: 1, 10: 1, 20: 1])
        #expect(metrics.meanReciprocalRank == 1)
        #expect(metrics.normalizedDiscountedGain == 1)
        #expect(metrics.questions == 1)
    }

    @Test func `a ranking is measured as by hand`() {
        // Relevant: 7, found at rank 2, and 9, found at rank 12.
        let found = [1, 7, 2, 3, 4, 5, 6, 8, 10, 11, 12, 9]
        let metrics = RetrievalMetrics(of: [(found: found, relevant: Set([7, 9]))])
        #expect(metrics.recall == [1: 0, 5: 0.5, 10: 0.5, 20: 1])
        #expect(metrics.meanReciprocalRank == 0.5)
        // 1 / log2(3) of an ideal 1 + 1 / log2(3): what is beyond rank 10 gains nothing.
        #expect(abs(metrics.normalizedDiscountedGain - 0.386853) < 1e-6)
    }

    @Test func `a first answer below the tenth counts nothing`() {
        let metrics = RetrievalMetrics(of: [(found: Array(0..<11), relevant: Set([10]))])
        #expect(metrics.recall[10] == 0)
        #expect(metrics.recall[20] == 1)
        #expect(metrics.meanReciprocalRank == 0)
        #expect(metrics.normalizedDiscountedGain == 0)
    }

    @Test func `more relevant documents than ten places can still be ranked perfectly`() {
        let metrics = RetrievalMetrics(of: [(found: Array(0..<20), relevant: Set(0..<20))])
        #expect(metrics.normalizedDiscountedGain == 1)
        #expect(metrics.recall[10] == 0.5)
    }

    @Test func `questions count alike, however many answers they have`() {
        let metrics = RetrievalMetrics(of: [(found: [1], relevant: Set([1])), (found: [2], relevant: Set([1, 3, 4]))])
        #expect(metrics.recall[1] == 0.5)
        #expect(metrics.meanReciprocalRank == 0.5)
    }

    @Test func `percentiles are those of the nearest rank`() {
        let latency = Percentiles(of: (1...200).reversed().map { Duration.milliseconds($0) })
        #expect(latency.milliseconds(50) == 100)
        #expect(latency.milliseconds(95) == 190)
        #expect(latency.milliseconds(99) == 198)
        #expect(Percentiles(of: [.microseconds(1_500)]).milliseconds(99) == 1.5)
        #expect(Percentiles(of: []).milliseconds(50) == 0)
    }
}
