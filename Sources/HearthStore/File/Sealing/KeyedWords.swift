import Crypto
import HearthModel
import HearthText

/// Makes the tokens that stand for words and tags of sensitive memories: HMAC-SHA-256 under a key of the user.
struct WordKeyer {
    /// Characters of a token in base 32: 65 bits.
    ///
    /// Of two different words of a user who has a million, one in about 70 million users would have a pair with the same
    /// token; and then one word would find the other's memories. More bits would make every posting longer.
    private static let length = 13
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    private let hmac: HMAC<SHA256>

    init(_ key: DataKey) {
        hmac = HMAC(key: key.words.symmetric)
    }

    /// The token of a term, as the analyser gives it.
    func token(ofTerm term: String) -> String { token("w", term) }

    /// What stands for a tag among the tags by which lists are narrowed.
    func token(ofTag tag: String) -> String { Self.tagMark + token("t", tag) }

    /// Begins what stands for a tag. Anybody may make a tag that begins so, and can't make it end so.
    static let tagMark = "\u{2}"

    private func token(_ use: Character, _ text: String) -> String {
        var hmac = hmac
        var text = String(use) + text
        text.withUTF8 { hmac.update(data: UnsafeRawBufferPointer($0)) }
        return hmac.finalize()
            .withUnsafeBytes { bytes in
                String(unsafeUninitializedCapacity: Self.length) { characters in
                    var (bits, count, next) = (0, 0, 0)
                    for place in 0..<Self.length {
                        if count < 5 {
                            bits = (bits << 8 | Int(bytes[next])) & 0xFFFF
                            count += 8
                            next += 1
                        }
                        count -= 5
                        characters[place] = Self.digits[bits >> count & 31]
                    }
                    return Self.length
                }
            }
    }
}

/// The words of a sensitive memory as the index takes them: tokens in the order of the tokens, which says nothing of
/// the order of the words.
struct KeyedWords: Sendable {
    let words: IndexedWords
    /// What each token stands for.
    let terms: [String: String]
    let key: DataKey

    init(_ document: AnalyzedDocument, user: Int64, key: DataKey) {
        let keyer = WordKeyer(key)
        let prefix = UserKey(user).sealedPrefix
        var tokens: [String: String] = [:]
        func indexed(_ terms: [String]) -> String {
            terms.map { term in
                if let known = tokens[term] { return prefix + known }
                let token = keyer.token(ofTerm: term)
                tokens[term] = token
                return prefix + token
            }
            .sorted().map { $0 + " " }.joined()
        }
        let terms = document.indexedTerms
        words = IndexedWords(content: indexed(terms.content), tags: indexed(terms.tags))
        self.terms = Dictionary(tokens.map { ($1, $0) }) { first, _ in first }
        self.key = key
    }
}
