public import Foundation

/// Turns texts into vectors whose angle tells how near their meanings are.
///
/// A host may bring its own. Vectors of different embedders are never compared: each is stored with the ``identifier``
/// of what made it.
public protocol Embedder: Sendable {
    /// The model and its version, stored beside every vector.
    ///
    /// Two embedders with the same identifier give comparable vectors; anything that changes the vectors changes it.
    var identifier: String { get }

    /// The number of components of every vector.
    var dimension: Int { get }

    /// Whether embedding is quick and needs nothing outside the process.
    ///
    /// If so, a vector is computed before a memory is stored and written with it. Otherwise (the default) it is queued,
    /// and storing never waits for it.
    var isLocal: Bool { get }

    /// The embeddings of texts: one vector of ``dimension`` components and unit length per text, in their order.
    ///
    /// A text of nothing but white space has the zero vector, and a store keeps none for it. For any other text a vector
    /// that points nowhere (zero, next to zero, infinite or not a number) is taken for a failure: the text is asked about
    /// again later.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

extension Embedder {
    /// False: vectors are computed after the memory is stored.
    public var isLocal: Bool { false }
}

/// An embedder that never waits and never fails, so that a store can call it inside a transaction.
package protocol SynchronousEmbedder: Embedder {
    /// The embedding of a text as bytes: that of ``Embedder/embed(_:)``, quantised.
    func quantizedVector(for text: String) -> QuantizedVector
}

/// Why a text could not be embedded, or a vector could not be used.
public struct EmbeddingError: Error, Sendable {
    /// The kind of failure, for a program to decide by.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        /// The name of the kind, stable across releases.
        public let rawValue: String

        /// Creates a code from its name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The name of the kind.
        public var description: String { rawValue }

        /// No connection to the model server.
        public static let serverUnreachable = Code(rawValue: "serverUnreachable")
        /// The model server did not answer in time.
        public static let timedOut = Code(rawValue: "timedOut")
        /// The model server failed, or was too busy, at every attempt.
        public static let serverFailed = Code(rawValue: "serverFailed")
        /// The model server refused these texts and would refuse them again; others it may accept.
        public static let requestRefused = Code(rawValue: "requestRefused")
        /// The model server wants a key, or another one than it got, whatever the texts are.
        public static let accessRefused = Code(rawValue: "accessRefused")
        /// The model server has no such model, or no embeddings at that address, whatever the texts are.
        public static let modelNotFound = Code(rawValue: "modelNotFound")
        /// The answer is not what the interface promises.
        public static let malformedResponse = Code(rawValue: "malformedResponse")
        /// A vector has a different number of components than stated.
        public static let wrongDimension = Code(rawValue: "wrongDimension")
        /// A component of a vector is infinite or not a number.
        public static let notFinite = Code(rawValue: "notFinite")
        /// A vector points nowhere: all its components are zero, or next to it.
        public static let noDirection = Code(rawValue: "noDirection")
    }

    /// The kind of failure.
    public var code: Code
    /// What happened, for a person, with the remedy where there is one.
    public var message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension EmbeddingError: LocalizedError {
    /// The message, for a person; hosts that show `localizedDescription` show this.
    public var errorDescription: String? { message }
}

extension EmbeddingError: CustomStringConvertible {
    /// The message, after the name of its kind.
    public var description: String { "\(code.rawValue): \(message)" }
}

extension EmbeddingError {
    /// Whether the texts may be at fault, so that the embedder may well take others.
    package var mayConcernTextsAlone: Bool { code == .requestRefused || isUnusableVector }

    /// Whether a server that is well may have stumbled over one of the texts, as over one that is too long for it.
    package var mayBeAStumble: Bool { code == .serverFailed || code == .malformedResponse }

    /// Whether the embedder answered with a vector that nothing can be compared with.
    package var isUnusableVector: Bool { code == .notFinite || code == .noDirection }
}

extension StringProtocol {
    /// Whether there is nothing but white space.
    package var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}

extension [Float] {
    /// The Euclidean length below which a vector is taken for one that points nowhere. Embedders promise unit length,
    /// and models that are not normalised give lengths from a tenth to some hundreds.
    static let leastLength = 1e-6

    /// Whether the vector can be compared with others.
    ///
    /// - Throws: ``EmbeddingError`` of code `notFinite` or `noDirection`.
    package func requireDirection() throws(EmbeddingError) {
        guard allSatisfy(\.isFinite) else {
            throw EmbeddingError(.notFinite, "An embedding holds a component that is infinite or not a number.")
        }
        let squares = reduce(into: 0) { $0 += Double($1) * Double($1) }
        guard squares.squareRoot() >= Self.leastLength else {
            throw EmbeddingError(
                .noDirection,
                "The embedding of a text that is not blank is all zeros, or next to it. Check the model that made it."
            )
        }
    }

    /// Divides by the Euclidean length, so that the length becomes one.
    ///
    /// The zero vector stays as it is. The squares are summed in double precision, one after the other: none overflows
    /// or vanishes, and the result is the same on every machine.
    mutating func normalize() {
        var squares: Double = 0
        for component in self { squares += Double(component) * Double(component) }
        guard squares > 0 else { return }
        let length = squares.squareRoot()
        for index in indices { self[index] = Float(Double(self[index]) / length) }
    }
}
