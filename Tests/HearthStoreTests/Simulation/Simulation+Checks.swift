@testable import HearthModel
@testable import HearthStore

extension Simulation {
    /// Takes over the ids of new versions from the owner's history, which must have exactly the versions of the model.
    mutating func adopt(_ ids: [MemoryID]) async throws {
        for id in ids {
            let history = try await store.history(of: id, as: model[id].owner)
            if let finding = model[id].adopt(history) { throw SimulationFailure(description: finding) }
            if let finding = model[id].checkMergedContents() { throw SimulationFailure(description: finding) }
        }
        try await checkConflicts()
    }

    /// Compares every agent's view of some memories.
    func check(_ ids: [MemoryID]) async throws {
        for id in ids {
            for agent in agents {
                let seen = try await store.memories([id], as: agent)
                if let memory = seen.first {
                    try compare(memory, with: id, for: agent)
                } else {
                    let expected = model.view(of: id, for: agent)
                    try expect(expected == nil, "\(agent) doesn't see \(id): \(String(describing: expected))")
                }
            }
        }
    }

    func compare(_ memory: Memory, with id: MemoryID, for agent: AgentID) throws {
        let expected = model.view(of: id, for: agent)
        let found = Model.View(
            fields: ModelFields(memory),
            status: memory.syncStatus,
            head: memory.versionID,
            number: memory.version
        )
        try expect(expected == found, "\(agent) sees \(found) of \(id) instead of \(String(describing: expected))")
    }

    /// Compares the conflicts: which ones wait, on which memories, and with which versions.
    private mutating func checkConflicts() async throws {
        let waiting = try await store.pendingConflicts()
        try expect(
            Set(waiting.map(\.memoryID)) == Set(model.conflicts) && waiting.count == model.conflicts.count,
            "\(waiting.map(\.memoryID)) wait instead of \(model.conflicts)"
        )
        for conflict in waiting {
            let memory = model[conflict.memoryID]
            try expect(conflict.kind == memory.conflict?.kind, "\(conflict) instead of \(memory.conflict as Any)")
            try expect(
                conflict.versions.first?.id == memory.head && Set(conflict.versions.map(\.id)) == Set(memory.heads)
                    && conflict.versions.count == memory.heads.count,
                "\(conflict) should show \(memory.heads)"
            )
            try expect(conflict.base?.id == memory.commonAncestor(of: memory.heads), "\(conflict) has another base")
            if let known = memory.conflict?.id {
                try expect(known == conflict.id, "\(conflict.memoryID) waits under another name")
            }
            model[conflict.memoryID].conflict?.id = conflict.id
        }
        let open = Dictionary(uniqueKeysWithValues: waiting.map { ($0.memoryID, $0.id) })
        for (memory, conflict) in openConflicts where open[memory] != conflict { settledConflicts[conflict] = memory }
        openConflicts = open
    }

    /// Compares every slice, every history, the leases and the conflicts.
    mutating func checkEverything() async throws {
        try await checkConflicts()
        for user in users {
            for agent in agents { try await checkSlice(of: agent, user: user) }
        }
        for id in model.ids {
            for agent in agents where model.access.liveStanding(of: agent, to: model[id]) != .none {
                let history = try await store.history(of: id, as: agent)
                let expected = model.access.history(of: model[id], for: agent)
                try expect(
                    Set(history.map(\.id)) == expected,
                    """
                    the history of \(id) for \(agent), whose share is \(model[id].shares[agent] as Any), shows \(history.map(\.id)) \
                    instead of \(expected), in the order of \(model[id].order.map { model[id][$0] })
                    """
                )
                for version in history {
                    try expect(ModelFields(version) == model[id][version.id].fields, "version \(version)")
                    try expect(version.number == model[id].number(of: version.id), "the number of \(version)")
                }
            }
        }
        let leases = Dictionary(uniqueKeysWithValues: try store.activeLeases().map { ($0.memoryID, $0) })
        let expected = model.leases
        try expect(Set(leases.keys) == Set(expected.keys), "\(leases) are held instead of \(expected)")
        for (id, lease) in expected {
            try expect(
                leases[id]?.agentID == lease.holder && leases[id]?.fencingToken == lease.token,
                "\(leases[id] as Any) instead of \(lease)"
            )
        }
        if chance(30) { try await checkFile() }
    }

    private func checkSlice(of agent: AgentID, user: UserID) async throws {
        let slice = try await store.slice(of: agent, userID: user)
        let expected = model.statistics(for: agent, user: user)
        try expect(slice.statistics == expected, "\(agent) of \(user): \(slice.statistics) instead of \(expected)")
        let visible = model.memories(of: user).map(\.id).filter { model.view(of: $0, for: agent) != nil }
        try expect(Set(slice.entries.map(\.memory.id)) == Set(visible), "the slice of \(agent) has other entries")
        for entry in slice.entries {
            try compare(entry.memory, with: entry.memory.id, for: agent)
            let memory = model[entry.memory.id]
            try expect(
                entry.sync?.lockHolder == model.liveLease(of: memory)?.holder
                    && entry.sync?.hasConflict == (memory.conflict != nil),
                "\(agent): \(entry) doesn't say how it stands"
            )
        }
    }

    /// Checks that the file is what a rebuild from its versions would give.
    func checkFile() async throws {
        let findings = try await store.verify().findings
        try expect(findings.isEmpty, "\(findings)")
    }
}
