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
