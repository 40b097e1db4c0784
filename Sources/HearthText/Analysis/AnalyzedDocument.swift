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

    /// How much memory it takes, in bytes, with what is reserved.
    package var size: Int { content.size + tags.size }

    /// The terms that the index has of the content and of the tags, those of other spellings included.
    package var indexedTerms: (content: [String], tags: [String]) {
        (content.indexedTermsAlone, tags.indexedTermsAlone)
    }

    /// How often a phrase occurs, as the index counts it.
    package func count(_ phrase: KeywordQuery.Phrase) -> Int {
        [content, tags].reduce(0) { $0 + Self.count(phrase, in: $1.indexedTerms) }
    }

    private static func count(_ phrase: KeywordQuery.Phrase, in terms: [String]) -> Int {
        let length = phrase.terms.count
        guard let last = phrase.terms.last, terms.count >= length else { return 0 }
        return (0...terms.count - length)
            .count { start in
                let end = terms[start + length - 1]
                // Byte for byte, as the index compares them.
                return (phrase.isPrefix ? end.utf8.starts(with: last.utf8) : end.utf8.elementsEqual(last.utf8))
                    && (0..<length - 1).allSatisfy { terms[start + $0].utf8.elementsEqual(phrase.terms[$0].utf8) }
            }
    }

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

    package init(content: String, tags: String) {
        self.content = content
        self.tags = tags
    }
}

/// The short number that stands for a user in front of every indexed term.
package struct UserKey: Hashable, Sendable {
    /// The number.
    let rawValue: Int64

    /// The number in base 36, lower case, and a colon.
    let prefix: [UInt8]

    /// What stands in front of every term of the user.
    package var termPrefix: String { String(decoding: prefix, as: UTF8.self) }

    /// What stands in front of a token that stands for a word of a sensitive memory. No term begins with a colon, so
    /// that no plain word is taken for such a token.
    package var sealedPrefix: String { String(decoding: prefix, as: UTF8.self) + ":" }

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
        prefix = Array(String(UInt64(bitPattern: rawValue), radix: 36).utf8) + [UInt8(ascii: ":")]
    }
}
