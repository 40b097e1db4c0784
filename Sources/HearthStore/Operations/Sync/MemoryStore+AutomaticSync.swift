package import HearthModel
import HearthRules
import HearthSQLite

/// An agent that has drafts of a user's memories, for background sync to publish.
package struct AutomaticSync: Hashable, Sendable {
    package var agentID: AgentID
    package var userID: UserID
}

/// What became of an agent's drafts in background sync.
package struct AutomaticSyncResult: Sendable {
    package var sync: AutomaticSync
    package var result: AgentSyncResult
    /// Why drafts could not be published, by code, apart from leases of others: those end.
    package var failures: [MemoryError.Code: Int] = [:]

    fileprivate mutating func count(_ settlement: DraftSettlement) {
        result.count(settlement)
        switch settlement {
        case .refused(_, let error), .failed(_, let error): failures[error.code, default: 0] += 1
        case .settled, .waiting, .behindLease, .gone: break
        }
    }

    fileprivate mutating func fail(_ error: MemoryError) {
        result.errors.append("The sync stopped: \(error)")
        failures[error.code, default: 0] += 1
    }

    /// Whether the record of syncs should have it: looking at a draft behind a lease once a minute is no sync.
    fileprivate var isWorthRecording: Bool {
        result.successfulSyncs > 0 || result.conflictsDetected > 0 || !failures.isEmpty
    }
}

extension MemoryStore {
    /// The agents that are active in this process, sync automatically and have drafts: the highest priority first.
    package func automaticSyncs() throws -> [AutomaticSync] {
        try read { snapshot in
            let rows = try snapshot.connection.rows(
                """
                SELECT DISTINCT d.agent_key, u.user_id FROM drafts AS d JOIN users AS u ON u.user_key = d.user_key
                """,
                as: { (agent: $0.int64(0), user: UserID(rawValue: $0.string(1))) }
            )
            let due = try rows.map { (agent: try snapshot.directory.agent(key: $0.agent), user: $0.user) }
                .filter { $0.agent.profile.automaticSync && (try? snapshot.directory.acting($0.agent.id)) != nil }
                .sorted { left, right in
                    let (one, other) = (left.agent.profile, right.agent.profile)
                    guard one.priority == other.priority else { return one.priority > other.priority }
                    return (one.id, left.user) < (other.id, right.user)
                }
            return due.map { AutomaticSync(agentID: $0.agent.id, userID: $0.user) }
        }
    }

    /// Publishes the drafts of several agents in batches; durable on return.
    ///
    /// A batch has drafts of several agents. One that fails is tried again agent by agent, and then draft by draft, so that
    /// one bad draft holds up no other.
    ///
    /// - Parameters:
    ///   - syncs: Whose drafts.
    ///   - mayGoOn: Asked before each batch; with false, what is left stays as it is.
    /// - Returns: What became of them, in the order given. What a stop left is not counted.
    /// - Throws: What keeps the file from being written. What was published before stays.
    package func syncAutomatically(
        _ syncs: [AutomaticSync],
        while mayGoOn: @Sendable () -> Bool = { true }
    ) async throws -> [AutomaticSyncResult] {
        var run = AutomaticRun(try syncs.map { try automaticWork($0) })
        let began = (instant: clock.bootInstant, at: clock.now())
        do {
            for batch in run.batches(of: Self.syncBatchSize) {
                guard mayGoOn() else { break }
                try await settle(batch, in: &run)
            }
        } catch {
            if let error = error as? MemoryError { run.fail(error) }
            await record(run, since: began)
            throw error
        }
        await record(run, since: began)
        return run.work.map(\.outcome)
    }

    private func automaticWork(_ sync: AutomaticSync) throws -> AutomaticRun.Work {
        let result = AgentSyncResult(operationID: newOperationID(), agentID: sync.agentID, userID: sync.userID)
        var work = AutomaticRun.Work(outcome: AutomaticSyncResult(sync: sync, result: result))
        do {
            try read { snapshot in
                let scope = try SyncScope(sync.agentID, userID: sync.userID, sessionID: nil, in: snapshot)
                work.drafts = try scope.drafts(in: snapshot)
                work.scope = scope
            }
        } catch let error as MemoryError where error.concernsAgent {
            // It was withdrawn meanwhile: its drafts wait for it.
        }
        return work
    }

    private func settle(_ batch: AutomaticRun.Batch, in run: inout AutomaticRun) async throws {
        let parts = batch.map { (work: $0.work, scope: run.work[$0.work].scope, drafts: $0.drafts) }
        do {
            let settled = try await writePublishing { context in
                try parts.map { part -> [DraftSettlement] in
                    guard let scope = part.scope else { return [] }
                    let agent = try context.directory.acting(scope.agent.id)
                    return try part.drafts.map { try context.settleDraft(of: $0.memory, by: agent) }
                }
            }
            for (part, settlements) in zip(parts, settled) { run.count(settlements, of: part.work) }
        } catch let error as MemoryError where !error.concernsWholeStore || error.concernsAgent {
            log.note(error, "A batch of drafts is tried again agent by agent.")
            for part in parts {
                guard let scope = part.scope else { continue }
                do {
                    run.count(try await settle(part.drafts[...], in: scope), of: part.work)
                } catch let error as MemoryError where error.concernsAgent {
                    run.work[part.work].outcome.fail(error)
                }
            }
        }
    }

    /// Records what is worth it. Whoever syncs has published something already, so a failure is only a line in the log.
    private func record(_ run: AutomaticRun, since began: (instant: BootInstant, at: Timestamp)) async {
        let done = run.work.filter(\.outcome.isWorthRecording)
        guard !done.isEmpty else { return }
        let share = clock.bootInstant.duration(since: began.instant) / done.count
        do {
            try await writeThoughCancelled { transaction in
                for work in done {
                    guard let scope = work.scope else { continue }
                    var result = work.outcome.result
                    result.duration = share
                    try OperationTable.record(
                        result,
                        agent: scope.agent.key,
                        user: scope.user,
                        startedAt: began.at,
                        in: transaction
                    )
                }
            }
        } catch {
            log.warn(error, "Syncs in the background are missing from the record of syncs and from their statistics.")
        }
    }
}

/// The drafts that background sync publishes in one go, and what has become of them.
private struct AutomaticRun: Sendable {
    struct Work: Sendable {
        var outcome: AutomaticSyncResult
        /// Nil if the agent may not act any longer.
        var scope: SyncScope?
        var drafts: [DraftTable.Pending] = []
    }

    /// Drafts of one or several agents, by the number of the agent's work.
    typealias Batch = [(work: Int, drafts: [DraftTable.Pending])]

    var work: [Work]

    init(_ work: [Work]) {
        self.work = work
    }

    /// All drafts in order, in batches of at most a size.
    func batches(of size: Int) -> [Batch] {
        let all = work.indices.flatMap { index in work[index].drafts.map { (work: index, draft: $0) } }
        return all.chunks(of: size)
            .map { chunk in
                chunk.reduce(into: Batch()) { batch, item in
                    if batch.last?.work == item.work {
                        batch[batch.count - 1].drafts.append(item.draft)
                    } else {
                        batch.append((item.work, [item.draft]))
                    }
                }
            }
    }

    mutating func count(_ settlements: [DraftSettlement], of index: Int) {
        for settlement in settlements { work[index].outcome.count(settlement) }
    }

    /// Notes what has stopped all of it.
    mutating func fail(_ error: MemoryError) {
        for index in work.indices { work[index].outcome.fail(error) }
    }
}

extension MemoryError {
    /// Whether the agent may not act, which says nothing of the file.
    fileprivate var concernsAgent: Bool { [.unknownAgent, .agentNotActive].contains(code) }
}
