import HearthModel
import HearthSQLite

/// What a document is found by: its text and its tags.
struct DocumentText: Sendable {
    var content: String
    var tags: [String]
    /// The number of the data key that it is sealed with; nil for a plain one.
    var sealedWith: UInt32?

    /// Reads nine columns: the text of the draft or else of the memory, the tags likewise, `is_sensitive`, the `sealed`
    /// of the memory and of the draft, the identifier, the head, and the draft's agent and base.
    ///
    /// - Throws: ``KeysNeeded`` for a sensitive memory.
    init(_ row: Row, at column: Int32, user: Int64, in snapshot: Snapshot) throws {
        guard row.bool(column + 2) else {
            content = row.string(column)
            tags = try FieldText.array(from: row.string(column + 1))
            return
        }
        let seal = MemorySeal(id: row.memoryID(column + 5), keys: try snapshot.keys(ofUser: user))
        let head = row.optionalBytes(column + 3)
        let draft = row.optionalBytes(column + 4)
        var payload = SealedPayload()
        if let agent = row.optionalInt64(column + 7) {
            payload = try seal.open(draft, as: .draft(agent: agent, base: row.bytes(column + 8)))
        }
        if payload.text == nil || payload.tags == nil {
            let published = try seal.open(head, as: .head(version: row.bytes(column + 6)))
            payload.text = payload.text ?? published.text
            payload.tags = payload.tags ?? published.tags
        }
        content = String(decoding: payload.text ?? [], as: UTF8.self)
        tags = payload.tags ?? []
        sealedWith = (draft ?? head).flatMap(Seal.number)
    }
}
