import Testing

@testable import HearthEmbedding

/// The built-in embedder.
@Suite struct StaticEmbedding {
    let embedder = StaticEmbedder()

    @Test(arguments: ["tea", "The user prefers dark mode.", "我喜欢喝乌龙茶", "Съешь ещё этих булок", "x@y.z, 42!"])
    func `a text has a unit vector`(text: String) {
        let vector = embedder.vector(for: text)
        #expect(vector.count == embedder.dimension)
        #expect((vector.reduce(0) { $0 + $1 * $1 } - 1).magnitude < 1e-5)
    }

    @Test(arguments: ["", " \n\t", "\u{0}\u{200B}"])
    func `a text without words has the zero vector`(text: String) {
        #expect(embedder.vector(for: text) == [Float](repeating: 0, count: embedder.dimension))
        #expect(embedder.quantizedVector(for: text).scale == 0)
    }

    @Test func `a vector is the weighted mean of its tokens, less the table's mean, at unit length`() {
        let table = EmbeddingTable.builtIn
        let text = "The user prefers dark mode, and drinks oolong tea unbelievably often."
        let tokens = WordPieceTokenizer().tokens(of: text).filter { table.scales[Int($0)] != 0 }
        var expected = (0..<table.dimension)
            .map { component in
                let sum = tokens.reduce(0) { $0 + table.scales[Int($1)] * Float(table.row($1)[component]) }
                return sum / Float(tokens.count) - table.mean[component]
            }
        expected.normalize()
        #expect(embedder.vector(for: text) == expected)
    }

    @Test func `what the table says is counted, weighted and taken off`() {
        let tokens = WordPieceTokenizer().tokens(of: "tea coffee the")
        let embedder = StaticEmbedder(
            table: table(
                mean: [1, -1],
                scales: [tokens[0]: 0.5, tokens[1]: 2],
                rows: [tokens[0]: [4, 0], tokens[1]: [2, 3]]
            )
        )
        // tea: (4, 0) * 0.5 - (1, -1)
        #expect(embedder.vector(for: "tea") == [Float(0.5).squareRoot(), Float(0.5).squareRoot()])
        // tea and coffee: ((2, 0) + (4, 6)) / 2 - (1, -1); "the" has no weight
        var expected: [Float] = [2, 4]
        expected.normalize()
        #expect(embedder.vector(for: "the tea, the coffee") == expected)
        #expect(embedder.vector(for: "the") == [0, 0])
        #expect(embedder.identifier != self.embedder.identifier)
    }

    @Test func `one at a time, many at once and as bytes are the same`() async throws {
        let texts = ["Alice likes tea.", "", "Sentry saw three failed logins.", "Mimic plays a pirate"]
        let vectors = try await embedder.embed(texts)
        #expect(vectors == texts.map(embedder.vector))
        let quantized = try vectors.map { try QuantizedVector(quantizing: $0) }
        #expect(quantized == texts.map(embedder.quantizedVector))
    }

    @Test(arguments: [
        ("the cat chased a mouse", "a kitten hunts rodents", "quarterly tax report"),
        ("She enjoys a warm drink", "tea and coffee", "the server crashed last night"),
        ("failed login from unknown address", "intrusion attempt, wrong password", "birthday cake recipe"),
        ("He plays the guitar", "a musician in a band", "mortgage interest rate"),
    ])
    func `a text is nearer to one of its meaning than to another`(text: String, near: String, far: String) {
        let vector = embedder.quantizedVector(for: text)
        #expect(vector.dot(embedder.quantizedVector(for: near)) > vector.dot(embedder.quantizedVector(for: far)) + 0.1)
    }

    @Test func `it is local, and its name says which table it uses`() {
        #expect(embedder.isLocal)
        #expect(embedder.identifier == "static-minilm-l6-v2/1/\(EmbeddingTable.builtIn.fingerprint)")
    }

    @Test func `the table has a row for every token, and only numbers`() {
        let table = EmbeddingTable.builtIn
        #expect(table.count == Vocabulary.builtIn.count)
        #expect(table.dimension == 128)
        #expect(table.mean.elements.allSatisfy { $0.isFinite })
        #expect(table.scales.elements.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(table.scales[Int(Vocabulary.builtIn.unknown)] == 0)
    }

    /// A table of two components over the whole vocabulary. It is never freed.
    private func table(mean: [Float], scales: [UInt16: Float], rows: [UInt16: [Int8]]) -> EmbeddingTable {
        let tokens = UInt16(0)..<UInt16(Vocabulary.builtIn.count)
        var bytes = Array("HRTHEMB1".utf8)
        for number in [1, UInt32(tokens.count), 2, 0] { withUnsafeBytes(of: number) { bytes += $0 } }
        for number in mean + tokens.map({ scales[$0] ?? 0 }) { withUnsafeBytes(of: number) { bytes += $0 } }
        for row in tokens.map({ rows[$0] ?? [0, 0] }) { bytes += row.map { UInt8(bitPattern: $0) } }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
        copy.copyBytes(from: bytes)
        return EmbeddingTable(ConstantReader(unchanging: UnsafeRawBufferPointer(copy)))
    }
}
