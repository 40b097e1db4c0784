import Foundation
import HearthSQLite
import HearthText
import TestSupport

@testable import HearthModel
@testable import HearthStore

/// The bytes by which a memory could be recognised in a file.
struct Traces {
    /// What each is, and its bytes.
    private(set) var needles: [(what: String, bytes: [UInt8])] = []

    /// Everything that the tables hold of a memory, in pieces that are found even where only a part is left.
    init(of id: MemoryID, words: [String], in store: MemoryStore) throws {
        for word in words { needles.append(("the word \(word)", Array(word.utf8))) }
        needles.append(("the identifier", Array(id.rawValue.utf8)))
        let rows = try store.read { snapshot in
            let connection = snapshot.connection
            guard let key = try MemoryNames.plain(id, in: connection) else { return [] as [(String, [UInt8])] }
            var found: [(String, [UInt8])] = []
            for (what, statement) in Self.statements {
                let values = try connection.rowsDynamic(statement, [key], as: { $0.optionalBytes(0) })
                found += values.compactMap(\.self).map { (what, $0) }
            }
            return found
        }
        for (what, bytes) in rows where bytes.count >= 8 {
            for start in Set([0, bytes.count / 2, max(0, bytes.count - 16)]) {
                let piece = Array(bytes[start..<min(start + 16, bytes.count)])
                // Zeros, and what every payload begins with, are everywhere.
                guard piece.count >= 8, Set(piece).count > 5 else { continue }
                needles.append((what, piece))
            }
        }
    }

    private static let statements: [(String, String)] = [
        ("the identifier's bytes", "SELECT CAST(identifier AS BLOB) FROM memories WHERE memory_key = ?1"),
        ("the head", "SELECT head FROM memories WHERE memory_key = ?1"),
        ("the text", "SELECT CAST(content AS BLOB) FROM memories WHERE memory_key = ?1"),
        ("the payload", "SELECT sealed FROM memories WHERE memory_key = ?1"),
        ("a version's id", "SELECT version_id FROM versions WHERE memory_key = ?1"),
        ("a version's text", "SELECT content FROM versions WHERE memory_key = ?1 AND content_form = 'whole'"),
        ("a version's payload", "SELECT sealed FROM versions WHERE memory_key = ?1"),
        ("a draft's text", "SELECT CAST(content AS BLOB) FROM drafts WHERE memory_key = ?1"),
        ("a draft's payload", "SELECT sealed FROM drafts WHERE memory_key = ?1"),
        ("a draft's digest", "SELECT digest FROM drafts WHERE memory_key = ?1"),
        ("a conflict's id", "SELECT CAST(conflict_id AS BLOB) FROM conflicts WHERE memory_key = ?1"),
        (
            "a sealed vector",
            """
            SELECT sealed FROM sealed_vectors WHERE document_key IN
                (SELECT document_key FROM documents WHERE memory_key = ?1)
            """
        ),
        (
            "a vector",
            """
            SELECT substr(b.data, 8 + d.block_slot * (m.dimension + 7), m.dimension) FROM documents AS d
            JOIN vector_blocks AS b ON b.block_key = d.block_key JOIN models AS m ON m.model_key = d.model_key
            WHERE d.memory_key = ?1
            """
        ),
    ]

    /// Adds the tokens that stand for the words of a text of a sensitive memory.
    mutating func add(tokensOf text: String, keys: UserKeys) {
        for key in keys.dataKeys.values {
            for word in AnalyzedDocument(content: text, tags: []).indexedTerms.content {
                needles.append(("the token of \(word)", Array(WordKeyer(key).token(ofTerm: word).utf8)))
            }
        }
    }

    /// Which of them are in the files of a directory, as another process sees them.
    func found(in directory: String) async throws -> [String] {
        let lines = needles.map { needle in
            needle.bytes.map { "\\x" + (($0 < 16 ? "0" : "") + String($0, radix: 16)) }.joined()
        }
        let all = needles
        return try await blocking {
            var found: [String] = []
            for (needle, pattern) in zip(all, lines) {
                let end = try ChildProcess.run(
                    ["LC_ALL=C", "grep", "-raqP", "--", pattern, directory],
                    collecting: 2
                )
                if end.end.status == 0 { found.append(needle.what) }
            }
            return found
        }
    }
}
