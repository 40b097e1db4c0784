/// Divides text into tokens as an uncased BERT model does: the basic tokenizer, then greedy word pieces.
///
/// It gives what the model's own tokenizer gives without its special tokens and without truncation; "[MASK]" in a text
/// is text like any other. The algorithm is that of Devlin et al., "BERT: Pre-training of Deep Bidirectional
/// Transformers" (2019), as the `tokenizers` library implements it.
struct WordPieceTokenizer: Sendable {
    /// Words of more characters than this are unknown (`max_input_chars_per_word` of the model).
    static let longestWord = 100

    let normalization = NormalizationTable.builtIn
    let vocabulary = Vocabulary.builtIn

    /// The tokens of a text, in order.
    func tokens(of text: String) -> [Vocabulary.Token] {
        var text = text
        return text.withUTF8 { utf8 in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.longestWord * 4) { buffer in
                var words = WordSplitter(vocabulary: vocabulary, normalization: normalization, word: buffer)
                words.read(utf8)
                return words.tokens
            }
        }
    }
}

/// Goes through a text once and collects each word in its normal form, then the tokens of the word.
private struct WordSplitter {
    let vocabulary: Vocabulary
    let normalization: NormalizationTable
    /// Room for the longest word that is divided.
    let word: UnsafeMutableBufferPointer<UInt8>
    var tokens: [Vocabulary.Token] = []

    /// The number of bytes of the word so far; once the word is too long, it no longer grows.
    private var byteCount = 0
    /// The number of its characters.
    private var length = 0

    init(vocabulary: Vocabulary, normalization: NormalizationTable, word: UnsafeMutableBufferPointer<UInt8>) {
        self.vocabulary = vocabulary
        self.normalization = normalization
        self.word = word
    }

    mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
        tokens.reserveCapacity(utf8.count / 4 + 1)
        var position = 0
        while position < utf8.count {
            let byte = utf8[position]
            if byte < 0x80 {
                take(ascii: byte)
                position += 1
            } else {
                let (scalar, next) = utf8.scalar(at: position)
                take(scalar, encoded: UnsafeBufferPointer(rebasing: utf8[position..<next]))
                position = next
            }
        }
        endWord()
    }

    private mutating func take(ascii byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            append(byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            append(byte | 0x20)
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            endWord()
        case 0..<0x20, 0x7F:
            break
        default:
            endWord()
            append(byte)
            endWord()
        }
    }

    private mutating func take(_ scalar: UInt32, encoded: UnsafeBufferPointer<UInt8>) {
        let entry = normalization.entry(of: scalar)
        switch entry {
        case .kept:
            append(encoded)
        case .dropped:
            break
        case .space:
            endWord()
        case .isolated:
            endWord()
            append(encoded)
            endWord()
        case .hangulSyllable:
            appendJamo(of: scalar)
        default:
            if entry.isIsolated { endWord() }
            append(normalization.replacement(for: entry))
            if entry.isIsolated { endWord() }
        }
    }

    private mutating func append(_ character: UInt8) {
        length += 1
        guard length <= WordPieceTokenizer.longestWord else { return }
        word[byteCount] = character
        byteCount += 1
    }

    private mutating func append(_ encoded: UnsafeBufferPointer<UInt8>) {
        for byte in encoded where !UTF8.isContinuation(byte) { length += 1 }
        guard length <= WordPieceTokenizer.longestWord else { return }
        for byte in encoded {
            word[byteCount] = byte
            byteCount += 1
        }
    }

    /// Decomposes a Hangul syllable by the arithmetic of the Unicode Standard, section 3.12.
    private mutating func appendJamo(of syllable: UInt32) {
        let index = syllable - 0xAC00
        append(jamo: 0x1100 + index / 588)
        append(jamo: 0x1161 + index % 588 / 28)
        if index % 28 > 0 { append(jamo: 0x11A7 + index % 28) }
    }

    private mutating func append(jamo scalar: UInt32) {
        let encoded: [3 of UInt8] = [
            UInt8(0xE0 | scalar >> 12), UInt8(0x80 | scalar >> 6 & 0x3F), UInt8(0x80 | scalar & 0x3F),
        ]
        encoded.span.withUnsafeBufferPointer { append($0) }
    }

    private mutating func endWord() {
        if length > WordPieceTokenizer.longestWord {
            tokens.append(vocabulary.unknown)
        } else if length > 0 {
            vocabulary.append(UnsafeBufferPointer(rebasing: word[..<byteCount]), to: &tokens)
        }
        byteCount = 0
        length = 0
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The scalar of several bytes that begins at a position of well-formed UTF-8, and the position after it.
    fileprivate func scalar(at position: Int) -> (scalar: UInt32, next: Int) {
        func payload(_ offset: Int) -> UInt32 { UInt32(self[position + offset] & 0x3F) }
        let lead = UInt32(self[position])
        return switch lead {
        case ..<0xE0: ((lead & 0x1F) << 6 | payload(1), position + 2)
        case ..<0xF0: ((lead & 0x0F) << 12 | payload(1) << 6 | payload(2), position + 3)
        default: ((lead & 0x07) << 18 | payload(1) << 12 | payload(2) << 6 | payload(3), position + 4)
        }
    }
}
