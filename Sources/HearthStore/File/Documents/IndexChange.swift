import HearthModel
import HearthSQLite
import HearthText

/// One change of the word index.
///
/// The index is contentless. A removal must give exactly the words that were inserted, or some of them stay behind.
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

    /// Changes that have the same outcome as the given ones and cost less to write.
    ///
    /// FTS5 collects rows as long as their ids rise. When a lower id follows a higher one, it writes out everything
    /// that it has collected. So the changes are sorted by document, and those of one document stay in their order. Two
    /// changes that insert and remove the same words cancel out and are dropped.
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

/// The text that a transaction analysed last, and the words of it.
///
/// When a draft is published, its words are removed from the index, and right after that the same words are inserted
/// for the memory. So the text is analysed once.
struct RecentAnalysis {
    /// What the index needs of a text.
    struct Analysis {
        /// The length that BM25 divides by.
        var length: Int
        var words: IndexedWords
        /// What the words of a sensitive memory stand for.
        var keyed: KeyedWords?
    }

    private struct Subject {
        var content: String
        var tags: [String]
        var user: Int64
        var key: UInt32?

        func isIdentical(to other: Subject) -> Bool {
            user == other.user && key == other.key && content.isIdentical(to: other.content)
                && tags.isIdentical(to: other.tags)
        }
    }

    private var latest: (subject: Subject, analysis: Analysis)?

    /// The words of a memory with this content and these tags.
    ///
    /// - Parameter key: What a sensitive memory is sealed with.
    mutating func of(content: String, tags: [String], user: Int64, key: DataKey?) -> Analysis {
        let subject = Subject(content: content, tags: tags, user: user, key: key?.number)
        if let latest, latest.subject.isIdentical(to: subject) { return latest.analysis }
        let document = AnalyzedDocument(content: content, tags: tags)
        let keyed = key.map { KeyedWords(document, user: user, key: $0) }
        let analysis = Analysis(
            length: document.length,
            words: keyed?.words ?? document.words(user: user),
            keyed: keyed
        )
        latest = (subject, analysis)
        return analysis
    }
}
