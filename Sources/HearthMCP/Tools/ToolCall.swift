import HearthMemory

/// One call of a tool: its arguments, and what it may do.
struct ToolCall: Sendable {
    var arguments: ToolArguments
    var memory: AgentMemory
    /// What the client calls itself.
    var clientName: String
    /// The tools that give ids, as a model is told of them.
    var finders = ToolStyle.memories.finders
    /// Asks the client's person; nil where nobody can be asked.
    var ask: (@Sendable (Question) async throws -> Answer)?

    /// What is stored by a call came from a tool: the client.
    var provenance: Provenance { Provenance(origin: .tool, name: clientName) }

    func id(_ name: String = "id") throws(ToolFailure) -> MemoryID {
        // A model may give a link where an identifier is asked for.
        var text = arguments.text(name)
        for prefix in ["hearth://memory/", "["] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
        if text.hasSuffix("]") { text.removeLast() }
        guard !text.isEmpty else { throw ToolFailure("\(name) is empty; \(finders) ids.") }
        return MemoryID(rawValue: text)
    }
}

/// A form for the client's person: a message and one choice.
struct Question: Sendable {
    var message: String
    /// The choices: what is answered, and what the person reads.
    var choices: [(value: String, title: String)]
}

/// What the person did with a form.
enum Answer: Equatable, Sendable {
    case chose(String)
    /// They did not choose.
    case declined
}

/// Thrown by a call that can go on only with an answer that comes with another request.
struct InputNeeded: Error {
    var question: Question
}

/// The memory of one user as one agent has it, through the library's public face.
struct AgentMemory: Sendable {
    let coordinator: MultiAgentMemoryCoordinator
    let agent: AgentID
    let user: UserID
    /// The leases that the model holds.
    let leases: HeldLeases
    /// What looks at what there is and changes it accordingly is done one after the other.
    let turns = Turns()

    var sync: MemorySyncService { coordinator.syncService }

    func memory(_ id: MemoryID) async throws -> Memory {
        try await coordinator.memory(id, agentID: agent, userID: user)
    }

    /// A memory; nil where the agent sees none of that identifier.
    func memoryIfThere(_ id: MemoryID) async throws -> Memory? {
        do {
            return try await memory(id)
        } catch let error as MemoryError where error.code == .memoryNotFound {
            return nil
        }
    }

    /// Publishes an edit that is made of what is there: under the lease that the model holds, or else under one of its own. An agent
    /// that may only propose leaves a draft.
    ///
    /// - Returns: The memory afterwards, and whether the edit is published.
    func edit(
        _ id: MemoryID,
        _ edit: @escaping @Sendable (Memory) throws -> MemoryChange
    ) async throws -> (Memory, Bool) {
        let (memory, isPublished, _) = try await self.edit(id, noting: { (try edit($0), ()) })
        return (memory, isPublished)
    }

    /// The same, with something that is to be known of the edit that was made in the end.
    ///
    /// Those of one server edit a memory one after the other, and what is there is read under the lease. So however many edit at once,
    /// each edits once. It is read before that too: an edit that can't be made waits for nobody.
    func edit<Note: Sendable>(
        _ id: MemoryID,
        noting edit: @escaping @Sendable (Memory) throws -> (MemoryChange, Note)
    ) async throws -> (Memory, Bool, Note) {
        let edit = { @Sendable (memory: Memory) throws -> (MemoryChange, Note) in
            var (change, note) = try edit(memory)
            change.tags = change.tags.map { ToolStyle.tags($0, of: memory) }
            return (change, note)
        }
        let memory = try await memory(id)
        _ = try edit(memory)
        return try await turns.take(of: id) { try await editInTurn(id, readAs: memory, edit) }
    }

    private func editInTurn<Note: Sendable>(
        _ id: MemoryID,
        readAs read: Memory,
        _ edit: @Sendable (Memory) throws -> (MemoryChange, Note)
    ) async throws -> (Memory, Bool, Note) {
        var memory = read
        var (change, note) = try edit(memory)
        var mayPublish = true
        while true {
            try Task.checkCancellation()
            do {
                if let lock = leases[id] {
                    return (try await update(id, change, lock: lock, ifVersion: memory.version), true, note)
                }
                guard mayPublish else {
                    return (try await update(id, change, lock: nil, ifVersion: memory.version), false, note)
                }
                return try await sync.withMemoryLock(memoryID: id, agentID: agent, userID: user) { lock in
                    let memory = try await self.memory(id)
                    let (change, note) = try edit(memory)
                    return (try await update(id, change, lock: lock, ifVersion: memory.version), true, note)
                }
            } catch let error as MemoryError where error.code == .accessDenied && mayPublish {
                // It may only propose.
                mayPublish = false
                continue
            } catch let error as MemoryError where error.code == .versionMismatch || error.code == .lockLost {
                // The model's own has expired; the edit takes another.
                if error.code == .lockLost { leases[id] = nil }
                let read = try await self.memory(id)
                // A draft of the agent's that is out of date waits for a sync, and would refuse this again and again.
                if error.code == .versionMismatch, read.version == memory.version { throw error }
                memory = read
            }
            (change, note) = try edit(memory)
        }
    }

    private func update(
        _ id: MemoryID,
        _ change: MemoryChange,
        lock: MemoryLock?,
        ifVersion: Int
    ) async throws -> Memory {
        try await coordinator.updateMemory(
            id,
            agentID: agent,
            change: change,
            lock: lock,
            ifVersion: ifVersion,
            userID: user
        )
    }

    /// Deletes a memory at once.
    func delete(_ id: MemoryID) async throws {
        if let lock = leases[id] {
            do {
                try await coordinator.deleteMemory(id, agentID: agent, lock: lock, userID: user)
                leases[id] = nil
                return
            } catch let error as MemoryError where error.code == .lockLost {
                leases[id] = nil
            }
        }
        try await sync.withMemoryLock(memoryID: id, agentID: agent, userID: user) { lock in
            try await coordinator.deleteMemory(id, agentID: agent, lock: lock, userID: user)
        }
    }

    /// Deletes memories; one that another client was faster to delete is no error.
    func delete(all ids: some Sequence<MemoryID>) async throws {
        for id in ids {
            do {
                try await delete(id)
            } catch let error as MemoryError where error.code == .memoryNotFound {
                continue
            }
        }
    }

    /// Reads with the sensitive memories, or where the server has no key for them without.
    ///
    /// - Returns: What was read, and whether sensitive memories were left out.
    func reading<R>(
        _ filter: SearchFilter = SearchFilter(),
        _ read: (SearchFilter) async throws -> R
    ) async throws -> Readable<R> {
        do {
            return Readable(value: try await read(filter))
        } catch let error as MemoryError where error.code == .keyUnavailable {
            var filter = filter
            filter.includesSensitive = false
            return Readable(value: try await read(filter), lacksSensitive: true)
        }
    }

    /// All memories that a filter admits, newest first.
    func all(_ filter: SearchFilter = SearchFilter(), own: Bool = false) async throws -> Readable<[Memory]> {
        try await reading(filter) { try await newest(.max, $0, own: own) }
    }

    /// So many memories that a filter admits, newest first.
    func newest(_ count: Int, _ filter: SearchFilter, own: Bool = false) async throws -> [Memory] {
        var memories: [Memory] = []
        var cursor: SliceCursor?
        repeat {
            let page = try await coordinator.memories(
                agentID: agent,
                userID: user,
                filter: filter,
                includeSharedMemories: !own,
                limit: min(Self.pageSize, count - memories.count),
                after: cursor
            )
            memories += page.memories
            cursor = page.next
        } while cursor != nil && memories.count < count
        return memories
    }

    private static let pageSize = 1_000

    /// The conflicts that the agent may settle, oldest first.
    func conflicts() async throws -> [SyncConflict] {
        try await sync.pendingConflicts(agentID: agent, userID: user)
    }
}
