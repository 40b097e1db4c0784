import Foundation
import HearthEmbedding
import HearthModel
import HearthSQLite
import HearthText

/// Checks the documents against the memories and drafts that they stand for.
enum DocumentVerification {
    static func check(_ connection: Connection, into report: inout VerificationReport) throws {
        try connection.forEach(
            """
            SELECT d.document_key FROM documents AS d JOIN memories AS m ON m.memory_key = d.document_key
            WHERE d.agent_key IS NULL AND ((d.flags & 1 = 0) != (m.state = 'live') OR d.user_key != m.user_key
                OR d.owner_key != m.owner_key OR d.session_key IS NOT m.session_key OR d.type != m.type
                OR d.created_at != coalesce(m.created_at, m.arrived_at, d.created_at)
                OR d.expires_at IS NOT m.expires_at OR d.importance IS NOT m.importance
                OR d.category_key != m.category_key
                OR d.flags & 1 = 0 AND (d.flags & 64 != 0) != (m.is_sensitive != 0))
            """,
            do: { report.add("document", "Document \($0.int64(0)) is not what its memory says.") }
        )
        try connection.forEach(
            """
            SELECT d.document_key FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key
            WHERE d.agent_key IS NOT NULL AND ((d.flags & 1 = 0) != (r.draft_key IS NOT NULL) OR d.flags & 1 = 0 AND (
                (d.flags & 2 != 0) != (m.state != 'live' OR r.changed_fields & 128 != 0) OR d.agent_key != r.agent_key
                OR d.memory_key != r.memory_key OR (d.flags & 64 != 0) != (m.is_sensitive != 0)
                OR coalesce(d.importance, ?1) != coalesce(r.importance, m.importance, ?1)
                OR d.expires_at IS NOT iif(r.changed_fields & 64, r.expires_at, m.expires_at)))
            """,
            SchemaV2.usualImportance,
            do: { report.add("document", "Document \($0.int64(0)) is not what its draft says.") }
        )
        try connection.forEach(
            """
            SELECT draft_key FROM drafts WHERE NOT EXISTS (
                SELECT 1 FROM documents AS d WHERE d.user_key = drafts.user_key AND d.document_key = drafts.draft_key)
            """,
            do: { report.add("document", "Draft \($0.int64(0)) has lost its document.") }
        )
    }
}

/// Checks the lengths, the tags and the vectors of documents against their texts.
///
/// Of the vectors of an embedder that has to be waited for, only those that point nowhere are found.
enum VectorVerification {
    static func check(
        _ snapshot: Snapshot,
        embedder: (any Embedder)?,
        into report: inout VerificationReport
    ) throws {
        let connection = snapshot.connection
        let maker = embedder.map { VectorMaker(embedder: $0) }
        let model = try embedder.flatMap { try VectorTable.model($0.identifier, in: connection) }
        var tagged: [Int64: [String]] = [:]
        try connection.forEach("SELECT document_key, tag FROM tags") { row in
            tagged[row.int64(0), default: []].append(row.string(1))
        }
        try connection.forEach(
            """
            SELECT d.document_key, d.user_key, d.block_key, d.length, d.model_key,
                substr(b.data, 1 + d.block_slot * (?1 + ?2), ?1 + ?2), coalesce(r.content, m.content), coalesce(r.tags, m.tags),
                m.is_sensitive, m.sealed, r.sealed, m.identifier, m.head, r.agent_key, r.base
            FROM documents AS d JOIN memories AS m ON m.memory_key = d.memory_key
            LEFT JOIN drafts AS r ON r.draft_key = d.document_key AND d.agent_key IS NOT NULL
            LEFT JOIN vector_blocks AS b ON b.block_key = d.block_key
            WHERE d.flags & 3 = 0
            """,
            VectorBlock.headerSize,
            model?.dimension ?? 0,
            do: { row in
                let document = row.int64(0)
                let user = row.int64(1)
                let held = tagged.removeValue(forKey: document) ?? []
                let text: DocumentText
                do {
                    text = try DocumentText(row, at: 6, user: user, in: snapshot)
                } catch is KeysNeeded {
                    return
                } catch let error as MemoryError where error.isDamage {
                    return
                }
                let (content, tags) = (text.content, text.tags)
                let keys = try text.sealedWith.map { _ in try snapshot.keys(ofUser: user) }
                if AnalyzedDocument(content: content, tags: tags).length != row.int(3) {
                    report.add("document", "The length of document \(document) is not that of its text.")
                }
                let keyer = try keys.flatMap { keys in try text.sealedWith.map { WordKeyer(try keys.dataKey($0)) } }
                // As they are written: composing may make of two different texts the same, where a code point is none yet.
                let composed = tags.map(\.precomposedStringWithCanonicalMapping)
                let expected = keyer.map { composed.map($0.token(ofTag:)) } ?? composed
                if held.count != tags.count || Set(held) != Set(expected) {
                    report.add("document", "The tags of document \(document) are not those of its text.")
                }
                guard let model, let maker, row.optionalInt64(4) == model.key, !content.isBlank else { return }
                if let keys {
                    guard row.optionalInt64(2) == SealedVectorTable.block else { return }
                    let vector: QuantizedVector?
                    do {
                        vector = try SealedVectorTable.vector(
                            of: document,
                            model: model,
                            keys: keys,
                            in: snapshot.connection
                        )
                    } catch is KeysNeeded {
                        return
                    } catch let error as MemoryError where error.isDamage {
                        // It is named where all sealed vectors are opened.
                        return
                    }
                    let made = maker.vectorAtOnce(of: content)
                        .map { QuantizedVector(components: $0.components, scale: VectorBlock.rounded($0.scale)) }
                    if vector == nil || made != nil && made != vector {
                        report.add("vector", "The vector of document \(document) is not that of its text.")
                    }
                    return
                }
                let block = row.int64(2)
                if let vector = maker.vectorAtOnce(of: content) {
                    if try row.bytes(5) != VectorBlock.slot(document: document, in: block, vector: vector) {
                        report.add("vector", "The vector of document \(document) is not that of its text.")
                    }
                } else if VectorBlock.vector(in: row.bytes(5)[...], of: document, block: block)?.scale == 0 {
                    report.add(
                        "vector",
                        "The vector of document \(document) points nowhere; `hearth embeddings rebuild --force` makes it anew."
                    )
                }
            }
        )
        for document in tagged.keys.sorted() {
            report.add("document", "There are tags of document \(document), which is not there.")
        }
    }
}

/// Checks every catalog image against its documents.
enum CatalogVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let connection = snapshot.connection
        for user in try connection.rows("SELECT user_key FROM roster_images", as: { $0.int64(0) }) {
            let rows = try DocumentCatalog(user: user, connection: connection, sequence: snapshot.state.sequence)
            let catalog = try DocumentCatalog(user: user, connection: connection, state: snapshot.state)
            let isPassedOver = try CatalogImage.read(user: user, in: connection) == nil
            if isPassedOver || catalog.entries != rows.entries {
                report.add("document", "The packed documents of user number \(user) are not what their rows say.")
            }
        }
    }
}

/// Checks the index against the words of its texts.
///
/// Both sides are summed up document by document: the place of every word is hashed, and the hashes are added. So
/// neither the index nor the texts have to be kept in memory or sorted. A document whose sums differ is reported. Kept
/// are the different words of sensitive memories, to be compared with those that beginnings are found by.
enum IndexVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let connection = snapshot.connection
        var sums: [Int64: UInt64] = [:]
        try connection.forEach("SELECT doc, col, offset, term FROM memory_words") { row in
            let column = row.string(1) == "content" ? 0 : 1
            let place = row.withBytes(3) { PlaceHash.value(term: $0, column: column, offset: row.int(2)) }
            sums[row.int64(0), default: 0] &+= place
        }
        var sealed: Set<Int64> = []
        var sealedWords = SealedWordsVerification()
        let note = { (document: Int64, _: any Error) in _ = sealed.insert(document) }
        try WordIndex.forEachText(snapshot, refused: note) { document, user, text in
            report.documents += 1
            let keyed = text.key.map { KeyedWords(text.document, user: user, key: $0) }
            if let keyed { sealedWords.add(keyed, user: user) }
            let words = keyed?.words ?? text.document.words(user: user)
            var expected: UInt64 = 0
            for (column, text) in [words.content, words.tags].enumerated() {
                for (offset, word) in text.utf8.split(separator: UInt8(ascii: " ")).enumerated() {
                    expected &+=
                        word.withContiguousStorageIfAvailable {
                            PlaceHash.value(term: UnsafeRawBufferPointer($0), column: column, offset: offset)
                        } ?? 0
                }
            }
            if sums.removeValue(forKey: document) ?? 0 != expected {
                report.add("index", "The index does not hold the words of document \(document).")
            }
        }
        for document in sums.keys.sorted() where !sealed.contains(document) {
            report.add("index", "The index holds words of document \(document), which is not there.")
        }
        try sealedWords.check(snapshot, into: &report)
    }
}

/// FNV-1a (Fowler, Noll, Vo) over a word and its place: good enough to find a difference that nobody made on purpose.
private enum PlaceHash {
    static func value(term: UnsafeRawBufferPointer, column: Int, offset: Int) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        for byte in term { mix(byte) }
        mix(UInt8(column))
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: offset)) { $0.forEach(mix) }
        return hash
    }
}
