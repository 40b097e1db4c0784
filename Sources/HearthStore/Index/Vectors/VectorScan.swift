import Dispatch
import HearthEmbedding
import HearthRules
import Synchronization

/// The dot products of a query's vector and all vectors of an index, on another core while the search reads the word
/// index.
///
/// With a hundred thousand memories the two take about equally long, and the one waits for memory while the other
/// computes. For fewer vectors, and on a machine that has no other core free, the search multiplies itself.
final class VectorScan: Sendable {
    /// The vectors; nil once they are done with. If the search has taken over, the other core's work may wait for long, and
    /// must not keep them: what is kept twice is copied when it changes.
    private let index: Mutex<VectorIndex?>
    private let query: QuantizedVector
    private let products: Mutex<[Int32]>
    /// Whether a thread has taken the work.
    private let isTaken = Atomic<Bool>(false)
    private let isDone = DispatchSemaphore(value: 0)

    /// The least size of all components, in bytes, for which a second thread is worth waking.
    private static let worthwhile = 2 << 20

    /// Begins the scan.
    ///
    /// - Parameter products: Memory to use again.
    init(of index: VectorIndex, for query: QuantizedVector, reusing products: [Int32]) {
        self.index = Mutex(index)
        self.query = query
        self.products = Mutex(products)
        guard index.size >= Self.worthwhile else { return }
        DispatchQueue.global(qos: .userInitiated)
            .async {
                guard self.take() else { return }
                self.multiply()
                self.isDone.signal()
            }
    }

    private func take() -> Bool {
        isTaken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
    }

    private func multiply() {
        guard let index = index.withLock({ $0 }) else { return }
        products.withLock { index.multiply(query, into: &$0) }
    }

    /// The products, row by row. If nobody has begun, this thread computes them.
    private func finish() -> [Int32] {
        if take() { multiply() } else { isDone.wait() }
        return products.withLock { held in
            var products: [Int32] = []
            swap(&products, &held)
            return products
        }
    }

    /// The cosine of the query and each of `count` slots of a catalog; 0 for a document without a vector. To be called
    /// once.
    func cosines(count: Int, in buffers: inout SearchBuffers) -> [Float] {
        let products = finish()
        defer { buffers.products = products }
        let vectors = index.withLock { held in
            defer { held = nil }
            return held
        }
        return vectors?.cosines(of: products, with: query, count: count, in: &buffers) ?? []
    }
}
