import HearthModel
import HearthSQLite
import HearthText

/// One change of the word index.
///
/// The index is contentless: a removal gives exactly the words that went in, or it leaves ghosts behind.
enum IndexChange: Sendable {
    case insert(document: Int64, IndexedWords)
    case remove(document: Int64, IndexedWords)

    var document: Int64 {
        switch self {
        case .insert(let document, _), .remove(let document, _): document
        }
    }

    private var words: IndexedWords {
        switch self {
        case .insert(_, let words), .remove(_, let words): words
        }
    }

    private var isInsertion: Bool {
        if case .insert = self { true } else { false }
    }

    /// Changes to write in place of others, with the same outcome.
    ///
    /// FTS5 collects what is written in the order of row ids, and writes all of it out whenever a lower one comes after a higher one. So
    /// they come by document; those of one document stay in their order, and what puts in and takes out the same words is left out.
    static func arranged(_ changes: [IndexChange]) -> [IndexChange] {
        if changes.count < 2 { return changes }
        let places = changes.indices.sorted { (changes[$0].document, $0) < (changes[$1].document, $1) }
        var arranged: [IndexChange] = []
        arranged.reserveCapacity(changes.count)
        for place in places {
            let change = changes[place]
            if let last = arranged.last, last.document == change.document, last.isInsertion != change.isInsertion,
                last.words == change.words
            {
                arranged.removeLast()
            } else {
                arranged.append(change)
            }
        }
        return arranged
    }

    func apply(to connection: Connection) throws {
        switch self {
        case .insert(let document, let words):
            try connection.run(
                "INSERT INTO memory_index (rowid, content, tags) VALUES (?1, ?2, ?3)",
                document,
                words.content,
                words.tags
            )
        case .remove(let document, let words):
            try connection.run(
                "INSERT INTO memory_index (memory_index, rowid, content, tags) VALUES ('delete', ?1, ?2, ?3)",
                document,
                words.content,
                words.tags
            )
        }
    }
}

/// The text that a transaction analysed last, with its words.
///
/// A draft that is published leaves the index and comes back as the memory's own words, one right after the other.
struct RecentAnalysis {
    /// A text as the index takes it.
    struct Analysis {
        /// The length that BM25 divides by.
        var length: Int
        var words: IndexedWords
    }

    private struct Subject {
        var content: String
        var tags: [String]
        var user: Int64

        func isIdentical(to other: Subject) -> Bool {
            user == other.user && content.isIdentical(to: other.content) && tags.isIdentical(to: other.tags)
        }
    }

    private var latest: (subject: Subject, analysis: Analysis)?

    /// The words of a memory that says this.
    mutating func of(content: String, tags: [String], user: Int64) -> Analysis {
        let subject = Subject(content: content, tags: tags, user: user)
        if let latest, latest.subject.isIdentical(to: subject) { return latest.analysis }
        let document = AnalyzedDocument(content: content, tags: tags)
        let analysis = Analysis(length: document.length, words: document.words(user: user))
        latest = (subject, analysis)
        return analysis
    }
}
