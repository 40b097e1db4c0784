import HearthModel
import HearthSQLite

/// The memories of one call, made ready on other cores while the writer writes those before them.
///
/// They are divided into shares. Tasks take one share after the other; the writer asks for the shares in order, and makes shares ready
/// itself rather than be idle. It never waits for a task to be started, only for one that is at work on a share, so it
/// can't be held up by a pool of threads that has none to spare.
final class MemoryPreparation: Sendable {
    /// Memories in a share: what a core does in about a millisecond.
    static let shareLength = 64

    private enum Share {
        case waiting
        case taken
        case ready(Result<[NewMemory], any Error>)
    }

    private struct State {
        var shares: [Share]
        /// No share before this one is waiting.
        var nextWaiting = 0

        /// What came of a share; nil before it is ready.
        func ready(_ share: Int) -> Result<[NewMemory], any Error>? {
            if case .ready(let result) = shares[share] { result } else { nil }
        }

        /// Takes a share to make ready.
        mutating func take() -> Int? {
            while nextWaiting < shares.count {
                defer { nextWaiting += 1 }
                if case .waiting = shares[nextWaiting] {
                    shares[nextWaiting] = .taken
                    return nextWaiting
                }
            }
            return nil
        }
    }

    private let monitor: Monitor<State>
    private let count: Int
    private let make: (@Sendable (Int) throws -> NewMemory)?
    /// How many shares there are.
    let shareCount: Int

    /// Memories that are to be made ready.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - make: Makes the one with this index.
    init(_ count: Int, make: @escaping @Sendable (Int) throws -> NewMemory) {
        self.count = count
        self.make = make
        shareCount = (count + Self.shareLength - 1) / Self.shareLength
        monitor = Monitor(State(shares: [Share](repeating: .waiting, count: shareCount)))
    }

    /// Memories that are ready.
    init(_ memories: [NewMemory]) {
        count = memories.count
        make = nil
        shareCount = 1
        monitor = Monitor(State(shares: [.ready(.success(memories))]))
    }

    /// Makes shares ready until none is waiting, or the task is cancelled: what has begun then, the writer ends by itself.
    func work() {
        while !Task.isCancelled, makeShareReady() {}
    }

    /// Calls a closure with every memory and its index in order, each as soon as it is ready.
    ///
    /// - Throws: What the closure throws, and what the making of a memory threw once its turn comes.
    func visit(_ body: (Int, NewMemory) throws -> Void) throws {
        var index = 0
        for share in 0..<shareCount {
            for memory in try memories(of: share) {
                try body(index, memory)
                index += 1
            }
        }
    }

    private func memories(of share: Int) throws -> [NewMemory] {
        while true {
            if let result = monitor.withLock({ $0.ready(share) }) { return try result.get() }
            guard !makeShareReady() else { continue }
            return try monitor.wait { $0.ready(share) }.get()
        }
    }

    private func makeShareReady() -> Bool {
        guard let make, let share = monitor.withLock({ $0.take() }) else { return false }
        let start = share * Self.shareLength
        let result = Result { try (start..<min(start + Self.shareLength, count)).map(make) }
        monitor.change { $0.shares[share] = .ready(result) }
        return true
    }
}
