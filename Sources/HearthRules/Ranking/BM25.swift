import HearthModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Okapi BM25: how well memories answer a query, by the words they share with it.
///
/// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009. Only the memories that the
/// asking agent may see decide which words are rare and how long a text usually is, so that a hidden memory changes no
/// score.
package struct BM25: Sendable {
    /// How soon further occurrences of a word stop counting.
    let k1: Float
    /// How much the length of a text counts against it, 0…1.
    let b: Float

    init(_ tuning: SearchTuning = SearchTuning()) {
        k1 = tuning.termSaturation
        b = tuning.lengthNormalization
    }

    /// The memories that may be found.
    package struct Collection: Hashable, Sendable {
        /// How many there are.
        var documents: Int
        /// Tokens in all of them.
        var tokens: Int

        package init(documents: Int, tokens: Int) {
            self.documents = documents
            self.tokens = tokens
        }
    }

    /// How much the presence of a word says, by how rare it is. The 1 inside the logarithm keeps a common word above 0.
    func inverseDocumentFrequency(_ frequency: Int, of documents: Int) -> Float {
        let frequency = Double(frequency)
        return Float(log(1 + (max(Double(documents), frequency) - frequency + 0.5) / (frequency + 0.5)))
    }
}

extension BM25.Collection {
    /// Tokens of a memory of average length, at least 1.
    package var averageLength: Float { max(Float(tokens) / Float(max(documents, 1)), 1) }
}

extension BM25 {
    /// What so many occurrences of a word count in a text of such a length: from 0 upwards, below k1 + 1.
    func saturated(_ count: Float, length: UInt32, averageLength: Float) -> Float {
        guard count > 0 else { return 0 }
        return count * (k1 + 1) / (count + k1 * (1 - b + b * Float(length) / averageLength))
    }
}

/// `BM25.saturated` for the lengths and counts of most rows, so that scoring a row needs no division.
struct SaturationTable {
    private let scorer: BM25
    private let averageLength: Float
    private let values: [Float]

    private static let lengths: UInt32 = 256
    private static let counts: UInt16 = 4

    init(_ scorer: BM25, averageLength: Float) {
        self.scorer = scorer
        self.averageLength = averageLength
        var values: [Float] = []
        values.reserveCapacity(Int(Self.lengths) * Int(Self.counts))
        for length in 0..<Self.lengths {
            for count in 0..<Self.counts {
                values.append(scorer.saturated(Float(count), length: length, averageLength: averageLength))
            }
        }
        self.values = values
    }

    /// What so many occurrences count in a text of such a length.
    @inline(__always)
    func saturated(_ count: UInt16, length: UInt32) -> Float {
        length < Self.lengths && count < Self.counts
            ? values[Int(length) &* Int(Self.counts) &+ Int(count)]
            : scorer.saturated(Float(count), length: length, averageLength: averageLength)
    }
}
