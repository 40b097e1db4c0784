import TestSupport

@testable import HearthModel
@testable import HearthStore

extension Simulation {
    mutating func sync(force: Bool) async throws -> [MemoryID] {
        let agent = any(agents)
        let user = any(users + [users[0]])
        note("\(agent) for \(user)")
        let (expected, memories) = model.sync(agent, user: user, force: force)
        let result = try await store.sync(agent, userID: user, force: force)
        try expect(expected == ModelSync(result), "\(expected) was expected of \(result)")
        try await adopt(memories)
        return memories
    }

    mutating func resolve() async throws -> [MemoryID] {
        guard let id = model.conflicts.randomElement(using: &random), let conflict = openConflicts[id] else {
            return []
        }
        let agent = chance(50) ? model[id].owner : anyAgent(for: id, withSystem: true)
        var (strategy, decision): (ConflictResolution?, ManualDecision?)
        switch Int.random(in: 0..<6, using: &random) {
        case 0..<3: strategy = any(ConflictResolution.allCases)
        case 3: decision = .keep(chance(90) ? any(model[id].heads) : any(model[id].order))
        case 4: decision = .content(newSentence())
        default: decision = chance(30) ? .delete : nil
        }
        note("\(id) by \(agent): \(String(describing: strategy)), \(String(describing: decision))")
        let expected = Result { () throws(Refused) in
            try model.resolve(id, by: agent, strategy: strategy, decision: decision)
        }
        _ = try await agree(expected) {
            try await store.resolve(conflict, as: agent, strategy: strategy, decision: decision)
        }
        try await adopt([id])
        return [id]
    }

    /// Tries to resolve a conflict that is settled, and one that never existed.
    mutating func resolveAgain() async throws -> [MemoryID] {
        guard let conflict = settledConflicts.keys.sorted().randomElement(using: &random),
            let id = settledConflicts[conflict]
        else { return [] }
        let agent = anyAgent(for: id, withSystem: true)
        note("\(conflict) by \(agent)")
        let expected = Result { () throws(Refused) in
            try model.authorizeDecision(agent, on: model[id])
            throw Refused(code: .conflictAlreadyResolved)
        }
        _ = try await agree(expected) { try await store.resolve(conflict, as: agent, strategy: .latestWins) }
        let unknown: Result<Void, Refused> = .failure(Refused(code: .conflictNotFound))
        _ = try await agree(unknown) { try await store.resolve("conf_unknown", as: "system", decision: .delete) }
        return [id]
    }
}
