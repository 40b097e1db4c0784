import FoundationEssentials
import TestSupport

@testable import HearthModel
@testable import HearthStore

extension Simulation {
    mutating func storeMemory() async throws -> [MemoryID] {
        guard model.ids.count < SimulatedHousehold.maximumMemories else { return [] }
        let owner = any(agents)
        let user = any(users + [users[0]])
        let draft = MemoryDraft(
            content: (0..<Int.random(in: 1...4, using: &random)).map { _ in newSentence() }.joined(separator: " "),
            type: any(MemoryType.allCases),
            category: any(SimulatedHousehold.categories + [.general, .general]),
            tags: randomTags(),
            importance: anyNumber(),
            confidence: anyNumber(),
            metadata: randomMetadata(),
            expiresAt: anyExpiry()
        )
        let others = chance(70) ? anyOthers(than: owner) : []
        note("by \(owner) for \(others)")
        let isRefused = !others.isEmpty && model.access.isRestricted(draft.category, of: owner)
        let expected: Result<Void, Refused> = isRefused ? .failure(Refused(code: .restrictedCategory)) : .success(())
        let stored = try await agree(expected) {
            try await store.store([draft], agentID: owner, userID: user, shareWith: others)
        }
        guard let id = stored?.found.first else { return [] }
        model.store(id, draft, by: owner, user: user, shareWith: others)
        try await adopt([id])
        return [id]
    }

    mutating func edit(underLease: Bool) async throws -> [MemoryID] {
        var (id, lock): (MemoryID, MemoryLock?) = (anyMemory(), nil)
        var agent = anyAgent(for: id)
        if underLease {
            // Mostly a lease that is held. Some have ended, and some are another agent's or on another memory.
            let live = locks.filter { model.isLive($0) }
            guard let held = (live.isEmpty || chance(15) ? locks : live).randomElement(using: &random) else {
                return []
            }
            lock = held
            if chance(92) { (id, agent) = (held.memoryID, held.agentID) }
        }
        var change = anyChange(of: id, by: agent)
        if lock != nil, model[id].drafts[agent] != nil {
            // The draft may be merged first, and the model does not know in which order a merge leaves the tags.
            change.tags = nil
        }
        let number = model[id].number(of: model[id].head)
        let ifVersion: Int? = chance(15) ? number - Int.random(in: 0...1, using: &random) : nil
        let user: UserID? = chance(10) ? any(users) : nil
        note("\(id) by \(agent): \(change), lock \(lock?.fencingToken ?? 0)")
        let expected = Result { () throws(Refused) in
            try model.edit(id, by: agent, change, lock: lock, ifVersion: ifVersion, user: user)
        }
        let answer = try await agree(expected) {
            try await store.update(
                id,
                as: agent,
                change: change.request,
                lock: lock,
                ifVersion: ifVersion,
                userID: user
            )
        }
        try await adopt([id])
        if let answer { try compare(answer.found, with: id, for: agent) }
        return [id]
    }

    mutating func delete() async throws -> [MemoryID] {
        var (id, agent): (MemoryID, AgentID) = (anyMemory(), "")
        agent = chance(80) ? model[id].owner : anyAgent(for: id)
        var lock: MemoryLock?
        if chance(25), let held = locks.randomElement(using: &random) {
            (id, agent, lock) = (held.memoryID, held.agentID, held)
        }
        note("\(id) by \(agent), lock \(lock?.fencingToken ?? 0)")
        let expected = Result { () throws(Refused) in try model.edit(id, by: agent, .deletion, lock: lock) }
        _ = try await agree(expected) { try await store.delete(id, as: agent, lock: lock) }
        try await adopt([id])
        return [id]
    }

    mutating func discard() async throws -> [MemoryID] {
        let id = anyMemory()
        let drafting = Array(model[id].drafts.keys.sorted())
        let agent = drafting.isEmpty || chance(20) ? anyAgent(for: id) : any(drafting)
        note("\(id) by \(agent)")
        let expected = Result { () throws(Refused) in try model.discard(id, by: agent) }
        _ = try await agree(expected) { try await store.discardDraft(of: id, as: agent) }
        return [id]
    }

    mutating func restore() async throws -> [MemoryID] {
        let gone = model.ids.filter { model[$0].published.isDeleted }
        let id = gone.isEmpty || chance(20) ? anyMemory() : any(gone)
        let agent = chance(85) ? model[id].owner : anyAgent(for: id)
        note("\(id) by \(agent)")
        let expected = Result { () throws(Refused) in try model.restore(id, by: agent) }
        _ = try await agree(expected) { try await store.restore(id, as: agent) }
        try await adopt([id])
        return [id]
    }

    mutating func rollback() async throws -> [MemoryID] {
        let id = anyMemory()
        let agent = chance(70) ? model[id].owner : anyAgent(for: id, withSystem: true)
        let version = any(model[id].order)
        note("\(id) by \(agent) to \(version)")
        let expected = Result { () throws(Refused) in try model.rollback(id, to: version, by: agent) }
        _ = try await agree(expected) { try await store.rollback(id, to: version, as: agent) }
        try await adopt([id])
        return [id]
    }

    mutating func share() async throws -> [MemoryID] {
        let id = anyMemory()
        let agent = chance(85) ? model[id].owner : anyAgent(for: id)
        let others = anyOthers(than: model[id].owner)
        let permission: SharePermission = chance(75) ? .propose : .read
        note("\(id) by \(agent) with \(others), \(permission)")
        let expected = Result { () throws(Refused) in
            try model.share(id, by: agent, with: others, permission: permission)
        }
        _ = try await agree(expected) { try await store.share(id, as: agent, with: others, permission: permission) }
        return [id]
    }

    mutating func revoke() async throws -> [MemoryID] {
        let id = anyMemory()
        let agent = chance(85) ? model[id].owner : anyAgent(for: id)
        let others = anyOthers(than: model[id].owner)
        note("\(id) by \(agent) from \(others)")
        let expected = Result { () throws(Refused) in try model.revoke(id, by: agent, from: others) }
        _ = try await agree(expected) { try await store.revokeShare(id, as: agent, from: others) }
        return [id]
    }
}

// MARK: - Random edits

extension Simulation {
    mutating func newSentence() -> String {
        sentences += 1
        return "Fact \(sentences) is known."
    }

    private mutating func anyNumber() -> Double { Double(Int.random(in: 0...10, using: &random)) / 10 }

    private mutating func randomTags() -> [String] {
        Array(
            ["boiler", "garden", "music", "school"].shuffled(using: &random).prefix(.random(in: 0...3, using: &random))
        )
    }

    private mutating func randomMetadata() -> [String: String] {
        var metadata: [String: String] = [:]
        for key in ["workspace", "source"] where chance(40) { metadata[key] = any(["a", "b", "c"]) }
        return metadata
    }

    /// A time later than any that the wall clock may jump to, or none.
    private mutating func anyExpiry() -> Date? {
        chance(75) ? nil : Date(timeIntervalSince1970: 7_300_000_000 + Double(Int.random(in: 0...3, using: &random)))
    }

    /// An edit of some fields, now and then one that another agent has drafted as well.
    private mutating func anyChange(of id: MemoryID, by agent: AgentID) -> ModelChange {
        let memory = model[id]
        if chance(8), let other = memory.drafts.values.map(\.change).filter({ !$0.isDeletion }).first { return other }
        let seen = memory.drafts[agent]?.change.applied(to: memory.published) ?? memory.published
        var change = ModelChange()
        repeat {
            if chance(50) { change.content = anyContent(from: seen.content) }
            if chance(25) { change.tags = randomTags() }
            if chance(20) { change.importance = anyNumber() }
            if chance(12) { change.confidence = anyNumber() }
            if chance(20) { change.metadata = randomMetadata() }
            let isOwner = memory.owner == agent
            if chance(isOwner ? 12 : 2) { change.expiresAt = .some(anyExpiry()) }
            if chance(isOwner ? 8 : 2) { change.category = any(SimulatedHousehold.categories) }
        } while change.isEmpty && chance(90)
        return change
    }

    /// The content with one sentence added, removed or replaced; or a new one; or the same.
    private mutating func anyContent(from content: String) -> String {
        var parts = content.split(separator: ".").map { $0.drop { $0 == " " } + "." }.map(String.init)
        let place = Int.random(in: 0...parts.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: parts.insert(newSentence(), at: place)
        case 4..<7 where place < parts.count: parts[place] = newSentence()
        case 7 where place < parts.count: parts.remove(at: place)
        case 8: parts = [newSentence(), newSentence()]
        default: break
        }
        return parts.joined(separator: " ")
    }
}
