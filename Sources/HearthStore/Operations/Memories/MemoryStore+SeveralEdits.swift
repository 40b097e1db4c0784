package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// The most edits that one call publishes: others can't write meanwhile.
    package static let mostEdits = 10_000
    /// How often an edit by a filter is tried while others publish edits of the same memories.
    private static let bulkAttempts = 10

    /// Publishes several edits in one transaction, all or none; durable on return.
    ///
    /// - Returns: What the agent sees of each memory afterwards, in the order given; nil for one that it has deleted.
    /// - Throws: As ``update(_:as:change:lock:ifVersion:userID:)`` and ``delete(_:as:lock:userID:)``; `.accessDenied` for an
    ///   agent that may only draft the edit; `.locked` while another agent holds the lease of one; `.invalidArgument` for
    ///   more than ``mostEdits``.
    package func publish(_ edits: [MemoryEdit], as agentID: AgentID, userID: UserID? = nil) async throws -> [Memory?] {
        guard edits.count <= Self.mostEdits else {
            throw MemoryError.invalidArgument(
                "There are \(edits.count) edits; at most \(Self.mostEdits) go into one call. Divide them."
            )
        }
        let userID = try userID?.validated()
        let requests = try edits.map { edit in
            var request = EditRequest(
                memoryID: try edit.memoryID.validated(),
                agentID: agentID,
                userID: userID,
                change: .deletion,
                expectedVersion: edit.ifVersion,
                publishesAtOnce: true
            )
            if case .change(let change) = edit.action {
                request.change = try change.validated()
                request.isSensitive = change.isSensitive
            }
            return request
        }
        let prepared = try await preparedVectors(of: requests.compactMap(\.change.content))
        try await openForComparing(requests)
        return try await auditingRefusal {
            try await writePublishing(prepared: prepared) { context in
                _ = try context.directory.acting(agentID)
                return try requests.map { try Self.perform($0, in: context)?.memory }
            }
        }
    }

    /// Publishes an edit of all of an agent's own memories that a filter finds, in one transaction, all or none; durable
    /// on return.
    ///
    /// - Parameter isDryRun: Whether to only say which they are.
    /// - Throws: As ``publish(_:as:userID:)``; `.invalidArgument` where there are more than ``mostEdits``.
    package func editAll(
        matching filter: SearchFilter,
        as agentID: AgentID,
        userID: UserID,
        _ action: MemoryEdit.Action,
        isDryRun: Bool
    ) async throws -> BulkEditReport {
        if case .change(let change) = action { _ = try change.validated() }
        var attempt = 1
        while true {
            let edits = try await edits(matching: filter, as: agentID, userID: userID, action)
            let report = BulkEditReport(memoryIDs: edits.map(\.memoryID), isDryRun: isDryRun)
            guard !isDryRun, !edits.isEmpty else { return report }
            do {
                _ = try await publish(edits, as: agentID, userID: userID)
                return report
            } catch let error as MemoryError
                where attempt < Self.bulkAttempts && [.versionMismatch, .memoryNotFound].contains(error.code)
            {
                // Somebody has published an edit meanwhile, so that other memories may fit.
                attempt += 1
            }
        }
    }

    private func edits(
        matching filter: SearchFilter,
        as agentID: AgentID,
        userID: UserID,
        _ action: MemoryEdit.Action
    ) async throws -> [MemoryEdit] {
        try await matching(filter, as: agentID, userID: userID, includeShared: false) { slots, slice, snapshot in
            guard slots.count <= Self.mostEdits else {
                throw MemoryError.invalidArgument(
                    "The filter finds \(slots.count) memories; at most \(Self.mostEdits) are edited in one call. Narrow it."
                )
            }
            let entries = slots.map { slice.catalog.entries[$0] }
                .sorted { ($1.createdAt, $0.memory) < ($0.createdAt, $1.memory) }
            return try entries.map { entry in
                let head = try snapshot.connection.first(
                    "SELECT identifier, head_number FROM memories WHERE memory_key = ?1",
                    entry.memory,
                    as: { (id: $0.memoryID(0), number: $0.int(1)) }
                )
                guard let head else {
                    throw MemoryError.corrupt("Document \(entry.document) stands for a memory that is not there.")
                }
                return MemoryEdit(head.id, action, ifVersion: head.number)
            }
        } ?? []
    }
}
