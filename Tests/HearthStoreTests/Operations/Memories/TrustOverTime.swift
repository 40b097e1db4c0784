import TestSupport
import Testing

@testable import HearthModel
@testable import HearthStore

/// Random calls of agents that aren't critical: nothing that they do raises trust beyond what the host granted.
@Suite struct TrustOverTime {
    private static let agents: [AgentID] = ["alice", "mimic", "scout"]
    private static let texts = ["Tea. At one.", "Tea. At two.", "Milk. At one.", "Milk. At two.", "Jam."]
    private static let given: [Provenance?] = [
        nil, nil, Provenance(origin: .user), Provenance(origin: .tool, name: "web"), Provenance(origin: .import),
    ]

    @Test(arguments: 0..<4)
    func `storing, editing, merging, rolling back and importing never raise it`(run: Int) async throws {
        var random = SeededGenerator(for: "trust over time \(run)")
        let shared = try await SharedStore(embeds: false) { options in
            options.agents = Self.agents.map { id in
                var profile = AgentProfile.mimic
                (profile.id, profile.priority, profile.conflictResolution) = (id, .medium, .mergeContent)
                return profile
            }
        }
        var ids: [MemoryID] = []
        var rolledBack: Set<VersionID> = []
        for step in 0..<60 {
            let agent = Self.agents.randomElement(using: &random) ?? "alice"
            let text = Self.texts.randomElement(using: &random) ?? ""
            let provenance = Self.given.randomElement(using: &random) ?? nil
            let lowest = try await lowest(of: text, in: shared, ids, as: agent)
            shared.clock.advance(by: .seconds(1))
            switch (Int.random(in: 0..<10, using: &random), ids.randomElement(using: &random)) {
            case (0...1, _), (_, nil):
                let draft = MemoryDraft(content: text, provenance: provenance)
                let others = Self.agents.filter { $0 != agent }
                let id =
                    try await shared.store.store([draft], agentID: agent, userID: shared.user, shareWith: others)[0]
                let trust = try await shared.store.memory(id, as: agent).provenance.trust
                #expect(trust <= min((provenance ?? .standard).trust, lowest), "seed \(random.seed), step \(step)")
                ids.append(id)
            case (2, _):
                let id = MemoryID(rawValue: "import-\(step)")
                let draft = MemoryDraft(content: text, provenance: provenance)
                let item = MemoryImport(id: id, userID: shared.user, agentID: agent, draft: draft)
                _ = try await shared.store.importMemories([item])
                let trust = try await shared.store.memory(id, as: agent).provenance.trust
                #expect(trust <= min(Provenance.Origin.import.usualTrust, lowest), "seed \(random.seed), step \(step)")
                try await shared.store.share(id, as: agent, with: Self.agents.filter { $0 != agent })
                ids.append(id)
            case (3...6, let id?):
                let change = MemoryChange(
                    content: Bool.random(using: &random) ? text : nil,
                    tags: Bool.random(using: &random) ? ["\(step)"] : nil,
                    provenance: provenance
                )
                let before = try await shared.store.memory(id, as: agent).provenance.trust
                let after: Memory
                do {
                    after = try await shared.store.update(id, as: agent, change: change)
                } catch let error as MemoryError where error.code == .versionMismatch {
                    // The draft is older than what is published: a sync settles it.
                    try await shared.sync(agent)
                    continue
                }
                // Where nothing is left of a draft, the memory is what is published.
                if after.syncStatus == .synced { continue }
                #expect(after.provenance.trust <= before, "seed \(random.seed), step \(step)")
            case (7...8, _):
                try await shared.sync(agent)
            case (_, let id?):
                let owner = try await shared.store.memory(id, as: agent).agentID
                let history = try await shared.store.history(of: id, as: owner)
                guard let version = history.randomElement(using: &random), !version.isDeleted else { continue }
                let after = try await shared.store.rollback(id, to: version.id, as: owner)
                rolledBack.insert(after.versionID)
                let head = try await shared.store.history(of: id, as: owner).first { $0.id == after.versionID }
                let same = history.filter { $0.content == version.content }.map(\.provenance.trust)
                #expect((head?.provenance.trust ?? 2) <= (same.min() ?? 0), "seed \(random.seed), step \(step)")
            }
        }
        for agent in Self.agents { try await shared.sync(agent) }
        for id in ids { try await check(id, in: shared, rolledBack, random.seed) }
        #expect(try await shared.store.verify().findings == [])
    }

    /// The lowest trust that the published heads have with a text, those of the standard provenance aside: what an agent
    /// noted takes nothing from what the host then says of the same words.
    private func lowest(of text: String, in shared: SharedStore, _ ids: [MemoryID], as agent: AgentID) async throws
        -> Double
    {
        var lowest = 1.0
        for id in ids {
            let owner = try await shared.store.memory(id, as: agent).agentID
            let history = try await shared.store.history(of: id, as: owner)
            let parents = Set(history.flatMap(\.parents))
            // An agent's view may still be of the version that its own draft was made from.
            guard let head = history.last(where: { !parents.contains($0.id) }), head.content == text,
                head.provenance != .standard
            else { continue }
            lowest = min(lowest, head.provenance.trust)
        }
        return lowest
    }

    /// No version has more trust than each version that it was made from, a rollback aside, which has the trust of a text
    /// that the memory had before. How far that may go is checked where it is made: another's version with the same text and
    /// less trust may have been published since, with a lower number.
    private func check(
        _ id: MemoryID,
        in shared: SharedStore,
        _ rolledBack: Set<VersionID>,
        _ seed: UInt64
    ) async throws {
        let owner = try await shared.store.memory(id, as: "alice").agentID
        let history = try await shared.store.history(of: id, as: owner)
        var earlier: [VersionID: MemoryVersion] = [:]
        for version in history {
            let parents = version.parents.compactMap { earlier[$0]?.provenance.trust }
            let same = earlier.values.filter { $0.content == version.content }.map(\.provenance.trust)
            let limit = max(parents.min() ?? 1, rolledBack.contains(version.id) ? same.max() ?? 0 : 0)
            #expect(version.provenance.trust <= limit, "seed \(seed), memory \(id), version \(version.number)")
            earlier[version.id] = version
        }
    }
}
