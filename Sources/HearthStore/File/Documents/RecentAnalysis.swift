import HearthModel
import HearthText

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
