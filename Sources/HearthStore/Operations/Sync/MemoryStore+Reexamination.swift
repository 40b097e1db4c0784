import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Looks again at the entries of an agent's slice that had no draft. Each is checked against its digest, shared
    /// with every agent that a present propagation rule names, and given a vector of the present model. A share that a
    /// former rule made stays until it is revoked.
    ///
    /// - Parameters:
    ///   - scope: Whose slice.
    ///   - drafted: The memories whose drafts the sync has already counted: each counts once.
    ///   - result: The result to count into.
    func reexamine(
        _ scope: SyncScope,
        besides drafted: Set<Int64>,
        into result: inout AgentSyncResult
    ) async throws {
        let now = clock.now()
        let entries = try read { try scope.entries(of: self, now: now, in: $0) }
            .filter { !$0.isDraft && !drafted.contains($0.memory) }
        var position = 0
        while position < entries.count {
            try Task.checkCancellation()
            let batch = entries[position..<min(position + Self.syncBatchSize, entries.count)]
            position += batch.count
            let findings = try await writePublishing { context in
                let agent = try context.directory.acting(scope.agent.id)
                return try batch.map { try context.reexamine($0.memory, for: agent) }
            }
            for finding in findings {
                switch finding {
                case .inOrder: result.successfulSyncs += 1
                case .damaged(let id, let error):
                    result.errors.append(error.message)
                    result.failures.append(SyncFailure(memoryID: id, code: error.code, message: error.message))
                case .gone: continue
                }
                result.memoriesProcessed += 1
            }
        }
        guard embedder != nil, let user = scope.user else { return }
        do {
            try await rebuildEmbeddings(ofUser: user)
        } catch let error as CancellationError {
            throw error
        } catch {
            result.errors.append("Vectors could not be made anew: \(error). Search by word goes on.")
        }
    }
}

/// The result of a second look at a memory.
enum Reexamination: Sendable {
    case inOrder
    case damaged(MemoryID, MemoryError)
    /// It was deleted meanwhile.
    case gone
}

extension WriteContext {
    func reexamine(_ memory: Int64, for agent: KnownAgent) throws -> Reexamination {
        do {
            guard var record = try MemoryRecord.find(key: memory, in: snapshot) else { return .gone }
            if record.ownerKey == agent.key { try propagate(&record) }
            return .inOrder
        } catch is KeysNeeded where keyring.provider == nil {
            return .damaged(try identifier(of: memory), .noKeyToRead())
        } catch let error as MemoryError where error.isDamage {
            return .damaged(try identifier(of: memory), error)
        }
    }

    private func identifier(of memory: Int64) throws -> MemoryID {
        try connection.first(
            "SELECT identifier FROM memories WHERE memory_key = ?1",
            memory,
            as: { $0.memoryID(0) }
        ) ?? ""
    }
}
