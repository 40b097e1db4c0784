import HearthModel
import HearthSQLite

/// The memories of one call, made ready on other cores while the writer writes those before them.
///
/// They are divided into chunks. Tasks take one chunk after the other; the writer asks for the chunks in order, and makes chunks ready
/// itself rather than be idle. It never waits for a task to be started, only for one that is at work on a chunk, so it
/// can't be held up by a pool of threads that has none to spare.
final class MemoryPreparation: Sendable {
    /// Memories in a chunk: what a core does in about a millisecond.
    static let chunkLength = 64

    private enum Chunk {
        case waiting
        case taken
        case ready(Result<[NewMemory], any Error>)
    }

    private struct State {
        var chunks: [Chunk]
        /// No chunk before this one is waiting.
        var nextWaiting = 0

        /// What came of a chunk; nil before it is ready.
        func ready(_ chunk: Int) -> Result<[NewMemory], any Error>? {
            if case .ready(let result) = chunks[chunk] { result } else { nil }
        }

        /// Takes a chunk to make ready.
        mutating func take() -> Int? {
            while nextWaiting < chunks.count {
                defer { nextWaiting += 1 }
                if case .waiting = chunks[nextWaiting] {
                    chunks[nextWaiting] = .taken
                    return nextWaiting
                }
            }
            return nil
        }
    }

    private let monitor: Monitor<State>
    private let count: Int
    private let make: (@Sendable (Int) throws -> NewMemory)?
    /// How many chunks there are.
    let chunkCount: Int

    /// Memories that are to be made ready.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - make: Makes the one with this index.
    init(_ count: Int, make: @escaping @Sendable (Int) throws -> NewMemory) {
        self.count = count
        self.make = make
        chunkCount = (count + Self.chunkLength - 1) / Self.chunkLength
        monitor = Monitor(State(chunks: [Chunk](repeating: .waiting, count: chunkCount)))
    }

    /// Memories that are ready.
    init(_ memories: [NewMemory]) {
        count = memories.count
        make = nil
        chunkCount = 1
        monitor = Monitor(State(chunks: [.ready(.success(memories))]))
    }

    /// Makes chunks ready until none is waiting, or the task is cancelled: what has begun then, the writer ends by itself.
    func work() {
        while !Task.isCancelled, prepareChunk() {}
    }

    /// Calls a closure with every memory and its index in order, each as soon as it is ready.
    ///
    /// - Throws: What the closure throws, and what the making of a memory threw once its turn comes.
    func visit(_ body: (Int, NewMemory) throws -> Void) throws {
        var index = 0
        for chunk in 0..<chunkCount {
            for memory in try memories(of: chunk) {
                try body(index, memory)
                index += 1
            }
        }
    }

    private func memories(of chunk: Int) throws -> [NewMemory] {
        while true {
            if let result = monitor.withLock({ $0.ready(chunk) }) { return try result.get() }
            guard !prepareChunk() else { continue }
            return try monitor.wait { $0.ready(chunk) }.get()
        }
    }

    private func prepareChunk() -> Bool {
        guard let make, let chunk = monitor.withLock({ $0.take() }) else { return false }
        let start = chunk * Self.chunkLength
        let result = Result { try (start..<min(start + Self.chunkLength, count)).map(make) }
        monitor.change { $0.chunks[chunk] = .ready(result) }
        return true
    }
}
