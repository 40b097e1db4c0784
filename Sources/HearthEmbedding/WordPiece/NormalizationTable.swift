internal import CEmbeddingData

/// What the BERT normalizer makes of each Unicode scalar.
///
/// That is cleaning, canonical decomposition without nonspacing marks, lower-casing, and the spacing of Chinese
/// characters and punctuation. The table was read off the reference implementation for every scalar, so that neither
/// this process's version of Unicode nor Foundation matters. The format is described in
/// `Fixtures/wordpiece/make_character_table.py`.
struct NormalizationTable: Sendable {
    /// What becomes of one scalar.
    struct Entry: Equatable, Sendable, BitwiseCopyable {
        let rawValue: UInt16

        /// Part of a word as it is.
        static let kept = Entry(rawValue: 0)
        /// Nothing: a control or format character, or a mark.
        static let dropped = Entry(rawValue: 1)
        /// The end of a word.
        static let space = Entry(rawValue: 2)
        /// A word of its own.
        static let isolated = Entry(rawValue: 3)
        /// Decomposed by arithmetic.
        static let hangulSyllable = Entry(rawValue: 4)

        /// Whether a scalar that is replaced is then a word of its own.
        var isIsolated: Bool { rawValue & 0x8000 != 0 }

        /// Where the replacement of an entry is, if it is not one of the named ones.
        fileprivate var replacementOffset: Int { Int(rawValue & 0x7FFF) - 8 }
    }

    /// The table compiled into the program.
    static let builtIn = NormalizationTable(ConstantReader(hearth_characters()))

    private static let blockSize = 128

    private let blocks: ConstantArray<UInt8>
    private let entries: ConstantArray<Entry>
    private let replacements: ConstantArray<UInt8>

    private init(_ reader: ConstantReader) {
        var reader = reader
        let blockCount = reader.readUInt32()
        blocks = reader.readArray(of: UInt8.self, count: 0x110000 / Self.blockSize)
        entries = reader.readArray(of: Entry.self, count: blockCount * Self.blockSize)
        replacements = reader.readRest(of: UInt8.self)
    }

    /// What becomes of a scalar.
    func entry(of scalar: UInt32) -> Entry {
        let (block, column) = Int(scalar).quotientAndRemainder(dividingBy: Self.blockSize)
        return entries[Int(blocks[block]) * Self.blockSize + column]
    }

    /// The UTF-8 that replaces a scalar whose entry is not one of the named ones.
    func replacement(for entry: Entry) -> UnsafeBufferPointer<UInt8> {
        let start = entry.replacementOffset + 1
        let count = Int(replacements[entry.replacementOffset])
        return UnsafeBufferPointer(rebasing: replacements.elements[start..<start + count])
    }
}
