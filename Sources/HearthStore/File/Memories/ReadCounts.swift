import HearthModel
import HearthSQLite
import Synchronization

/// Counts in memory what agents read of their own, so that such a read waits for no write.
///
/// A view adds what is counted here to what the file says. So what is seen does not depend on when counts are written,
/// which follows from how much an owner has read, and nobody else may learn that.
final class ReadCounts: Sendable {
    /// The reads of one memory.
    struct Count: Sendable {
        var reads: Int64
        var lastAt: Timestamp

        func adding(_ other: Count?) -> Count {
            guard let other else { return self }
            return Count(reads: reads + other.reads, lastAt: max(lastAt, other.lastAt))
        }
    }

    /// An agent that reads its own memories for a user.
    struct Reader: Hashable, Sendable {
        var agent: Int64
        var user: Int64

        init(of record: MemoryRecord) {
            agent = record.ownerKey
            user = record.userKey
        }
    }

    private struct State {
        var counted: [Reader: [Int64: Count]] = [:]
        /// What is on its way into the file.
        var beingWritten: [Reader: [Int64: Count]] = [:]
    }

    private let state = Mutex(State())

    /// From this many memories of one reader on, the call that counted the last read writes them.
    static let flushThreshold = 4_096

    /// Counts a read of each memory, given by its key, by its owner, and returns the readers whose counts are to be written.
    func count(_ reads: some Sequence<(Reader, Int64)>, at time: Timestamp) -> Set<Reader> {
        state.withLock { state in
            var full: Set<Reader> = []
            for (reader, memory) in reads {
                let read = Count(reads: 1, lastAt: time)
                let count = state.counted[reader]?[memory]
                state.counted[reader, default: [:]][memory] = read.adding(count)
                if count == nil, state.counted[reader]?.count ?? 0 >= Self.flushThreshold { full.insert(reader) }
            }
            return full
        }
    }

    /// What is counted of a memory and not in the file yet.
    func count(of record: MemoryRecord) -> Count? {
        let reader = Reader(of: record)
        return state.withLock { state in
            let counted = state.counted[reader]?[record.key]
            guard let written = state.beingWritten[reader]?[record.key] else { return counted }
            return written.adding(counted)
        }
    }

    /// Every reader of whom anything is counted.
    var readers: Set<Reader> { state.withLock { Set($0.counted.keys) } }

    /// Takes what is counted of a reader, in order to write it; nothing while another call writes it.
    func beginWriting(_ reader: Reader) -> [Int64: Count] {
        state.withLock { state in
            guard state.beingWritten[reader] == nil, let counts = state.counted.removeValue(forKey: reader) else {
                return [:]
            }
            state.beingWritten[reader] = counts
            return counts
        }
    }

    /// Ends what ``beginWriting(_:)`` began. What was not written is counted on.
    func endWriting(_ reader: Reader, isWritten: Bool) {
        state.withLock { state in
            guard let counts = state.beingWritten.removeValue(forKey: reader), !isWritten else { return }
            state.counted[reader, default: [:]].merge(counts) { $0.adding($1) }
        }
    }
}

extension StoreTransaction {
    /// Adds reads, by their memories, to those in the file, and tells caches that counts have changed.
    func add(_ counts: [Int64: ReadCounts.Count]) throws {
        guard !counts.isEmpty else { return }
        try connection.run("UPDATE store SET accesses_changed = ?1 WHERE id = 1", sequence)
        for (memory, count) in counts.sorted(by: { $0.key < $1.key }) {
            // Most have been read before, and then their own pages need not be read.
            try connection.run(
                """
                UPDATE accesses SET count = min(count, 9223372036854775807 - ?2) + ?2, last_at = max(last_at, ?3) WHERE memory_key = ?1
                """,
                memory,
                count.reads,
                count.lastAt.rawValue
            )
            guard connection.changes == 0 else { continue }
            // A memory that was purged meanwhile has no count.
            try connection.run(
                "INSERT INTO accesses (memory_key, count, last_at) SELECT memory_key, ?2, ?3 FROM memories WHERE memory_key = ?1",
                memory,
                count.reads,
                count.lastAt.rawValue
            )
        }
    }
}
