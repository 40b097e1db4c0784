import HearthModel

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
