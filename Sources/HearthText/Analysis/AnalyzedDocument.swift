/// The words of a memory, analysed before it reaches the writer.
package struct AnalyzedDocument: Sendable {
    private let content: TokenizedText
    private let tags: TokenizedText

    package init(content: String, tags: [String]) {
        self.content = TextAnalyzer().tokens(of: content)
        // Each tag is a label of its own. They are a line apart, so that no phrase spans two of them by accident of
        // spelling.
        self.tags = tags.isEmpty ? TokenizedText() : TextAnalyzer().tokens(of: tags.joined(separator: "\n"))
    }

    /// How many words it has, tags included: its length for BM25.
    package var length: Int { content.count + tags.count }

    /// The terms of the words, and of their other spellings, as the index has them.
    package var indexedTerms: [String] { content.indexedTerms + tags.indexedTerms }

    /// The words as the index takes them.
    package func words(user: Int64) -> IndexedWords {
        let key = UserKey(user)
        return IndexedWords(content: content.indexText(userKey: key), tags: tags.indexText(userKey: key))
    }
}

/// The words of one document as they go into the index, each behind its user's key.
package struct IndexedWords: Hashable, Sendable {
    package var content: String
    package var tags: String
}

/// The short number that stands for a user in front of every indexed term.
package struct UserKey: Hashable, Sendable {
    /// The number.
    let rawValue: Int64

    /// The number in base 36, lower case, and a colon.
    let prefix: [UInt8]

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
        prefix = Array(String(UInt64(bitPattern: rawValue), radix: 36).utf8) + [UInt8(ascii: ":")]
    }
}
