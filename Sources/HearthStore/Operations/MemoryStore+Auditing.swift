import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Runs an operation. If it is refused, writes the refusal's audit row and throws the reason.
    func auditingRefusal<R>(_ operation: () async throws -> R) async throws -> R {
        do {
            return try await operation()
        } catch let refusal as AuditedRefusal {
            // Nothing is told, so nothing has to be audited. Another error than for a memory that does not exist would
            // tell that this one does.
            guard !isReadOnly else { throw refusal.error }
            let now = clock.now()
            try await write { try AuditTrail.append(refusal.entry, at: now, to: $0) }
            throw refusal.error
        }
    }

    /// Writes the audit row of a read.
    func audit(_ entry: AuditEntry, at now: Timestamp) async throws {
        guard !isReadOnly else { throw MemoryError.unaudited }
        try await write { try AuditTrail.append(entry, at: now, to: $0) }
    }
}

/// What a call has read. It is audited and counted before the call returns it.
struct ReadReceipt: Sendable {
    var viewer: Int64
    var views: [MemoryView] = []
    /// The memories that the agent asked for by identifier and may not see, and their users.
    var refused: [(memory: Int64, user: Int64)] = []
}

extension MemoryStore {
    /// Audits the reads of other agents' memories, counts all reads, and returns what was read.
    func auditAndCount(_ receipt: ReadReceipt, at now: Timestamp) async throws -> [MemoryView] {
        // Views are large, and need not be copied.
        let views = receipt.views
        let shared = views.indices.filter { views[$0].sharing != nil }
        if !shared.isEmpty || !receipt.refused.isEmpty && !isReadOnly {
            guard !isReadOnly else { throw MemoryError.unaudited }
            let read = Self.byUser(shared.map { (views[$0].record.key, views[$0].record.userKey) })
            let refused = Self.byUser(receipt.refused.map { ($0.memory, $0.user) })
            try await write { transaction in
                transaction.changesNoDocuments()
                for (user, memories) in read {
                    let entry = AuditEntry(action: .read, agent: receipt.viewer, user: user, memories: memories)
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
                // With the row, not later: when the reader's own reads are written is nothing for the owner.
                try transaction.add(
                    Dictionary(
                        shared.map { (views[$0].record.key, ReadCounts.Count(reads: 1, lastAt: now)) },
                        uniquingKeysWith: { $0.adding($1) }
                    )
                )
                for (user, memories) in refused {
                    let entry = AuditEntry(
                        action: .refuse,
                        agent: receipt.viewer,
                        user: user,
                        memories: memories,
                        detail: ["attempt": AuditAction.read.rawValue]
                    )
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
            }
        }
        guard !isReadOnly else { return views }
        let own = views.indices.lazy.filter { views[$0].sharing == nil }
            .map { (ReadCounts.Reader(of: views[$0].record), views[$0].record.key) }
        for reader in readCounts.count(own, at: now) {
            do {
                try await writeReadCounts(of: reader)
            } catch let error as MemoryError {
                log.warn(error, "The counts of reads are not written; they are kept, and written later.")
            }
        }
        return views
    }

    /// Writes what every reader has read of its own, for what reads the file.
    func flushReadCounts() async throws {
        for reader in readCounts.readers { try await writeReadCounts(of: reader) }
    }

    /// Writes what a reader has read of its own.
    func writeReadCounts(of reader: ReadCounts.Reader) async throws {
        let counts = readCounts.beginWriting(reader)
        guard !counts.isEmpty else { return }
        var isWritten = false
        defer { readCounts.endWriting(reader, isWritten: isWritten) }
        try await writeOnce { transaction in
            transaction.changesNoDocuments()
            try transaction.add(counts)
        }
        isWritten = true
    }

    /// Memories of several users, user by user in the order in which they first come: each gets an audit row.
    private static func byUser(_ memories: [(memory: Int64, user: Int64)]) -> [(user: Int64, memories: [Int64])] {
        var groups: [(user: Int64, memories: [Int64])] = []
        for (memory, user) in memories {
            if let group = groups.firstIndex(where: { $0.user == user }) {
                groups[group].memories.append(memory)
            } else {
                groups.append((user, [memory]))
            }
        }
        return groups
    }
}

extension MemoryError {
    /// Thrown instead of a read of another agent's memory that cannot be audited.
    static var unaudited: MemoryError {
        MemoryError(
            code: .storeReadOnly,
            message: "The result holds other agents' memories, and a store opened read-only cannot audit that."
        )
    }
}
