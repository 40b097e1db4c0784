import Foundation
internal import HearthEmbedding

extension MemoryStore {
    /// The fewest memories that are worth a task of their own: to start one costs about what it takes to analyse one memory.
    private static let smallestShare = 32
    /// How many cores there are. Asking the system costs more than preparing a memory.
    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    /// Checks, hashes, analyses and embeds memories before they reach the writer, many of them on as many cores as there are.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - make: Makes the one with this index.
    /// - Returns: The memories, in order, with the vectors that can be had at once.
    /// - Throws: What `make` throws for the first that it throws for; `CancellationError`.
    func prepare(
        _ count: Int,
        _ make: @escaping @Sendable (Int) throws(MemoryError) -> NewMemory
    ) async throws -> [NewMemory] {
        let maker = embedder.map { VectorMaker(embedder: $0) }
        let prepareShare: @Sendable (Range<Int>) throws -> [NewMemory] = { share in
            try share.map { index in
                var memory = try make(index)
                memory.vector = maker?.vectorAtOnce(of: memory.fields.content)
                return memory
            }
        }
        let shares = min(Self.cores, count / Self.smallestShare)
        guard shares > 1 else { return await embed(try prepareShare(0..<count)) }

        let prepared = try await withThrowingTaskGroup(of: (Int, Result<[NewMemory], any Error>).self) { group in
            for share in 0..<shares {
                group.addTask {
                    try Task.checkCancellation()
                    return (share, Result { try prepareShare(count * share / shares..<count * (share + 1) / shares) })
                }
            }
            var results = [Result<[NewMemory], any Error>?](repeating: nil, count: shares)
            for try await (share, result) in group { results[share] = result }
            return try results.flatMap { try $0?.get() ?? [] }
        }
        return await embed(prepared)
    }

    /// Adds the vectors of an embedder that is waited for.
    ///
    /// An embedder that fails holds no store up: the memory is found by its words, and its vector is made later.
    private func embed(_ new: [NewMemory]) async -> [NewMemory] {
        guard let embedder, embedder.isLocal, !(embedder is any SynchronousEmbedder) else { return new }
        do {
            let vectors = try await VectorMaker(embedder: embedder).vectors(of: new.map(\.fields.content))
            return zip(new, vectors)
                .map { memory, vector in
                    var memory = memory
                    memory.vector = vector
                    return memory
                }
        } catch {
            return new
        }
    }
}
