import HearthEmbedding
import HearthModel
import HearthSQLite
import HearthText

/// The lengths, the tags and the vectors of documents against those that their texts have now.
///
/// Vectors of an embedder that has to be waited for are left unchecked.
enum VectorVerification {
    static func check(
        _ connection: Connection,
        embedder: (any Embedder)?,
        into report: inout VerificationReport
    ) throws {
        let maker = embedder.map { VectorMaker(embedder: $0) }
        let model = try embedder.flatMap { try VectorTable.model($0.identifier, in: connection) }
        var tagged: [Int64: [String]] = [:]
        try connection.forEach("SELECT document_key, tag FROM tags") { row in
            tagged[row.int64(0), default: []].append(row.string(1))
        }
        try connection.forEach(
            """
            SELECT d.document_key, coalesce(r.content, m.content), coalesce(r.tags, m.tags), d.length, d.model_key,
                substr(b.data, 1 + d.block_slot * (?1 + ?2), ?1 + ?2)
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            LEFT JOIN vector_blocks AS b ON b.block_key = d.block_key
            WHERE d.flags & 3 = 0
            """,
            VectorBlock.headerSize,
            model?.dimension ?? 0,
            do: { row in
                let document = row.int64(0)
                let content = row.string(1)
                let tags = try FieldText.array(from: row.string(2))
                if AnalyzedDocument(content: content, tags: tags).length != row.int(3) {
                    report.add("document", "The length of document \(document) is not that of its text.")
                }
                let held = tagged.removeValue(forKey: document) ?? []
                if held.count != tags.count || Set(held) != Set(tags) {
                    report.add("document", "The tags of document \(document) are not those of its text.")
                }
                guard let model, row.optionalInt64(4) == model.key,
                    let vector = maker?.vectorAtOnce(of: content)
                else { return }
                if row.bytes(5) != VectorBlock.slot(document: document, vector: vector) {
                    report.add("vector", "The vector of document \(document) is not that of its text.")
                }
            }
        )
        for document in tagged.keys.sorted() {
            report.add("document", "There are tags of document \(document), which is not there.")
        }
    }
}
