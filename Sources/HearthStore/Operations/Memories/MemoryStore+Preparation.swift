import Foundation
import HearthEmbedding
import HearthModel

extension MemoryStore {
    /// How many cores there are. Asking the system costs more than preparing a memory.
    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    /// Checks, hashes, analyses and embeds memories, and writes them.
    ///
    /// A few are made ready before the operation waits for its turn to write. Of many, the later ones are made ready on
    /// other cores while the writer writes the earlier ones, unless their embedder has to be waited for.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - make: Makes the one with this index.
    ///   - write: Writes them, in order, in one transaction.
    /// - Returns: What `write` returns.
    /// - Throws: The first error of `make`; what `write` throws; `CancellationError`.
    func prepare<R: Sendable>(
        _ count: Int,
        _ make: @escaping @Sendable (Int) throws(MemoryError) -> NewMemory,
        andWrite write: @escaping @Sendable (MemoryPreparation) async throws -> R
    ) async throws -> R {
        let maker = embedder.map { VectorMaker(embedder: $0) }
        let makeReady: @Sendable (Int) throws -> NewMemory = { index in
            var memory = try make(index)
            memory.vector = maker?.vectorAtOnce(of: memory.fields.content)
            return memory
        }
        if let maker, maker.isAwaited {
            let new = await embed(try (0..<count).map(makeReady), by: maker)
            let result = try await write(MemoryPreparation(new))
            if new.contains(where: { $0.vector == nil && !$0.fields.content.isBlank }) { embedMissing() }
            return result
        }
        guard count > MemoryPreparation.chunkLength else {
            return try await write(MemoryPreparation(try (0..<count).map(makeReady)))
        }

        let preparation = MemoryPreparation(count, make: makeReady)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            // One core and one chunk are for the writer.
            for _ in 0..<max(1, min(Self.cores, preparation.chunkCount) - 1) {
                group.addTask { await preparation.work() }
            }
            // On an error the tasks that are still at work are cancelled.
            return try await write(preparation)
        }
    }

    /// Adds the vectors of an embedder that is waited for.
    ///
    /// If the embedder fails, the memory is stored without a vector and found by its words. The vector is made later.
    private func embed(_ new: [NewMemory], by maker: VectorMaker) async -> [NewMemory] {
        do {
            let outcomes = try await maker.outcomes(of: new.map(\.fields.content))
            return zip(new, outcomes)
                .map { memory, outcome in
                    var memory = memory
                    memory.vector = outcome.vector
                    return memory
                }
        } catch {
            log.note(error, "Vectors are made later; until then the texts are found by their words.")
            return new
        }
    }

    /// An inserter for the new memories of an operation.
    func inserter(
        _ transaction: StoreTransaction,
        shareWith agents: [AgentID] = [],
        now: Timestamp
    ) throws -> MemoryInserter {
        try transaction.returnToClock(at: now)
        return MemoryInserter(
            transaction,
            directory: try transaction.directory(directories),
            embedder: embedder,
            clock: clock,
            keyring: keyring,
            shareWith: agents,
            now: now
        )
    }
}
