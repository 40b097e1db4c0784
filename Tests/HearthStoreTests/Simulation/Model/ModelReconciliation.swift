@testable import HearthModel
@testable import HearthStore

/// What several heads come to according to the design.
///
/// It is computed from whole sets of ancestors. That is slow, and different from the way the engine takes.
struct ModelReconciliation {
    let memory: ModelMemory
    let heads: [VersionID]
    let strategy: ConflictResolution
    let priorities: [AgentID: AgentPriority]

    struct Outcome {
        var fields: ModelFields
        /// What the strategy had to settle; nil if the edits do not touch one another.
        var kind: ConflictKind?
        /// The edits whose contents must be merged; nil if the content is settled.
        var mergedContents: [VersionID]?
    }

    func outcome() -> Outcome {
        let ancestors = Dictionary(uniqueKeysWithValues: memory.versions.keys.map { ($0, memory.ancestors(of: $0)) })
        let seen = heads.reduce(into: Set<VersionID>()) { $0.formUnion(ancestors[$1] ?? []) }
        var fields = memory[heads[0]].fields
        var contested: Set<ModelField> = []
        var mergedContents: [VersionID]?

        let metadata = agreedMetadata(ancestors)
        if let metadata { fields.metadata = metadata }
        for field in ModelFields.fields(of: seen.map { memory[$0].fields }) {
            if case .metadata = field, metadata != nil { continue }
            let value = { (id: VersionID) in memory[id].fields.value(of: field) }
            let edits = latest(ancestors) { version in
                version.parents.contains { value($0) != value(version.id) }
            }
            switch edits {
            case .settled(let head):
                fields.set(field, to: value(head))
            case .concurrent(let edits):
                if case .tag = field {
                    fields.set(field, to: edits.contains { value($0) == .present } ? .present : .absent)
                    continue
                }
                let base = memory.commonAncestor(of: edits).map(value)
                let changed = edits.filter { value($0) != base }
                guard let first = (changed.isEmpty ? edits : changed).max(by: precedes) else { continue }
                fields.set(field, to: value(first))
                guard Set(changed.map(value)).count > 1 else { continue }
                contested.insert(field)
                if field == .content, strategy == .mergeContent { mergedContents = edits }
            }
        }
        let (isDeleted, isContested) = deletion(ancestors)
        fields.isDeleted = isDeleted
        if isDeleted && !isContested { contested = [] }
        let kind: ConflictKind? =
            isContested
            ? .deletion : contested.contains(.content) ? .content : contested.isEmpty ? nil : .metadata
        return Outcome(fields: fields, kind: kind, mergedContents: mergedContents)
    }

    /// The metadata if at most one side has changed them; nil if they must be settled key by key.
    private func agreedMetadata(_ ancestors: [VersionID: Set<VersionID>]) -> [String: String]? {
        let value = { (id: VersionID) in memory[id].fields.metadata }
        switch latest(ancestors, isEdit: { version in version.parents.contains { value($0) != value(version.id) } }) {
        case .settled(let head):
            return value(head)
        case .concurrent(let edits):
            let base = memory.commonAncestor(of: edits).map(value)
            let changed = Set(edits.map(value)).filter { $0 != base }
            return changed.count > 1 ? nil : changed.first ?? base
        }
    }

    /// The edits of one thing that count.
    private enum Edits {
        /// One head has all of them behind it, so its value is settled.
        case settled(VersionID)
        case concurrent([VersionID])
    }

    /// The edits behind the heads that no later edit supersedes.
    private func latest(_ ancestors: [VersionID: Set<VersionID>], isEdit: (ModelVersion) -> Bool) -> Edits {
        let seen = heads.map { head in
            (ancestors[head] ?? [])
                .filter { id in
                    let version = memory[id]
                    return version.parents.isEmpty || !version.isMerge && isEdit(version)
                }
        }
        let all = seen.reduce(into: Set<VersionID>()) { $0.formUnion($1) }
        let settled = zip(heads, seen)
            .first { head, seen in
                // Under manual review nobody was asked about the fields of a deleted memory.
                seen == all && !(strategy == .manualReview && memory[head].isMerge && memory[head].fields.isDeleted)
            }
        if let settled { return .settled(settled.0) }
        let latest = all.filter { edit in
            !all.contains { $0 != edit && (ancestors[$0] ?? []).contains(edit) }
        }
        return latest.count == 1 ? .settled(latest.first ?? heads[0]) : .concurrent(latest.sorted())
    }

    /// A deletion contests every concurrent edit, whatever it edits.
    private func deletion(_ ancestors: [VersionID: Set<VersionID>]) -> (isDeleted: Bool, isContested: Bool) {
        let edits = latest(ancestors) { version in
            version.parents.contains {
                memory[$0].fields.isDeleted != version.fields.isDeleted
                    || !version.fields.isDeleted && memory[$0].fields != version.fields
            }
        }
        switch edits {
        case .settled(let head):
            return (memory[head].fields.isDeleted, false)
        case .concurrent(let edits):
            let deletions = edits.filter { memory[$0].fields.isDeleted }
            if deletions.isEmpty || deletions.count == edits.count { return (!deletions.isEmpty, false) }
            guard strategy != .mergeContent, let first = edits.max(by: precedes) else { return (false, true) }
            return (memory[first].fields.isDeleted, true)
        }
    }

    /// Whether an edit gives way to another under the strategy.
    private func precedes(_ left: VersionID, _ right: VersionID) -> Bool {
        func weight(_ version: ModelVersion) -> Double {
            switch strategy {
            case .highestImportance: version.fields.importance
            case .agentPriority: -Double(priorities[version.author]?.rawValue ?? .max)
            case .latestWins, .mergeContent, .manualReview: 0
            }
        }
        let (left, right) = (memory[left], memory[right])
        return (weight(left), left.stamp) < (weight(right), right.stamp)
    }
}
