import HearthMemory

/// How far memories have vectors.
struct EmbeddingsReport: Report {
    var status: EmbeddingStatus
    /// How many vectors a rebuild has made; nil where there was none.
    var made: Int?

    private enum CodingKeys: String, CodingKey { case made }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(made, forKey: .made)
    }

    func render(on page: inout Page) {
        var facts: [(name: String, value: Styled)] = [
            ("embedder", Styled(status.embedder ?? "none")),
            ("memories and drafts", "\(status.documents)"),
            ("with a vector", Styled("\(status.embedded)", .good)),
            ("waiting for one", Styled("\(status.pending)", status.pending > 0 ? .caution : .plain)),
        ]
        if let made { facts.append(("made now", "\(made)")) }
        page.facts(facts)
        if made == nil, status.pending > 0 {
            page.line("`hearth embeddings rebuild` makes them; until then those memories are found by their words.")
        }
    }
}
