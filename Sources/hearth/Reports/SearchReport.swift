import HearthMemory

/// What a search found, best first.
struct SearchReport: Report {
    private let query: String?
    private let similarTo: MemoryID?
    private let results: [ResultJSON]

    private struct ResultJSON: Encodable {
        let rank: Int
        let found: MemorySearchResult

        private enum CodingKeys: String, CodingKey {
            case rank, id, score, components, shared, sharing, snippet, memory
            case sourceAgent = "source_agent"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(rank, forKey: .rank)
            try container.encode(found.memory.id, forKey: .id)
            try container.encode(found.score, forKey: .score)
            try container.encode(found.components, forKey: .components)
            try container.encode(found.isShared, forKey: .shared)
            try container.encode(found.sourceAgent, forKey: .sourceAgent)
            try container.encodeIfPresent(found.sharing, forKey: .sharing)
            try container.encode(found.snippet, forKey: .snippet)
            try container.encode(MemoryJSON(found.memory), forKey: .memory)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case query, results
        case similarTo = "similar_to"
    }

    init(query: String? = nil, similarTo: MemoryID? = nil, results: [MemorySearchResult]) {
        self.query = query
        self.similarTo = similarTo
        self.results = results.enumerated().map { ResultJSON(rank: $0 + 1, found: $1) }
    }

    func render(on page: inout Page) {
        var table = Table(.trailing("#"), .trailing("SCORE"), .leading("ID"), .leading("AGENT"), .flexible("SNIPPET"))
        for result in results {
            table.row([
                ["\(result.rank)"],
                [Styled(Decimals.string(result.found.score), .good)],
                ["\(result.found.memory.id)"],
                ["\(result.found.sourceAgent)"],
                SnippetMarks.spans(result.found.snippet),
            ])
        }
        page.table(table, none: "Nothing found.")
    }
}
