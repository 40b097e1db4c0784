import HearthEmbedding
import Synchronization

/// An embedder outside the process that does with every text what a test says, and remembers what it was asked for.
final class ScriptedEmbedder: Embedder {
    let identifier = "scripted"
    let dimension = 2
    private let script: Mutex<@Sendable (String) throws -> [Float]>
    private let asked = Mutex<[[String]]>([])

    init(_ script: @escaping @Sendable (String) throws -> [Float] = { _ in [1, 0] }) {
        self.script = Mutex(script)
    }

    /// The texts of each request so far.
    var requests: [[String]] { asked.withLock { $0 } }

    /// Does something else from now on.
    func become(_ script: @escaping @Sendable (String) throws -> [Float]) {
        self.script.withLock { $0 = script }
        asked.withLock { $0 = [] }
    }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        asked.withLock { $0.append(texts) }
        let script = script.withLock { $0 }
        return try texts.map(script)
    }
}
