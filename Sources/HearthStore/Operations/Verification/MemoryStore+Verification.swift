package import HearthModel
import HearthSQLite
import HearthText

extension MemoryStore {
    /// Recomputes what can be recomputed and compares it with what is stored: SQLite's own check, the index's own check, the digest of
    /// every version and every draft, the heads against the versions, the documents and the index against the words of every text, and the audit chain.
    ///
    /// What it finds are values, not errors. It reads the whole file, on a thread of its own; cancelling the task stops it.
    ///
    /// - Parameter anchor: The ``VerificationReport/anchor`` of an earlier verification, kept outside the file: the chain must pass
    ///   through it, or it was rewritten.
    /// - Throws: `.invalidArgument` for an anchor that does not read, and what keeps the file from being read at all.
    package func verify(anchor: String? = nil) async throws -> VerificationReport {
        let anchor = try anchor.map(AuditAnchor.init(text:))
        var report = VerificationReport()
        do {
            report = try await readUntilCancelled { snapshot in
                var report = VerificationReport()
                try FileVerification.check(snapshot.connection, into: &report)
                try MemoryVerification.check(snapshot, into: &report)
                try DraftVerification.check(snapshot, into: &report)
                try DocumentVerification.check(snapshot.connection, into: &report)
                try CatalogVerification.check(snapshot, into: &report)
                try IndexVerification.check(snapshot.connection, into: &report)
                try VectorVerification.check(snapshot.connection, embedder: self.embedder, into: &report)
                try AuditVerification.check(snapshot.connection, anchor: anchor, into: &report)
                return report
            }
            if !isReadOnly, let damage = try await indexDamage() { report.add("index", damage) }
        } catch let error as MemoryError where error.code == .storeCorrupt {
            report.add("file", error.message)
        }
        return report
    }

    /// What FTS5's own check says of the index's structure; nil where it is sound.
    private func indexDamage() async throws -> String? {
        try await write { transaction in
            do {
                try transaction.connection.run("INSERT INTO memory_index (memory_index) VALUES ('integrity-check')")
                return nil
            } catch let error as SQLiteError where error.resultCode.primary == .corrupt {
                return "The word index is damaged: \(error.message)."
            }
        }
    }
}

/// SQLite's own check.
enum FileVerification {
    static func check(_ connection: Connection, into report: inout VerificationReport) throws {
        for line in try connection.rows("PRAGMA integrity_check(100)", as: { $0.string(0) }) where line != "ok" {
            report.add("file", line)
        }
        try connection.forEach("PRAGMA foreign_key_check") { row in
            report.add("file", "A row of \(row.string(0)) refers to a row of \(row.string(2)) that is not there.")
        }
    }
}

/// The index against the words that its texts have now.
///
/// Both sides are summed up document by document: every word's place is hashed and the hashes are added, so that neither the index
/// nor the texts have to be held or sorted. A document whose sums differ is named.
enum IndexVerification {
    static func check(_ connection: Connection, into report: inout VerificationReport) throws {
        var sums: [Int64: UInt64] = [:]
        try connection.forEach("SELECT doc, col, offset, term FROM memory_words") { row in
            let column = row.string(1) == "content" ? 0 : 1
            let place = row.withBytes(3) { PlaceHash.value(term: $0, column: column, offset: row.int(2)) }
            sums[row.int64(0), default: 0] &+= place
        }
        try WordIndex.forEachText(connection) { document, user, text in
            report.documents += 1
            let words = text.words(user: user)
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
        for document in sums.keys.sorted() {
            report.add("index", "The index holds words of document \(document), which is not there.")
        }
    }
}

/// FNV-1a (Fowler, Noll, Vo) over a word and its place: enough to tell a difference that nobody made on purpose.
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
