package import HearthModel
import HearthSQLite

extension MemoryStore {
    /// Recomputes what can be recomputed and compares it with what is stored. It runs SQLite's own check and the
    /// index's own check. It checks the digest of every version and every draft, the heads against the versions, the
    /// documents and the index against the words of every text, and the audit chain.
    ///
    /// Sensitive memories are checked if there is a key. If there is no provider, or it lacks a key that the file names,
    /// the report names those that could not be. A key that is missing from the file, or that does not open, is a finding,
    /// and so is every memory that needs it.
    ///
    /// Damage is reported, not thrown. This reads the whole file on a thread of its own; cancelling the task stops it.
    ///
    /// - Parameter anchor: The ``VerificationReport/anchor`` of an earlier verification, kept outside the file. If the
    ///   chain does not pass through it, the chain was rewritten.
    /// - Throws: `.invalidArgument` for an anchor that is not well formed, and any error that keeps the file from being
    ///   read.
    package func verify(anchor: String? = nil) async throws -> VerificationReport {
        let anchor = try anchor.map(AuditAnchor.init(text:))
        var report = VerificationReport()
        do {
            report = try await readWithKeys { snapshot, keys in
                var report = VerificationReport()
                try FileVerification.check(snapshot.connection, into: &report)
                try KeyVerification.check(keys, in: snapshot.connection, into: &report)
                try MemoryVerification.check(snapshot, keys, into: &report)
                try DraftVerification.check(snapshot, into: &report)
                try DocumentVerification.check(snapshot.connection, into: &report)
                try CatalogVerification.check(snapshot, into: &report)
                try IndexVerification.check(snapshot, into: &report)
                try VectorVerification.check(snapshot, embedder: self.embedder, into: &report)
                try SealedVectorVerification.check(snapshot, into: &report)
                try AuditVerification.check(snapshot.connection, anchor: anchor, into: &report)
                return report
            }
            if !isReadOnly, let damage = try await indexDamage() { report.add("index", damage) }
        } catch let error as MemoryError where error.code == .storeCorrupt {
            report.add("file", error.message)
        }
        return report
    }

    /// Reads the file with the keys of every user that can be had.
    private func readWithKeys<R: Sendable>(
        _ body: @escaping @Sendable (Snapshot, KeyCheck) throws -> R
    ) async throws -> R {
        var attempts = 3
        while true {
            let keys = try await checkKeys()
            attempts -= 1
            let isLast = attempts == 0
            let result = try await readUntilCancelled { snapshot -> R? in
                // Another process has replaced keys meanwhile: those that were got say nothing of what is sealed now.
                if !isLast, snapshot.state.keysChanged != keys.changed { return nil }
                return try body(snapshot, keys)
            }
            if let result { return result }
        }
    }

    /// What FTS5's own check says of the index's structure; nil if it is sound.
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
