import Crypto
import HearthModel
import HearthText
import Synchronization

/// Makes the tokens that stand for words and tags of sensitive memories: HMAC-SHA-256 under a key of the user.
struct WordKeyer {
    /// Characters of a token in base 32: 65 bits.
    ///
    /// Of two different words of a user who has a million, one in about 70 million users would have a pair with the same
    /// token; and then one word would find the other's memories. More bits would make every posting longer.
    static let length = 13
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

/// The tokens of words that were met lately: most words of a text are in many.
final class TokenCache: Sendable {
    /// How many are kept; then all are forgotten, which is cheaper than to say which was used last.
    private static let limit = 1 << 16

    private let known = Mutex<[String: String]>([:])

    /// The token of each term, in their order.
    func tokens(of terms: [String], with key: DataKey) -> [String] {
        var tokens: [String] = []
        tokens.reserveCapacity(terms.count)
        var missing: [Int] = []
        known.withLock { known in
            for (place, term) in terms.enumerated() {
                let token = known[term]
                if token == nil { missing.append(place) }
                tokens.append(token ?? "")
            }
        }
        guard !missing.isEmpty else { return tokens }
        let keyer = WordKeyer(key)
        for place in missing { tokens[place] = keyer.token(ofTerm: terms[place]) }
        known.withLock { known in
            if known.count > Self.limit { known = [:] }
            for place in missing { known[terms[place]] = tokens[place] }
        }
        return tokens
    }
}

/// The words of a sensitive memory as the index takes them: tokens in the order of the tokens, which says nothing of
/// the order of the words.
struct KeyedWords: Sendable {
    let words: IndexedWords
    /// The tokens, each once in the content and once in the tags, and what they stand for.
    let terms: [Term]
    let key: DataKey

    /// A token and what it stands for.
    typealias Term = (token: String, term: String)

    init(_ document: AnalyzedDocument, user: Int64, key: DataKey) {
        let prefix = UserKey(user).sealedPrefix
        let terms = document.indexedTerms
        let (content, tags) = (Self.sorted(terms.content, key), Self.sorted(terms.tags, key))
        words = IndexedWords(content: Self.text(of: content, prefix), tags: Self.text(of: tags, prefix))
        self.terms = Self.different(content) + Self.different(tags)
        self.key = key
    }

    private static func sorted(_ terms: [String], _ key: DataKey) -> [Term] {
        zip(key.tokens.tokens(of: terms, with: key), terms).map { (token: $0, term: $1) }
            .sorted { $0.token < $1.token }
    }

    private static func text(of sorted: [Term], _ prefix: String) -> String {
        var text = ""
        text.reserveCapacity(sorted.count * (prefix.utf8.count + WordKeyer.length + 1))
        for (token, _) in sorted {
            text += prefix
            text += token
            text += " "
        }
        return text
    }

    private static func different(_ sorted: [Term]) -> [Term] {
        var different: [Term] = []
        for term in sorted where term.token != different.last?.token { different.append(term) }
        return different
    }
}
