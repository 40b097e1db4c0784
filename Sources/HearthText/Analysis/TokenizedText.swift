/// The tokens of a text in order, with their terms in one buffer.
///
/// A token's position is its index in `tokens`, which is also the one that FTS5 counts for `indexText`.
@usableFromInline
package struct TokenizedText: Sendable {
    /// One token: what is searched for, and where it stands in the text.
    @usableFromInline
    struct Token: Sendable {
        /// Whether the token is a word or a character of a script without spaces.
        @usableFromInline
        enum Kind: UInt8, Sendable {
            case word
            case character
            case emoji
        }

        @usableFromInline var termStart: UInt32
        @usableFromInline var termLength: UInt16
        var kind: Kind
        /// Whether the word has an ASCII capital behind its first letter.
        var hasInnerCapital = false
        /// Whether the word is of lower-case ASCII letters between spaces, so that nothing belongs to it.
        var isPlain = false
        /// UTF-8 offsets in the text that was analysed.
        fileprivate(set) var sourceStart: UInt32
        fileprivate(set) var sourceEnd: UInt32

        /// The bytes of the text that the token stands for.
        var source: Range<Int> { Int(sourceStart)..<Int(sourceEnd) }
    }

    @usableFromInline private(set) var tokens: [Token] = []
    @usableFromInline private(set) var bytes: [UInt8] = []
    /// Other ways to write what stands in the text. They are behind its tokens in the index and take no part in
    /// phrases of it.
    private(set) var spellings: [Spelling] = []

    /// Another way to write a part of a text.
    struct Spelling: Hashable, Sendable {
        /// Terms side by side, at least one.
        var terms: [String]
        /// The bytes of the text that are written so.
        var source: Range<Int>
    }

    @inlinable package var count: Int { tokens.count }

    /// How much memory it takes, in bytes, with what is reserved.
    var size: Int {
        tokens.capacity * MemoryLayout<Token>.stride + bytes.capacity
            + spellings.reduce(0) { $0 + MemoryLayout<Spelling>.stride + $1.terms.count * MemoryLayout<String>.stride }
    }

    /// The term of a token, UTF-8.
    @inlinable
    package func term(at index: Int) -> ArraySlice<UInt8> {
        let token = tokens[index]
        return bytes[Int(token.termStart)..<Int(token.termStart) + Int(token.termLength)]
    }

    /// The first two bytes of a term, as far as it has them.
    func beginning(at index: Int) -> (first: UInt8?, second: UInt8?) {
        let (start, length) = (Int(tokens[index].termStart), tokens[index].termLength)
        return (length > 0 ? bytes[start] : nil, length > 1 ? bytes[start + 1] : nil)
    }

    /// The terms of all tokens.
    package var terms: [String] {
        tokens.indices.map { String(decoding: term(at: $0), as: UTF8.self) }
    }

    /// The terms of all tokens, and behind them those of the other spellings, as the index has them: each spelling
    /// behind a separator, so that no phrase reaches from one into another.
    package var indexedTerms: [String] { terms + spellings.flatMap { [Self.separator] + $0.terms } }

    /// The terms of the index without what separates the spellings.
    var indexedTermsAlone: [String] { terms + spellings.flatMap(\.terms) }

    /// A term that no text has: the analyser takes a middle dot for punctuation.
    private static let separator = "·"

    /// The text that FTS5 indexes for these tokens: each term behind the key of its user, separated by spaces.
    ///
    /// The key keeps one user's postings together in the index. FTS5's stock `ascii` tokenizer, told that `:` is part
    /// of a word, takes each `key:term` as one token: terms hold only lower-case ASCII letters, digits and scalars
    /// beyond ASCII.
    func indexText(userKey: UserKey) -> String {
        let others = spellings.flatMap { [Self.separator] + $0.terms }
        let length =
            bytes.count + others.reduce(0) { $0 + $1.utf8.count }
            + (tokens.count + others.count) * (userKey.prefix.count + 1)
        return String(unsafeUninitializedCapacity: length) { buffer in
            var end = 0
            func append(_ part: some Collection<UInt8>) {
                for byte in part {
                    buffer[end] = byte
                    end += 1
                }
            }
            func appendWord(_ term: some Collection<UInt8>) {
                append(userKey.prefix)
                append(term)
                append(CollectionOfOne(UInt8(ascii: " ")))
            }
            for index in tokens.indices { appendWord(term(at: index)) }
            for term in others { appendWord(term.utf8) }
            return end
        }
    }
}

// MARK: - Building

extension TokenizedText {
    /// Makes room for the tokens of a text of so many bytes.
    mutating func reserve(forTextOf length: Int) {
        // English prose has a token every five or six bytes.
        tokens.reserveCapacity(length / 5 + 1)
        bytes.reserveCapacity(length)
    }

    /// Appends a word.
    mutating func append(
        _ word: WordBuffer,
        kind: Token.Kind,
        source: Range<Int>,
        hasInnerCapital: Bool = false,
        isPlain: Bool = false
    ) {
        let start = bytes.count
        for index in 0..<word.count { bytes.append(word[index]) }
        appendToken(from: start, kind: kind, source: source, hasInnerCapital: hasInnerCapital, isPlain: isPlain)
    }

    /// Appends a plain word as it stands there.
    mutating func append(plain word: UnsafeBufferPointer<UInt8>, source: Range<Int>) {
        let start = bytes.count
        bytes.append(contentsOf: word)
        appendToken(from: start, kind: .word, source: source, isPlain: true)
    }

    /// Appends a character.
    mutating func append(_ scalar: UInt32, kind: Token.Kind, source: Range<Int>) {
        let start = bytes.count
        UTF8.forEachByte(of: scalar) { bytes.append($0) }
        appendToken(from: start, kind: kind, source: source)
    }

    private mutating func appendToken(
        from start: Int,
        kind: Token.Kind,
        source: Range<Int>,
        hasInnerCapital: Bool = false,
        isPlain: Bool = false
    ) {
        tokens.append(
            Token(
                termStart: UInt32(start),
                termLength: UInt16(bytes.count - start),
                kind: kind,
                hasInnerCapital: hasInnerCapital,
                isPlain: isPlain,
                sourceStart: UInt32(source.lowerBound),
                sourceEnd: UInt32(source.upperBound)
            )
        )
    }

    /// Adds another way to write a part of the text.
    mutating func append(_ spelling: Spelling) { spellings.append(spelling) }

    /// Whether the last token ends at an offset, so that what follows there touches it.
    func ends(at offset: Int) -> Bool {
        tokens.last.map { Int($0.sourceEnd) == offset } ?? false
    }

    /// Adds the bytes up to `offset` to the last token.
    mutating func extendLast(to offset: Int) {
        tokens[tokens.count - 1].sourceEnd = UInt32(offset)
    }

    /// The last token's term, where that is one scalar.
    var lastScalar: UInt32? {
        guard !tokens.isEmpty else { return nil }
        let scalars = String(decoding: term(at: tokens.count - 1), as: UTF8.self).unicodeScalars
        return scalars.count == 1 ? scalars.first?.value : nil
    }

    /// Replaces the term of the last token: a letter that is spelt out in several scalars has grown by one.
    mutating func replaceLastTerm(with scalars: [UInt32]) {
        let last = tokens.count - 1
        bytes.removeSubrange(Int(tokens[last].termStart)...)
        for scalar in scalars { UTF8.forEachByte(of: scalar) { bytes.append($0) } }
        tokens[last].termLength = UInt16(bytes.count - Int(tokens[last].termStart))
    }
}
