import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules

/// Which version was made from which.
@Suite struct VersionGraphs {
    @Test func `parents stand before children, in whatever order versions are given`() throws {
        var random = SeededGenerator()
        for _ in 0..<50 {
            let generated = try GeneratedHistory(.latestWins, steps: 12, using: &random)
            let graph = VersionGraph(generated.history.versions.shuffled(using: &random))
            #expect(Set(graph.versions.map(\.id)) == Set(generated.history.versions.map(\.id)))
            for (position, parents) in graph.parents.enumerated() {
                #expect(parents.allSatisfy { $0 < position })
                #expect(Set(parents.map { graph.versions[$0].id }) == Set(graph.versions[position].parents))
            }
        }
    }

    @Test func `ancestors, heads and lowest common ancestors are what their definitions say`() throws {
        var random = SeededGenerator()
        for _ in 0..<50 {
            let generated = try GeneratedHistory(.latestWins, steps: 10, using: &random)
            let graph = generated.history.graph
            let versions = generated.history.versions
            var ancestors: [VersionID: Set<VersionID>] = [:]
            for version in graph.versions {
                ancestors[version.id] = version.parents.reduce(into: [version.id]) { $0.formUnion(ancestors[$1] ?? []) }
            }
            let parents = Set(versions.flatMap(\.parents))
            #expect(Set(graph.heads) == Set(versions.map(\.id)).subtracting(parents))
            for version in versions { #expect(graph.ancestors(of: version.id) == ancestors[version.id]) }

            let some = generated.someVersions(3, using: &random).map(\.id)
            let common = some.dropFirst().reduce(ancestors[some[0]] ?? []) { $0.intersection(ancestors[$1] ?? []) }
            let lowest = common.filter { one in !common.contains { $0 != one && ancestors[$0]?.contains(one) == true } }
            let found = graph.lowestCommonAncestors(of: some)
            #expect(Set(found) == lowest)
            let stamps = found.compactMap { graph[$0]?.stamp }
            #expect(stamps == stamps.sorted(by: >))
        }
    }

    @Test func `first versions that share nothing have no common ancestor and reconcile all the same`() throws {
        var history = EditHistory(.mergeContent)
        let stranger = Version(
            memoryID: "mem_1",
            parents: [],
            author: "alice",
            node: "node_2",
            time: HybridTime(rawValue: 1),
            fields: MemoryFields(content: "Bo likes rum.", tags: ["b"]),
            number: 1
        )
        let graph = VersionGraph([history.first, stranger])
        #expect(graph.lowestCommonAncestors(of: [history.first.id, stranger.id]).isEmpty)
        let heads = [history.first.id, stranger.id]
        guard case .merged(let merge) = try Reconcile.reconcile(graph, heads: heads, policy: history.policy) else {
            Issue.record("It should have merged.")
            return
        }
        #expect(merge.version.fields.content == "Bo likes rum. Ana likes tea.")
        #expect(merge.version.fields.tags == ["b"])
        _ = history.edit(history.first, at: 1) { $0.importance = 0 }
    }

    @Test func `a draft on a recent version of a long history asks for a handful of versions`() throws {
        var history = EditHistory()
        var last = history.first
        for number in 1...500 { last = history.edit(last, at: Int64(number)) { $0.importance = Double(number) / 500 } }
        let base = history.versions[history.versions.count - 3]
        let draft = history.edit(base, by: "alice", at: 600) { $0.content = "Ana likes cocoa." }
        let graph = history.graph

        var asked: [VersionID] = []
        _ = VersionGraph(reaching: [last.id, draft.id]) { id in
            asked.append(id)
            return graph[id] ?? draft
        }
        #expect(Set(asked) == Set(history.versions.suffix(4).map(\.id)))
        #expect(asked.count == 4)

        asked = []
        _ = VersionGraph(reaching: [last.id]) { id in
            asked.append(id)
            return graph[id] ?? draft
        }
        #expect(asked == [last.id])
    }

    @Test func `a history too long for the call stack is walked all the same`() throws {
        var history = EditHistory()
        let draft = history.edit(history.first, by: "alice", at: 1) { $0.content = "Ana likes cocoa." }
        var last = history.first
        for number in 1...20_000 {
            last = history.edit(last, at: Int64(number)) { $0.importance = Double(number % 10) / 10 }
        }
        #expect(try history.merge(last, draft).fields.content == "Ana likes cocoa.")
    }
}
