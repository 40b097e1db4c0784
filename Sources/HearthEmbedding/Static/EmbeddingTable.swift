internal import CEmbeddingData

/// A vector for every token of the vocabulary, as bytes with a scale per row.
///
/// The file, little endian:
///
///     UInt8[8]      "HRTHEMB1"
///     UInt32        1, the version of the format
///     UInt32        V, the number of tokens
///     UInt32        D, the dimension
///     UInt32        0
///     Float32[D]    what is subtracted from the mean of a text's tokens
///     Float32[V]    the scale of each row, times the weight of its token; zero: the token is passed over
///     Int8[V * D]   the rows
struct EmbeddingTable: Sendable {
    /// The table compiled into the program.
    static let builtIn = EmbeddingTable(ConstantReader(hearth_embedding_table()))

    /// The number of tokens.
    let count: Int
    /// The number of components of a row.
    let dimension: Int
    /// What is subtracted from the mean of a text's tokens.
    let mean: ConstantArray<Float>
    /// What the bytes of each row are multiplied by; zero for a token that is passed over.
    let scales: ConstantArray<Float>

    private let rows: ConstantArray<Int8>

    init(_ reader: ConstantReader) {
        var reader = reader
        let magic = reader.readArray(of: UInt8.self, count: 8)
        let version = reader.readUInt32()
        precondition(magic.elements.elementsEqual("HRTHEMB1".utf8) && version == 1, "Not an embedding table.")
        count = reader.readUInt32()
        dimension = reader.readUInt32()
        _ = reader.readUInt32()
        mean = reader.readArray(of: Float.self, count: dimension)
        scales = reader.readArray(of: Float.self, count: count)
        rows = reader.readArray(of: Int8.self, count: count * dimension)
    }

    /// The bytes of a token.
    func row(_ token: Vocabulary.Token) -> UnsafePointer<Int8> {
        rows.elements.baseAddress! + Int(token) * dimension
    }

    /// Sixteen hexadecimal digits that change when the table does.
    ///
    /// It is made of the scales and the mean alone, a thirtieth of the table: other rows come with other scales.
    var fingerprint: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a of 64 bits, a component at a time
        for values in [mean, scales] {
            for value in values.elements { hash = (hash ^ UInt64(value.bitPattern)) &* 0x0000_0100_0000_01B3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
