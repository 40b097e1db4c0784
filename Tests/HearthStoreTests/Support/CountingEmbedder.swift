import HearthEmbedding
import Synchronization

/// An embedder that gives every text the same vector, and remembers which texts it was asked for.
final class CountingEmbedder: Embedder {
    let identifier = "counting"
    let dimension = 2
    let isLocal = true
    private let asked = Mutex<[String]>([])

    var texts: [String] { asked.withLock { $0 } }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        asked.withLock { $0 += texts }
        return texts.map { _ in [1, 0] }
    }
}
