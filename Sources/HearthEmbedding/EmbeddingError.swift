/// Why a text could not be embedded, or a vector not be taken.
public struct EmbeddingError: Error, Sendable {
    /// The kind of failure: what a program decides by.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The name of the kind, stable across releases.
        public let rawValue: String

        /// Creates a code from its name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// No connection to the model server.
        public static let serverUnreachable = Code(rawValue: "serverUnreachable")
        /// The model server did not answer in time.
        public static let timedOut = Code(rawValue: "timedOut")
        /// The model server failed, or was too busy, at every attempt.
        public static let serverFailed = Code(rawValue: "serverFailed")
        /// The model server refused the request; the same request would be refused again.
        public static let requestRefused = Code(rawValue: "requestRefused")
        /// The answer is not what the interface promises.
        public static let malformedResponse = Code(rawValue: "malformedResponse")
        /// A vector has another number of components than was stated.
        public static let wrongDimension = Code(rawValue: "wrongDimension")
        /// A component of a vector is infinite or not a number.
        public static let notFinite = Code(rawValue: "notFinite")
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

extension EmbeddingError: CustomStringConvertible {
    /// The message, after the name of its kind.
    public var description: String { "\(code.rawValue): \(message)" }
}
