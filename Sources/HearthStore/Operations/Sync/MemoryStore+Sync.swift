package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many drafts are published in one operation: enough that a commit costs each almost nothing, and few enough
    /// that others can write again after some tens of milliseconds.
    static let syncBatchSize = 256

    /// Publishes the drafts of one agent for one user, in the order in which they were begun; durable on return.
    ///
    /// Each draft is published whole or stays as it is. A draft whose base is still the head becomes the head; any
    /// other is reconciled by the owner's strategy. Drafts behind another agent's lease, and those that the agent may
    /// no longer publish, stay and are reported. A batch that fails is tried again draft by draft, so that one bad
    /// draft does not hold up the others. What was published before the task was cancelled stays published.
    ///
    /// - Parameters:
    ///   - agentID: The agent.
    ///   - userID: The user.
    ///   - sessionID: Narrows the sync to the memories of a session.
    ///   - force: Whether to look again at every other entry of the agent's slice: its content against its digest, the
    ///     present propagation rules, and vectors that are missing or of another model.
    /// - Throws: `.unknownAgent`, `.invalidArgument`, and any error that keeps the file from being written.
    package func sync(
        _ agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        force: Bool = false
    ) async throws -> AgentSyncResult {
        let userID = try userID.validated()
        let sessionID = try sessionID?.validated()
        let began = clock.bootInstant
        let startedAt = clock.now()
        var result = AgentSyncResult(
            operationID: IdentifierGenerator.operationID(at: startedAt),
            agentID: agentID,
            userID: userID
        )
        let scope = try read { try SyncScope(agentID, userID: userID, sessionID: sessionID, in: $0) }
        do {
            let drafts = try read { try scope.drafts(in: $0) }
            for batch in drafts.chunks(of: Self.syncBatchSize) {
                try Task.checkCancellation()
                let settlements = try await settle(batch, in: scope)
                for settlement in settlements { result.count(settlement) }
                metrics?.settled(settlements)
            }
            if force { try await reexamine(scope, besides: Set(drafts.map(\.memory)), into: &result) }
        } catch {
            result.errors.append("The sync stopped: \(error)")
            result.duration = clock.bootInstant.duration(since: began)
            await recordStopped(result, scope, startedAt: startedAt)
            metrics?.synced(result)
            log.warn(error, "A sync stopped; its drafts stay, and the next sync takes them up.", agent: agentID)
            throw error
        }
        result.duration = clock.bootInstant.duration(since: began)
        let recorded = result
        try await write {
            try OperationTable.record(recorded, agent: scope.agent.key, user: scope.user, startedAt: startedAt, in: $0)
        }
        metrics?.synced(result)
        log.saySynced(result)
        return result
    }

    /// Records a sync that stopped, if the file can be written.
    private func recordStopped(_ result: AgentSyncResult, _ scope: SyncScope, startedAt: Timestamp) async {
        do {
            try await writeThoughCancelled {
                try OperationTable.record(
                    result,
                    agent: scope.agent.key,
                    user: scope.user,
                    startedAt: startedAt,
                    in: $0
                )
            }
        } catch {
            // The caller gets the error that stopped the sync, which is the one that it can act on.
            log.warn(error, "A sync that stopped is missing from the record of syncs and from their statistics.")
        }
    }

    /// An identifier for an operation that begins now.
    package func newOperationID() -> OperationID {
        IdentifierGenerator.operationID(at: clock.now())
    }

    /// Settles some drafts together; if that fails, one by one.
    func settle(_ batch: ArraySlice<DraftTable.Pending>, in scope: SyncScope) async throws -> [DraftSettlement] {
        do {
            return try await settleTogether(batch, in: scope)
        } catch let error as MemoryError where batch.count > 1 && !error.concernsWholeStore {
            var settlements: [DraftSettlement] = []
            for draft in batch { settlements += try await settle([draft], in: scope) }
            return settlements
        } catch let error as MemoryError where batch.count == 1 && !error.concernsWholeStore {
            return batch.map { .failed($0.id, error) }
        }
    }

    private func settleTogether(_ batch: ArraySlice<DraftTable.Pending>, in scope: SyncScope) async throws
        -> [DraftSettlement]
    {
        try await writePublishing { context in
            let agent = try context.directory.acting(scope.agent.id)
            return try batch.map { try context.settleDraft(of: $0.memory, by: agent) }
        }
    }
}

/// The agent whose drafts a sync publishes, the user and the session.
struct SyncScope: Sendable {
    var agent: KnownAgent
    /// Nil for a user that the file does not know.
    var user: Int64?
    /// Nil for every session. A session that the file does not know has no memories.
    var session: Int64?
    private var isEmpty: Bool

    init(_ agentID: AgentID, userID: UserID, sessionID: SessionID?, in snapshot: Snapshot) throws {
        agent = try snapshot.directory.acting(agentID)
        user = try UserTable.find(userID, in: snapshot.connection)
        isEmpty = user == nil
        if let user, let sessionID {
            session = try SessionTable.find(sessionID, user: user, in: snapshot.connection)
            isEmpty = session == nil
        }
    }

    /// The agent's drafts, in the order in which they were begun.
    func drafts(in snapshot: Snapshot) throws -> [DraftTable.Pending] {
        guard let user, !isEmpty else { return [] }
        return try DraftTable.pending(agent: agent.key, user: user, session: session, in: snapshot.connection)
    }

    /// The entries of the agent's slice.
    func entries(of store: MemoryStore, now: Timestamp, in snapshot: Snapshot) throws -> [DocumentEntry] {
        guard let user, !isEmpty else { return [] }
        let slice = try store.catalogs.slice(of: user, for: agent, in: snapshot)
        let filter = try CatalogFilter(
            SearchFilter(),
            session: session,
            user: user,
            viewer: agent.key,
            now: now,
            in: snapshot
        )
        return slice.catalog.entries.enumerated()
            .filter { slice.visibility.isVisible($0.offset) && filter.admits($0.element) }
            .map(\.element)
    }
}

extension MemoryError {
    /// Whether the error would also meet every other draft.
    var concernsWholeStore: Bool {
        [.storeBusy, .storeFull, .storeReadOnly, .storeUnavailable, .closed, .unknownAgent, .agentNotActive]
            .contains(code)
    }
}

extension Array {
    /// The elements in order, in slices of at most this size.
    func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
