import HearthModel
import HearthSQLite

/// Makes the memories of one call ready on other cores, while the writer writes those before them.
///
/// The memories are divided into chunks. Tasks take one chunk after the other. The writer asks for the chunks in order,
/// and makes chunks ready itself rather than be idle. It never waits for a task to start, only for one that is at work
/// on a chunk. So it cannot be held up when all threads of the pool are busy.
final class MemoryPreparation: Sendable {
    /// How many memories are in a chunk: what a core makes ready in about a millisecond.
    static let chunkLength = 64

    private enum Chunk {
        case waiting
        case taken
        case ready(Result<[NewMemory], any Error>)
    }

    private struct State {
        var chunks: [Chunk]
        /// The first chunk that may be waiting; none before it is.
        var nextWaiting = 0

        /// The memories of a chunk, or the error; nil before it is ready.
        func ready(_ chunk: Int) -> Result<[NewMemory], any Error>? {
            if case .ready(let result) = chunks[chunk] { result } else { nil }
        }

        /// Takes the next chunk to make ready; nil if none is waiting.
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

    /// Prepares memories that have to be made ready.
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

    /// Takes memories that are ready.
    init(_ memories: [NewMemory]) {
        count = memories.count
        make = nil
        chunkCount = 1
        monitor = Monitor(State(chunks: [.ready(.success(memories))]))
    }

    /// Makes chunks ready until none is waiting or the task is cancelled. After a cancellation the writer makes the
    /// rest ready. Other tasks get their turn after each.
    func work() async {
        while !Task.isCancelled, prepareChunk() { await Task.yield() }
    }

    /// Calls a closure with every memory and its index, in order, as soon as each memory is ready.
    ///
    /// - Throws: What the closure throws; and what making a memory threw, when its turn comes.
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
