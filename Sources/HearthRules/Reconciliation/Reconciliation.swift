import BitCollections
import HearthModel
import HearthText

/// One reconciliation under way. It settles every field by itself, and notes what was contested.
struct Reconciliation {
    let graph: VersionGraph
    /// Positions in the graph; none is an ancestor of another, and there are at least two.
    let heads: [Int]
    let policy: ReconcilePolicy
    var ancestry: Ancestry
    /// What the strategy had to settle so far.
    private(set) var contested: Set<ContestedField> = []
    /// Why the strategy could not settle something; nil if it could.
    private(set) var undecided: String?

    init(_ graph: VersionGraph, heads: [Int], ancestry: Ancestry, policy: ReconcilePolicy) {
        self.graph = graph
        self.heads = heads
        self.ancestry = ancestry
        self.policy = policy
    }

    /// The fields that the heads come to.
    mutating func fields() -> MemoryFields {
        let fields = MemoryFields(
            content: content(),
            category: settled(.category, byOwnerAlone: true) { $0.category },
            tags: tags(),
            importance: settled(.importance) { $0.importance },
            confidence: settled(.confidence) { $0.confidence },
            metadata: metadata(),
            expiresAt: settled(.expiry, byOwnerAlone: true) { $0.expiresAt },
            isDeleted: isDeleted(),
            provenance: provenance()
        )
        // Nobody needs to decide what a memory says if every side deleted it.
        if fields.isDeleted && !contested.contains(.deletion) && undecided == nil { contested = [] }
        return fields
    }

    /// The lowest provenance of the edits that the heads hold.
    ///
    /// Each edit says what its text's provenance is, having seen what it was made from, so that nothing earlier counts. A
    /// merge says nothing of its own.
    private mutating func provenance() -> Provenance {
        let edits = latestEdits { _, _ in true }
        return TrustRules.merged(edits.map { fields($0).provenance }) ?? .standard
    }

    func fields(_ position: Int) -> MemoryFields { graph.versions[position].fields }

    func rank(_ position: Int) -> ReconcilePolicy.Rank { policy.rank(of: graph.versions[position]) }

    private mutating func latestEdits(
        byOwnerAlone: Bool = false,
        changed: (MemoryFields, MemoryFields) -> Bool
    ) -> [Int] {
        let mayChange = { [policy] version in !byOwnerAlone || policy.mayChangeOwnersFields(version) }
        return FieldHistory(in: graph, &ancestry, mayChange: mayChange, changed: changed)
            .latestEdits(at: heads, &ancestry, asksAgain: policy.strategy == .manualReview)
    }

    /// The edit that the strategy puts first. There is always one.
    private func first(of edits: [Int]) -> Int {
        edits.max { rank($0) < rank($1) } ?? heads[0]
    }
}

// MARK: - One value

extension Reconciliation {
    /// What the three-way comparison of one value says.
    private enum Comparison<Value> {
        /// The heads agree, or only one of them changed the value.
        case agreed(Value)
        /// Several changed it, to different values.
        case contested(Contest)
    }

    /// The edits that contest a value.
    private struct Contest {
        /// Those whose value differs from that of the common ancestor.
        let changed: [Int]
        /// Those, and the ones that changed it and changed it back.
        let all: [Int]
    }

    private mutating func compare<Value: Equatable>(
        byOwnerAlone: Bool = false,
        by value: (MemoryFields) -> Value
    ) -> Comparison<Value> {
        let edits = latestEdits(byOwnerAlone: byOwnerAlone) { value($0) != value($1) }
        guard edits.count > 1 else { return .agreed(value(fields(edits.first ?? heads[0]))) }

        var changed = edits
        if let base = ancestry.lowestCommonAncestors(of: edits).first {
            changed.removeAll { value(fields($0)) == value(fields(base)) }
            if changed.isEmpty { return .agreed(value(fields(base))) }
        }
        let winner = value(fields(first(of: changed)))
        if changed.allSatisfy({ value(fields($0)) == winner }) { return .agreed(winner) }
        return .contested(Contest(changed: changed, all: edits))
    }

    /// The value of a field that is settled as a whole: that of the only side that changed it, or else what the
    /// strategy says.
    private mutating func settled<Value: Equatable>(
        _ field: ContestedField,
        byOwnerAlone: Bool = false,
        by value: (MemoryFields) -> Value
    ) -> Value {
        switch compare(byOwnerAlone: byOwnerAlone, by: value) {
        case .agreed(let value):
            return value
        case .contested(let contest):
            contested.insert(field)
            return value(fields(first(of: contest.changed)))
        }
    }

    private mutating func content() -> String {
        switch compare(by: \.content) {
        case .agreed(let content):
            return content
        case .contested(let contest):
            contested.insert(.content)
            guard policy.strategy == .mergeContent else { return fields(first(of: contest.changed)).content }
            let merged = mergedContent(of: contest.all)
            if merged.utf8.count > policy.maximumContentLength {
                undecided = """
                    The merged content would have \(merged.utf8.count) bytes of UTF-8, more than the \
                    \(policy.maximumContentLength) that a memory may have.
                    """
            }
            return merged
        }
    }

    /// Whether the memory is deleted.
    ///
    /// A deletion contests every concurrent edit, whatever it edits. So here every edit that leaves the memory alive
    /// speaks against the deletion.
    private mutating func isDeleted() -> Bool {
        let edits = latestEdits { fields, parent in
            fields.isDeleted != parent.isDeleted || (!fields.isDeleted && fields != parent)
        }
        let deletions = edits.filter { fields($0).isDeleted }
        if deletions.isEmpty || deletions.count == edits.count { return !deletions.isEmpty }

        contested.insert(.deletion)
        return policy.strategy != .mergeContent && fields(first(of: edits)).isDeleted
    }
}

// MARK: - Several values

extension Reconciliation {
    /// Tags merge as sets: a tag is present if a side added it and no side that had seen it removed it.
    ///
    /// They stand as the common ancestor has them, then as the edits have them, the earliest edit first.
    private mutating func tags() -> [String] {
        let edits = latestEdits { $0.tags != $1.tags }.sorted { graph.versions[$0].stamp < graph.versions[$1].stamp }
        let lists = edits.map { fields($0).tags }
        if let list = lists.first, lists.allSatisfy({ $0 == list }) { return list }

        let base = ancestry.lowestCommonAncestors(of: edits).first.map { fields($0).tags } ?? []
        let sets = lists.map(Set.init)
        var merged: [String] = []
        var seen: Set<String> = []
        for tag in base + lists.joined() where seen.insert(tag).inserted {
            let isPresent =
                sets.allSatisfy { $0.contains(tag) }
                || latestEdits { $0.tags.contains(tag) != $1.tags.contains(tag) }
                    .contains { fields($0).tags.contains(tag) }
            if isPresent { merged.append(tag) }
        }
        return merged
    }

    /// Metadata is settled key by key: sides that set different keys leave each other alone.
    private mutating func metadata() -> [String: String] {
        switch compare(by: \.metadata) {
        case .agreed(let metadata):
            return metadata
        case .contested(let contest):
            let sides = contest.all.sorted { rank($0) > rank($1) }.map { fields($0).metadata }
            var merged = sides[0]
            var seen: Set<String> = []
            for key in sides.lazy.flatMap(\.keys) where seen.insert(key).inserted {
                if sides.allSatisfy({ $0[key] == merged[key] }) { continue }
                merged[key] = settled(.metadata) { $0.metadata[key] }
            }
            return merged
        }
    }
}

extension Reconciliation {
    /// The contents of edits merged into one text. None of the edits is an ancestor of another.
    ///
    /// Edits that share more history than all of them do are first merged among themselves, against what they share. So
    /// a sentence that one of them replaced is not brought back by another that left it as it was.
    mutating func mergedContent(of edits: [Int]) -> String {
        let ranked = edits.sorted { rank($0) > rank($1) }
        let base = ancestry.lowestCommonAncestors(of: ranked).first
        var sides = groups(of: ranked, above: base)
        // Edits that can't be told apart any more are merged all at once.
        if sides.count == 1 { sides = ranked.map { [$0] } }
        return ContentMerge.merge(
            base: base.map { fields($0).content },
            edits: sides.map { $0.count == 1 ? fields($0[0]).content : mergedContent(of: $0) }
        )
    }

    /// Groups of the edits that have a common ancestor that is not one of `base`, in the order of each group's first
    /// edit.
    private mutating func groups(of edits: [Int], above base: Int?) -> [[Int]] {
        let shared = base.map { ancestry.ancestors(of: $0) } ?? []
        var groups: [(edits: [Int], ancestors: BitSet)] = []
        for edit in edits {
            var group = (edits: [edit], ancestors: ancestry.ancestors(of: edit).subtracting(shared))
            let related = groups.indices.filter { !groups[$0].ancestors.isDisjoint(with: group.ancestors) }
            for index in related.reversed() {
                let other = groups.remove(at: index)
                group.edits = other.edits + group.edits
                group.ancestors.formUnion(other.ancestors)
            }
            groups.insert(group, at: related.first ?? groups.endIndex)
        }
        return groups.map(\.edits)
    }
}
