import HearthEmbedding
import Synchronization

/// An embedder that knows one direction, and remembers what it was asked.
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
