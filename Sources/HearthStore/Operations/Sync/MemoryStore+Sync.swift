package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many drafts are published in one operation of the writer: enough that a commit costs each next to nothing, and few enough that
    /// the file is free for others again in some tens of milliseconds.
    static let syncBatchSize = 256

    /// Publishes the drafts of one agent for one user, in the order in which they were begun; durable on return.
    ///
    /// Each draft is published whole or stays as it is. One whose base is still the head becomes the head; any other is reconciled, by the
    /// owner's strategy. Drafts behind another agent's lease, and those the agent may no longer publish, stay and are reported. A batch
    /// that fails is tried again draft by draft, so that one bad draft holds up no other. What was published before the task was cancelled
    /// stays published.
    ///
    /// - Parameters:
    ///   - agentID: The agent.
    ///   - userID: The user.
    ///   - sessionID: Narrows it to the memories of a session.
    ///   - force: Whether to re-examine every entry of the agent's slice besides: content against its digest, propagation rules as they stand
    ///     now, and vectors that are missing or of another model.
    /// - Throws: `.unknownAgent`, `.invalidArgument`, and what keeps the file from being written at all.
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
                for settlement in try await settle(batch, in: scope) { result.count(settlement) }
            }
            if force { try await reexamine(scope, besides: Set(drafts.map(\.memory)), into: &result) }
        } catch {
            result.errors.append("The sync stopped: \(error)")
            result.duration = clock.bootInstant.duration(since: began)
            await recordStopped(result, scope, startedAt: startedAt)
            throw error
        }
        result.duration = clock.bootInstant.duration(since: began)
        let recorded = result
        try await write {
            try OperationTable.record(recorded, agent: scope.agent.key, user: scope.user, startedAt: startedAt, in: $0)
        }
        return result
    }

    /// Records a sync that came to no end, where the file takes it: why it stopped is what the caller hears of.
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
        } catch {}
    }

    /// An identifier for an operation that begins now.
    package func newOperationID() -> OperationID {
        IdentifierGenerator.operationID(at: clock.now())
    }

    /// Settles some drafts together; where that fails, one by one.
    private func settle(_ batch: ArraySlice<DraftTable.Pending>, in scope: SyncScope) async throws -> [DraftSettlement]
    {
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

/// Whose drafts a sync is about.
struct SyncScope: Sendable {
    var agent: KnownAgent
    /// Nil for a user the file doesn't know.
    var user: Int64?
    /// Nil: every session. A session that the file doesn't know has no memories.
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
            now: now,
            connection: snapshot.connection
        )
        return slice.catalog.entries.enumerated()
            .filter { slice.visibility.isVisible($0.offset) && filter.admits($0.element) }
            .map(\.element)
    }
}

extension MemoryError {
    /// Whether no other draft would fare better.
    fileprivate var concernsWholeStore: Bool {
        [.storeBusy, .storeFull, .storeReadOnly, .storeUnavailable, .closed].contains(code)
    }
}

extension Array {
    /// The elements in order, so many at a time.
    fileprivate func chunks(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
