import HearthMemory

/// How well a collection's questions were answered, and how fast.
struct EvaluationReport: Report {
    var metrics: RetrievalMetrics
    var latency: Percentiles
    var documents: Int
    var unanswerable: Int

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var measures: [(name: String, value: Double)] {
        RetrievalMetrics.recallDepths.map { ("recall@\($0)", metrics.recall[$0] ?? 0) } + [
            ("mrr@\(RetrievalMetrics.depth)", metrics.meanReciprocalRank),
            ("ndcg@\(RetrievalMetrics.depth)", metrics.normalizedDiscountedGain),
        ]
    }

    private var milliseconds: [(name: String, value: Double)] {
        [50, 95, 99].map { ("p\($0)_ms", latency.milliseconds($0)) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in measures + milliseconds { try container.encode(value, forKey: Key(stringValue: name)) }
        try container.encode(metrics.questions, forKey: Key(stringValue: "queries"))
    }

    func render(on page: inout Page) {
        page.facts(measures.map { ($0.name, Styled(Decimals.string($0.value, digits: 3), .good)) })
        page.facts(milliseconds.map { ($0.name, Styled(Decimals.string($0.value, digits: 2))) })
        page.facts([("queries", "\(metrics.questions)"), ("memories", "\(documents)")])
        if unanswerable > 0 { page.line("\(unanswerable) questions without a relevant memory were left out.") }
    }
}
