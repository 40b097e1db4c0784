/// A small dictionary of ASCII words of at most sixteen letters that is asked for every token.
///
/// An open hash table: the standard dictionary's hash, made to withstand chosen keys, was a quarter of the time of an
/// analysis.
struct WordTable: Sendable {
    private static let longestWord = 16

    private let bits: Int
    /// The letters of each word as one number; 0 where a slot is free.
    private var keys: [UInt128]
    private var values: [[UInt8]]

    /// Holds words and what each stands for.
    init(_ words: [(word: String, value: String)]) {
        // At least three of four slots stay free.
        bits = Int.bitWidth - (words.count * 4).leadingZeroBitCount
        keys = Array(repeating: 0, count: 1 << bits)
        values = Array(repeating: [], count: 1 << bits)
        for (word, value) in words where word.utf8.count <= Self.longestWord {
            let key = WordBuffer(word).tail
            let slot = slot(of: key)
            keys[slot] = key
            values[slot] = Array(value.utf8)
        }
    }

    /// What a word stands for, if it is in the table.
    subscript(word: WordBuffer) -> [UInt8]? {
        guard word.count <= Self.longestWord else { return nil }
        let slot = slot(of: word.tail)
        return keys[slot] == 0 ? nil : values[slot]
    }

    /// Where a key is, or the free slot where it would be.
    private func slot(of key: UInt128) -> Int {
        // Fibonacci hashing: the multiplier is 2⁶⁴ divided by the golden ratio.
        let folded = UInt64(truncatingIfNeeded: key ^ key >> 63)
        var slot = Int((folded &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
        while keys[slot] != 0, keys[slot] != key { slot = (slot + 1) & (keys.count - 1) }
        return slot
    }
}
