import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Runs an operation; where it is refused, audits that and throws the reason.
    func auditingRefusal<R>(_ operation: () async throws -> R) async throws -> R {
        do {
            return try await operation()
        } catch let refusal as AuditedRefusal {
            let now = clock.now()
            try await write { try AuditTrail.append(refusal.entry, at: now, to: $0) }
            throw refusal.error
        }
    }

    /// Writes an audit row of something that was read.
    func audit(_ entry: AuditEntry, at now: Timestamp) async throws {
        guard !isReadOnly else { throw MemoryError.unaudited }
        try await write { try AuditTrail.append(entry, at: now, to: $0) }
    }
}

/// What a call has read, to be audited and counted before it is returned.
struct ReadReceipt: Sendable {
    var viewer: Int64
    var views: [MemoryView] = []
    /// Memories and their users that the agent asked for by name and may not see.
    var refused: [(memory: Int64, user: Int64)] = []
}

extension MemoryStore {
    /// Audits what of a result belongs to others, counts the reads, and hands the result on.
    func auditAndCount(_ receipt: ReadReceipt, at now: Timestamp) async throws -> [MemoryView] {
        let shared = receipt.views.filter { $0.sharing != nil }
        if !shared.isEmpty || !receipt.refused.isEmpty && !isReadOnly {
            guard !isReadOnly else { throw MemoryError.unaudited }
            let keys = shared.map(\.record.key)
            let refused = receipt.refused.map(\.memory)
            let user = shared.first?.record.userKey
            let refusedUser = receipt.refused.first?.user
            try await write { transaction in
                if !keys.isEmpty {
                    let entry = AuditEntry(action: .read, agent: receipt.viewer, user: user, memories: keys)
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
                if !refused.isEmpty {
                    let entry = AuditEntry(
                        action: .refuse,
                        agent: receipt.viewer,
                        user: refusedUser,
                        memories: refused,
                        detail: ["attempt": AuditAction.read.rawValue]
                    )
                    try AuditTrail.append(entry, at: now, to: transaction)
                }
            }
        }
        if readCounts.count(receipt.views.lazy.map(\.record.key), at: now), !isReadOnly { try await flushReadCounts() }
        return receipt.views
    }
}

extension MemoryError {
    /// A read across agents that can't be audited isn't made.
    static var unaudited: MemoryError {
        MemoryError(
            code: .storeReadOnly,
            message: "The result holds other agents' memories, and a store opened read-only cannot audit that."
        )
    }
}
