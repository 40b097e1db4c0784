internal import CEmbeddingData

/// The tokens of a WordPiece model, and the greedy division of a word into them.
///
/// The format is described in `Fixtures/wordpiece/make_vocabulary.py`.
struct Vocabulary: Sendable {
    /// The number of a token.
    typealias Token = UInt16

    /// The vocabulary compiled into the program: that of bert-base-uncased and all-MiniLM-L6-v2.
    static let builtIn = Vocabulary(ConstantReader(hearth_vocabulary()))

    /// The number of tokens.
    let count: Int
    /// What stands for a word that cannot be divided.
    let unknown: Token

    private let beginnings: PieceTable
    private let continuations: PieceTable
    private let text: TokenText

    private init(_ reader: ConstantReader) {
        var reader = reader
        count = reader.readUInt32()
        unknown = Token(reader.readUInt32())
        let starts = reader.readArray(of: UInt32.self, count: count + 1)
        beginnings = PieceTable(&reader)
        continuations = PieceTable(&reader)
        text = TokenText(starts: starts, bytes: reader.readRest(of: UInt8.self))
    }

    /// Appends the tokens of a word: the longest piece that it begins with, then the longest that the rest begins with,
    /// and so on.
    ///
    /// Where the rest of a word begins with no piece, the whole word is unknown.
    func append(_ word: UnsafeBufferPointer<UInt8>, to tokens: inout [Token]) {
        let tokensBefore = tokens.count
        var table = beginnings
        var rest = word
        while !rest.isEmpty {
            guard let piece = table.longestPrefix(of: rest, in: text) else {
                tokens.removeLast(tokens.count - tokensBefore)
                tokens.append(unknown)
                return
            }
            tokens.append(piece.token)
            rest = UnsafeBufferPointer(rebasing: rest[piece.length...])
            table = continuations
        }
    }
}

/// The bytes of every token, without the "##" of those that continue a word.
private struct TokenText: Sendable {
    let starts: ConstantArray<UInt32>
    let bytes: ConstantArray<UInt8>

    func isToken(_ token: Vocabulary.Token, _ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = Int(starts[Int(token)])
        let end = Int(starts[Int(token) + 1])
        guard end - start == piece.count else { return false }
        return bytes.elements[start..<end].elementsEqual(piece)
    }
}

/// A hash table with open addressing that finds the longest piece with which some bytes begin.
///
/// Bytes serve as characters here: pieces and words are well-formed UTF-8, so a piece never ends inside a character.
private struct PieceTable: Sendable {
    struct Slot: BitwiseCopyable, Sendable {
        /// The low bits of the piece's hash, which tell nearly every other piece from it.
        var fingerprint: UInt16
        var token: Vocabulary.Token

        var isEmpty: Bool { token == .max }
    }

    private let slots: ConstantArray<Slot>
    private let shift: UInt32
    private let longest: Int

    init(_ reader: inout ConstantReader) {
        let bits = reader.readUInt32()
        shift = UInt32(32 - bits)
        longest = reader.readUInt32()
        slots = reader.readArray(of: Slot.self, count: 1 << bits)
    }

    func longestPrefix(
        of bytes: UnsafeBufferPointer<UInt8>,
        in text: TokenText
    ) -> (token: Vocabulary.Token, length: Int)? {
        var length = min(bytes.count, longest)
        var hash = FNV1a.hash(bytes[..<length])
        while length > 0 {
            let piece = UnsafeBufferPointer(rebasing: bytes[..<length])
            if let token = token(of: piece, hash: hash, in: text) { return (token, length) }
            length -= 1
            hash = FNV1a.removing(bytes[length], from: hash)
        }
        return nil
    }

    private func token(of piece: UnsafeBufferPointer<UInt8>, hash: UInt32, in text: TokenText) -> Vocabulary.Token? {
        let fingerprint = UInt16(truncatingIfNeeded: hash)
        var index = Int(hash >> shift)
        while !slots[index].isEmpty {
            let slot = slots[index]
            if slot.fingerprint == fingerprint, text.isToken(slot.token, piece) { return slot.token }
            index = (index + 1) & (slots.count - 1)
        }
        return nil
    }
}

/// The hash of Fowler, Noll and Vo, variant 1a, of 32 bits.
///
/// Its steps can be undone, so that one pass over a word gives the hashes of all its prefixes, from the longest down.
private enum FNV1a {
    private static let offsetBasis: UInt32 = 0x811C_9DC5
    private static let prime: UInt32 = 0x0100_0193
    /// The prime's inverse modulo 2^32.
    private static let inverse: UInt32 = 0x359C_449B

    static func hash(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        var hash = offsetBasis
        for byte in bytes { hash = (hash ^ UInt32(byte)) &* prime }
        return hash
    }

    /// The hash of bytes without their last one.
    static func removing(_ last: UInt8, from hash: UInt32) -> UInt32 {
        (hash &* inverse) ^ UInt32(last)
    }
}
