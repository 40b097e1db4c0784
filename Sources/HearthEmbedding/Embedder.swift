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
    /// A text in which the model finds nothing to go by has the zero vector, which is near nothing.
    func embed(_ texts: [String]) async throws -> [[Float]]
}

extension Embedder {
    /// False: vectors are computed after the memory is stored.
    public var isLocal: Bool { false }
}

/// An embedder that needs neither to wait nor to fail: what a store can call inside a transaction.
package protocol SynchronousEmbedder: Embedder {
    /// The embedding of a text as bytes: that of ``Embedder/embed(_:)``, quantised.
    func quantizedVector(for text: String) -> QuantizedVector
}
