internal import CVectorKernels

/// The embedder that is built in: a vector per word piece, and their sum at unit length.
///
/// No model runs and nothing is installed, so a text takes microseconds. The vectors begin as those of the pieces in
/// all-MiniLM-L6-v2, weighted by smooth inverse frequency (Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline
/// for Sentence Embeddings", ICLR 2017). Then they are fitted so that texts are as near to one another as in that
/// model; `Fixtures/embedding` makes them. The order of words and negation are lost: use a model server
/// (``OpenAICompatibleEmbedder``) where they matter.
///
/// The same text has the same vector, bit for bit, on every machine.
public struct StaticEmbedder: Embedder {
    /// Raised when the tokenizer changes, or how the vectors are summed: they depend on both, besides the table.
    private static let revision = 1

    private static let builtInIdentifier = identifier(of: .builtIn)

    /// Names the model, the revision of the code, and the table by its fingerprint.
    public let identifier: String

    private let tokenizer = WordPieceTokenizer()
    private let table: EmbeddingTable

    /// Creates the built-in embedder. This costs next to nothing: its data is part of the program.
    public init() {
        table = .builtIn
        identifier = Self.builtInIdentifier
    }

    /// Creates an embedder of another table over the same vocabulary.
    init(table: EmbeddingTable) {
        self.table = table
        identifier = Self.identifier(of: table)
    }

    /// 128.
    public var dimension: Int { table.dimension }

    /// True: embedding takes microseconds.
    public var isLocal: Bool { true }

    /// The embeddings of texts: unit vectors, or the zero vector where a text holds no word of any weight.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        texts.map(vector)
    }

    /// The embedding of a text, at once.
    ///
    /// - Returns: ``dimension`` components of a unit vector, or the zero vector where the text holds no word of any
    ///   weight: such a text has no meaning to go by, and is near nothing.
    func vector(for text: String) -> [Float] {
        var sum = [Float](repeating: 0, count: dimension)
        var counted: Float = 0
        for token in tokenizer.tokens(of: text) where table.scales[Int(token)] != 0 {
            hearth_add_scaled_i8(&sum, table.row(token), table.scales[Int(token)], dimension)
            counted += 1
        }
        guard counted > 0 else { return sum }
        for index in sum.indices { sum[index] = sum[index] / counted - table.mean[index] }
        sum.normalize()
        return sum
    }

    private static func identifier(of table: EmbeddingTable) -> String {
        "static-minilm-l6-v2/\(revision)/\(table.fingerprint)"
    }
}

extension StaticEmbedder: SynchronousEmbedder {
    package func quantizedVector(for text: String) -> QuantizedVector {
        do {
            return try QuantizedVector(quantizing: vector(for: text))
        } catch {
            preconditionFailure("The table compiled into the program holds what is no number. \(error)")
        }
    }
}
