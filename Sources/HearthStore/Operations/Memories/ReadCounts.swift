import HearthModel
import HearthSQLite
import Synchronization

/// Counts reads in memory until they are written, so that an agent that reads its own memories does not wait for a
/// write.
final class ReadCounts: Sendable {
    /// The reads of one memory.
    struct Count: Sendable {
        var reads: Int64
        var lastAt: Timestamp
    }

    private let counts = Mutex<[Int64: Count]>([:])

    /// From this many memories on, the call that counted the last read writes the counts.
    static let flushThreshold = 4_096

    /// Counts a read of each memory and says whether it is time to write.
    func count(_ memories: some Sequence<Int64>, at time: Timestamp) -> Bool {
        counts.withLock { counts in
            for memory in memories {
                counts[memory, default: Count(reads: 0, lastAt: time)].reads += 1
                counts[memory]?.lastAt = time
            }
            return counts.count >= Self.flushThreshold
        }
    }

    /// Takes everything counted so far.
    func take() -> [Int64: Count] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }
}

extension MemoryStore {
    /// Writes the reads counted so far.
    func flushReadCounts() async throws {
        let counts = readCounts.take()
        guard !counts.isEmpty else { return }
        try await write { transaction in
            try transaction.connection.run(
                "UPDATE store SET accesses_changed = ?1 WHERE id = 1",
                transaction.sequence
            )
            for (memory, count) in counts {
                // A memory that was purged meanwhile has no count.
                try transaction.connection.run(
                    """
                    INSERT INTO accesses (memory_key, count, last_at) SELECT memory_key, ?2, ?3 FROM memories WHERE memory_key = ?1
                    ON CONFLICT (memory_key) DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)
                    """,
                    memory,
                    count.reads,
                    count.lastAt.rawValue
                )
            }
        }
    }
}
