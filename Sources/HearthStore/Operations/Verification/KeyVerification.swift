import HearthModel
import HearthSQLite

/// Checks that the file has the keys that something is sealed with, as far as that can be seen without them, and that
/// those which the provider opens do open.
enum KeyVerification {
    static func check(_ keys: KeyCheck, in connection: Connection, into report: inout VerificationReport) throws {
        let rows = try connection.rows(
            "SELECT user_key, number FROM data_keys",
            as: { KeyTable.Use(user: $0.int64(0), number: UInt32(truncatingIfNeeded: $0.int64(1))) }
        )
        let held = Set(rows)
        let used = try KeyTable.inUse(ofUser: nil, in: connection)
        let identities = Set((held.union(used)).map { KeyTable.Use(user: $0.user, number: UserKeys.identityNumber) })
        for key in used.union(identities).subtracting(held).sorted(by: { ($0.user, $0.number) < ($1.user, $1.number) })
        {
            let name = try name(of: key.user, in: connection)
            report.add("key", "Key \(key.number) of user \(name) is missing: what was made with it can't be opened.")
        }
        for (_, message) in keys.damaged.sorted(by: { $0.key < $1.key }) { report.add("key", message) }
    }

    private static func name(of user: Int64, in connection: Connection) throws -> String {
        try connection.first("SELECT user_id FROM users WHERE user_key = ?1", user, as: { $0.string(0) })
            ?? "number \(user)"
    }
}

/// Checks the sealed vectors, whichever embedder made them: each opens, and is of a document.
enum SealedVectorVerification {
    static func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        try snapshot.connection.forEach(
            """
            SELECT v.document_key, v.user_key, v.sealed, m.model_key, m.identifier, m.dimension, d.document_key IS NULL
            FROM sealed_vectors AS v LEFT JOIN models AS m ON m.model_key = v.model_key
            LEFT JOIN documents AS d ON d.user_key = v.user_key AND d.document_key = v.document_key
            WHERE v.sealed IS NOT NULL
            """,
            do: { row in
                let document = row.int64(0)
                if row.bool(6) {
                    return report.add("vector", "There is a vector of document \(document), which is not there.")
                }
                guard let keys = snapshot.keyring.loaded(row.int64(1)) else { return }
                do {
                    guard let model = row.optionalInt64(3) else {
                        throw MemoryError.corrupt("The model of the vector of document \(document) is not there.")
                    }
                    let dimension = try VectorBlock.checked(dimension: row.int(5))
                    let known = EmbeddingModel(key: model, identifier: row.string(4), dimension: dimension)
                    _ = try SealedVectorTable.open(row.bytes(2), document: document, model: known, keys: keys)
                } catch is KeysNeeded {
                    // That the key is missing is said once.
                } catch let error as MemoryError where error.isDamage {
                    report.add(
                        "vector",
                        """
                        The vector of document \(document) does not open; `hearth embeddings rebuild --force` or `hearth keys rotate` \
                        makes it anew.
                        """
                    )
                }
            }
        )
    }
}

/// The words that the texts of sensitive memories have, to be compared with those that beginnings of words are found by.
struct SealedWordsVerification {
    /// By user, the words by their tokens.
    private var expected: [Int64: [String: String]] = [:]

    /// Notes the words of a text.
    mutating func add(_ words: KeyedWords, user: Int64) {
        for (token, term) in words.terms { expected[user, default: [:]][token] = term }
    }

    /// Compares the words of the users whose keys are in memory. A word that no text has any more is no fault: it goes with
    /// the next erasure.
    consuming func check(_ snapshot: Snapshot, into report: inout VerificationReport) throws {
        let users = try snapshot.connection.rows("SELECT DISTINCT user_key FROM data_keys", as: { $0.int64(0) })
        for user in users {
            guard let keys = snapshot.keyring.loaded(user) else { continue }
            var missing = expected.removeValue(forKey: user) ?? [:]
            var damaged = 0
            try snapshot.connection.forEach(
                "SELECT token, sealed FROM sealed_words WHERE user_key = ?1",
                user,
                do: { row in
                    let token = row.string(0)
                    let term = missing.removeValue(forKey: token)
                    do {
                        let held = try SealedVocabulary.open(row.bytes(1), token: token, keys: keys)
                        if let term, held != term { damaged += 1 }
                    } catch is KeysNeeded {
                        // That the key is missing is said once.
                    } catch let error as MemoryError where error.isDamage {
                        damaged += 1
                    }
                }
            )
            Self.say(missing.count, "missing from the words", of: user, into: &report)
            Self.say(damaged, "damaged among the words", of: user, into: &report)
        }
    }

    private static func say(_ count: Int, _ fault: String, of user: Int64, into report: inout VerificationReport) {
        guard count > 0 else { return }
        report.add(
            "index",
            """
            Of the sensitive memories of user number \(user) \(count) \(count == 1 ? "word is" : "words are") \(fault) that beginnings \
            are found by; `hearth keys rotate` writes all of them anew.
            """
        )
    }
}
