import TestSupport
import Testing

@testable import HearthModel
@testable import HearthRules

/// Whatever the order and the grouping, the same edits come to the same fields.
@Suite struct ReconciliationOrders {
    private static let strategies: [ConflictResolution] = [
        .latestWins, .highestImportance, .agentPriority, .mergeContent,
    ]
    private static let rounds = 60

    @Test(arguments: strategies)
    func `heads resolved pairwise in any order, some twice, come to what they come to all at once`(
        strategy: ConflictResolution
    ) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let generated = try GeneratedHistory(
                strategy,
                steps: Int.random(in: 3...12, using: &random),
                using: &random
            )
            let heads = generated.heads
            var history = generated.history
            let expected = try history.merge(heads).fields

            for _ in 0..<3 {
                var history = generated.history
                // Old versions and merges that the heads don't need may come along: they bring nothing new.
                var waiting = heads + generated.someVersions(Int.random(in: 0...2, using: &random), using: &random)
                while waiting.count > 1 {
                    waiting.shuffle(using: &random)
                    let group = Array(waiting.prefix(Int.random(in: 2...3, using: &random)))
                    let merge = try history.merge(group)
                    waiting.removeFirst(group.count)
                    waiting.append(merge)
                    if Bool.random(using: &random), waiting.count > 1 { waiting.append(group[0]) }
                }
                #expect(waiting[0].fields == expected)
            }
        }
    }

    @Test(arguments: ConflictResolution.allCases)
    func `drafts synced in any order come to the same fields, under manual review to the same edits`(
        strategy: ConflictResolution
    ) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            // By one strategy throughout: what another one has joined before stands only where nobody joins the same edits anew.
            let merging = strategy == .manualReview ? .latestWins : strategy
            let generated = try GeneratedHistory(merging, steps: 6, using: &random)
            let drafts = generated.heads
            var results: [(fields: MemoryFields?, edits: Set<VersionID>)] = []
            for _ in 0..<3 {
                var history = generated.history
                history.policy.strategy = strategy
                var heads: [Version] = []
                // A draft may come twice: what was published once is an ancestor then.
                for draft in (drafts + drafts.prefix(1)).shuffled(using: &random) {
                    switch try history.reconcile(heads + [draft]) {
                    case .fastForward(let id): heads = history.graph[id].map { [$0] } ?? []
                    case .merged(let merge): heads = [merge.version]
                    case .conflict(let conflict): heads = conflict.heads.compactMap { history.graph[$0] }
                    }
                }
                let edits = history.graph.edits(joinedBy: heads.map(\.id))
                results.append((heads.count == 1 ? heads[0].fields : nil, edits))
            }
            for result in results { #expect(result.fields == results[0].fields) }
            for result in results { #expect(result.edits == results[0].edits) }
        }
    }

    @Test(arguments: strategies)
    func `the order in which heads and versions are given makes no difference`(strategy: ConflictResolution) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let generated = try GeneratedHistory(strategy, steps: 8, using: &random)
            let heads = generated.heads
            let policy = generated.history.policy
            let outcome = try Reconcile.reconcile(generated.history.graph, heads: heads.map(\.id), policy: policy)
            let shuffled = VersionGraph(generated.history.versions.shuffled(using: &random))
            let again = try Reconcile.reconcile(
                shuffled,
                heads: heads.map(\.id).shuffled(using: &random),
                policy: policy
            )
            #expect(again == outcome)
        }
    }

    @Test(arguments: strategies)
    func `reconciling what was reconciled changes nothing`(strategy: ConflictResolution) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let generated = try GeneratedHistory(strategy, steps: 8, using: &random)
            var history = generated.history
            let merge = try history.merge(generated.heads)
            for version in generated.history.versions {
                #expect(try history.reconcile(merge, version) == .fastForward(merge.id))
            }
        }
    }

    @Test(arguments: strategies)
    func `only as much history as decides is asked for, and more changes nothing`(strategy: ConflictResolution) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let generated = try GeneratedHistory(strategy, steps: 10, using: &random)
            let whole = generated.history.graph
            let heads = generated.someVersions(3, using: &random).map(\.id)
            let needed = VersionGraph(reaching: heads) { id in whole[id] ?? generated.history.first }
            #expect(
                try Reconcile.reconcile(needed, heads: heads, policy: generated.history.policy)
                    == Reconcile.reconcile(whole, heads: heads, policy: generated.history.policy)
            )
        }
    }

    @Test(arguments: strategies)
    func `each field is what a plain reading of the rules says`(strategy: ConflictResolution) throws {
        var random = SeededGenerator()
        for _ in 0..<Self.rounds {
            let generated = try GeneratedHistory(strategy, steps: 10, using: &random)
            var history = generated.history
            let merge = try history.merge(generated.heads)
            if generated.heads.count < 2 { continue }
            let rules = PlainRules(generated.history, heads: generated.heads)

            #expect(merge.fields.category == rules.value { $0.category })
            #expect(merge.fields.importance == rules.value { $0.importance })
            #expect(merge.fields.confidence == rules.value { $0.confidence })
            #expect(merge.fields.expiresAt == rules.value { $0.expiresAt })
            #expect(merge.fields.isDeleted == rules.isDeleted)
            #expect(Set(merge.fields.tags) == rules.tags(of: ["a", "b", "c"]))
            if strategy != .mergeContent { #expect(merge.fields.content == rules.value { $0.content }) }
        }
    }

    @Test(arguments: [ConflictResolution.highestImportance, .mergeContent])
    func `three edits come to the same fields whichever two are merged first, for every small history`(
        strategy: ConflictResolution
    ) throws {
        for small in SmallHistory.all() {
            let (history, edits) = try small.history(strategy)
            var atOnce = history
            let expected = try atOnce.merge(edits).fields
            for last in edits.indices {
                var history = history
                var others = edits
                let late = others.remove(at: last)
                let merge = try history.merge(history.merge(others), late)
                #expect(merge.fields == expected, "\(small)")
            }
        }
    }
}

// MARK: - A plain reading

/// The rules once more, by sets of edits and without any shortcut: slow, and written apart from the code.
private struct PlainRules {
    private let versions: [VersionID: Version]
    private let heads: [Version]
    private let policy: ReconcilePolicy

    init(_ history: EditHistory, heads: [Version]) {
        versions = Dictionary(history.versions.map { ($0.id, $0) }) { first, _ in first }
        self.heads = heads
        policy = history.policy
    }

    private func parents(_ version: Version) -> [Version] { version.parents.compactMap { versions[$0] } }

    private func ancestors(_ version: Version) -> Set<VersionID> {
        parents(version).reduce(into: [version.id]) { $0.formUnion(ancestors($1)) }
    }

    private func latest(_ edits: Set<VersionID>) -> Set<VersionID> {
        edits.filter { edit in
            !edits.contains { $0 != edit && versions[$0].map { ancestors($0).contains(edit) } ?? false }
        }
    }

    /// The edits of a field that a version has and that no later one supersedes, seen through every automatic merge.
    private func edits(of version: Version, changed: (MemoryFields, MemoryFields) -> Bool) -> Set<VersionID> {
        let parents = parents(version)
        if parents.isEmpty { return [version.id] }
        let automatic = parents.count > 1 && version.author == "system" && version.node.isEmpty
        if !automatic && parents.contains(where: { changed(version.fields, $0.fields) }) { return [version.id] }
        return latest(parents.reduce(into: []) { $0.formUnion(edits(of: $1, changed: changed)) })
    }

    private func edits(changed: (MemoryFields, MemoryFields) -> Bool) -> [Version] {
        latest(heads.reduce(into: []) { $0.formUnion(edits(of: $1, changed: changed)) }).compactMap { versions[$0] }
    }

    private func isBefore(_ left: Version, _ right: Version) -> Bool {
        func weight(_ version: Version) -> Double {
            switch policy.strategy {
            case .highestImportance: version.fields.importance
            case .agentPriority: -Double(policy.priorities[version.author]?.rawValue ?? 100)
            default: 0
            }
        }
        return (weight(left), left.time, left.id) < (weight(right), right.time, right.id)
    }

    func value<Value: Equatable>(_ value: (MemoryFields) -> Value) -> Value? {
        let edits = edits { value($0) != value($1) }
        let common = edits.map { ancestors($0) }.reduce(ancestors(edits[0])) { $0.intersection($1) }
        let base = latest(common).compactMap { versions[$0] }.max { ($0.time, $0.id) < ($1.time, $1.id) }
        let changed = edits.count == 1 ? edits : edits.filter { value($0.fields) != base.map { value($0.fields) } }
        return (changed.max(by: isBefore) ?? base).map { value($0.fields) }
    }

    var isDeleted: Bool {
        let edits = edits { $0.isDeleted != $1.isDeleted || (!$0.isDeleted && $0 != $1) }
        let deletions = edits.filter(\.fields.isDeleted)
        if policy.strategy == .mergeContent { return deletions.count == edits.count }
        return edits.max(by: isBefore)?.fields.isDeleted ?? false
    }

    func tags(of tags: Set<String>) -> Set<String> {
        tags.filter { tag in
            edits { $0.tags.contains(tag) != $1.tags.contains(tag) }.contains { $0.fields.tags.contains(tag) }
        }
    }
}

// MARK: - Every small history

/// Three edits of one memory, each on the first version, on an earlier edit or on the merge of the two before it.
private struct SmallHistory: CustomStringConvertible {
    enum Edit: CaseIterable {
        case content, otherContent, deletion, importance, tag
    }

    /// 0: the first version; 1 and 2: an edit; 3: the merge of both.
    let parents: [Int]
    let edits: [Edit]
    let times: [Int64]

    static func all() -> [SmallHistory] {
        var all: [SmallHistory] = []
        for parents in [[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 0, 3], [0, 1, 0], [0, 1, 1]] {
            for first in Edit.allCases {
                for second in Edit.allCases {
                    for third in Edit.allCases {
                        for times: [Int64] in [[1, 2, 3], [2, 3, 1]] {
                            all.append(SmallHistory(parents: parents, edits: [first, second, third], times: times))
                        }
                    }
                }
            }
        }
        return all
    }

    /// The history and what is to be merged: every edit, whether or not another was made from it.
    func history(_ strategy: ConflictResolution) throws -> (EditHistory, [Version]) {
        var history = EditHistory(strategy)
        var heads: [Version] = []
        for (index, edit) in edits.enumerated() {
            let parent =
                switch parents[index] {
                case 0: history.first
                case 3: try history.merge(heads[0], heads[1])
                default: heads[parents[index] - 1]
                }
            let author: AgentID = ["alden", "alice", "mimic"][index]
            heads.append(
                history.edit(parent, by: author, at: times[index]) { fields in
                    switch edit {
                    case .content: fields.content = "Ana likes tea. She lives in Oslo."
                    case .otherContent: fields.content += " Version \(index)."
                    case .deletion: fields.isDeleted.toggle()
                    case .importance: fields.importance = fields.importance == 0.5 ? 0.9 : 0.1
                    case .tag: fields.tags = fields.tags.isEmpty ? ["a"] : []
                    }
                }
            )
        }
        return (history, heads)
    }

    var description: String { "\(edits) on \(parents) at \(times)" }
}
