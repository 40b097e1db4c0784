import HearthModel
import HearthRules

/// A refusal that is to be audited: the operation it ends is rolled back, and the row is written by itself.
struct AuditedRefusal: Error {
    var error: MemoryError
    var entry: AuditEntry

    init(_ error: MemoryError, _ entry: AuditEntry) {
        self.error = error
        self.entry = entry
    }
}

extension AuditedRefusal {
    /// Refuses what an agent may not do: as not found where it may not even see the memory, or the caller knows that it is hidden from
    /// it, else as denied.
    init(
        of attempt: String,
        of record: MemoryRecord,
        as viewer: KnownAgent,
        in snapshot: Snapshot,
        isHidden: Bool = false
    ) throws {
        let entry = AuditEntry(
            action: .refuse,
            agent: viewer.key,
            user: record.userKey,
            memories: [record.key],
            detail: ["attempt": attempt]
        )
        guard try !isHidden && snapshot.standing(of: viewer, to: record) != .none else {
            self.init(.memoryNotFound(record.id), entry)
            return
        }
        self.init(
            MemoryError(
                code: .accessDenied,
                message:
                    "Agent \(viewer.id) may see memory \(record.id) but not do this to it (\(attempt)); its owner \(record.owner) may."
            ),
            entry
        )
    }
}
