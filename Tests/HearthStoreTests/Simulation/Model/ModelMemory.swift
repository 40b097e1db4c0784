@testable import HearthModel
@testable import HearthStore

/// One version as the model keeps it.
struct ModelVersion {
    var id: VersionID
    var parents: Set<VersionID>
    var author: AgentID
    var fields: ModelFields
    /// The place of its edit among all edits. A merge has the place of its latest parent.
    var stamp: Int
    /// Whether a strategy made it, and not an agent.
    var isMerge = false
    /// The edits whose contents the store had to merge for it; nil if its content is known.
    var joinedContents: [VersionID]?
}

/// An agent's unpublished edit.
struct ModelDraft {
    var base: VersionID
    var change: ModelChange
    var stamp: Int
}

/// What lets an agent see another's memory.
struct ModelShare {
    enum Origin { case call, propagation }

    var origin: Origin
    var permission: SharePermission
    var isRevoked = false
    /// The head that the agent first saw, and how many versions were there before.
    var sinceHead: VersionID
    var sinceCount: Int
}

struct ModelLease {
    var holder: AgentID
    var token: Int64
    /// Nanoseconds on the boot clock.
    var deadline: Int64
}

/// One who waits for a lease.
struct ModelWaiter {
    var ticket: Int
    var agent: AgentID
    var duration: Duration
    /// Nanoseconds on the boot clock.
    var patience: Int64
}

struct ModelConflict {
    /// Nil until the store has told the id.
    var id: ConflictID?
    var kind: ConflictKind
    var strategy: ConflictResolution
}

/// One memory as the model keeps it: everything that was ever published, and its drafts, shares and leases.
struct ModelMemory {
    var id: MemoryID
    var user: UserID
    var owner: AgentID
    var type: MemoryType
    /// The versions in the order in which they came in.
    private(set) var order: [VersionID] = []
    private(set) var versions: [VersionID: ModelVersion] = [:]
    var head: VersionID { didSet { pastHeads.insert(head) } }
    /// Every version that was the head at some time.
    private(set) var pastHeads: Set<VersionID> = []
    var conflict: ModelConflict?
    var drafts: [AgentID: ModelDraft] = [:]
    var shares: [AgentID: ModelShare] = [:]
    var lease: ModelLease?
    var lastToken: Int64 = 0
    var queue: [ModelWaiter] = []

    init(id: MemoryID, user: UserID, owner: AgentID, type: MemoryType, fields: ModelFields, stamp: Int) {
        self.id = id
        self.user = user
        self.owner = owner
        self.type = type
        head = Self.provisionalID(0)
        pastHeads = [head]
        insert(ModelVersion(id: head, parents: [], author: owner, fields: fields, stamp: stamp))
    }

    /// What everyone sees who may see the memory.
    var published: ModelFields { self[head].fields }

    subscript(id: VersionID) -> ModelVersion {
        guard let version = versions[id] else { preconditionFailure("The model has no version \(id).") }
        return version
    }

    /// The versions without children, in the order in which they came in.
    var heads: [VersionID] {
        let parents = versions.values.reduce(into: Set<VersionID>()) { $0.formUnion($1.parents) }
        return order.filter { !parents.contains($0) }
    }

    /// One more than the greatest number of a parent.
    func number(of id: VersionID) -> Int {
        1 + (self[id].parents.map(number(of:)).max() ?? 0)
    }

    /// The version and everything that it was made from.
    func ancestors(of id: VersionID) -> Set<VersionID> {
        var ancestors: Set<VersionID> = []
        var stack = [id]
        while let next = stack.popLast() {
            if ancestors.insert(next).inserted { stack += self[next].parents }
        }
        return ancestors
    }

    /// The latest version that all of some versions were made from.
    func commonAncestor(of ids: [VersionID]) -> VersionID? {
        let all = ids.map { ancestors(of: $0) }
        let common = (all.first ?? []).filter { id in all.allSatisfy { $0.contains(id) } }
        return common.filter { id in !common.contains { $0 != id && ancestors(of: $0).contains(id) } }
            .max { self[$0].stamp < self[$1].stamp }
    }

    mutating func insert(_ version: ModelVersion) {
        order.append(version.id)
        versions[version.id] = version
    }

    /// The name of a version until the store has told its id.
    var nextID: VersionID { Self.provisionalID(order.count) }

    private static func provisionalID(_ number: Int) -> VersionID { VersionID(rawValue: "new \(number)") }
}

extension ModelMemory {
    /// Stands for the content of a version that only the store can merge, until it has done so.
    static func openContent(of id: VersionID) -> String { "\u{0}\(id.rawValue)" }

    /// Takes over the ids that the store gave to versions, and the contents that it merged.
    ///
    /// - Returns: What does not agree; nil if everything does.
    mutating func adopt(_ history: [MemoryVersion]) -> String? {
        var unclaimed = history.filter { versions[$0.id] == nil }
        var names: [VersionID: VersionID] = [:]
        var contents: [String: String] = [:]
        for (place, id) in order.enumerated() where !history.contains(where: { $0.id == id }) {
            var version = self[id]
            version.parents = Set(version.parents.map { names[$0] ?? $0 })
            if let content = contents[version.fields.content] { version.fields.content = content }
            let isOpen = version.fields.content == Self.openContent(of: id)
            let match = unclaimed.firstIndex { found in
                var fields = version.fields
                if isOpen { fields.content = found.content }
                // Tags merge as sets, and an edit on top of a merge has them in the order of the merge.
                if Set(fields.tags) == Set(found.tags) { fields.tags = found.tags }
                return Set(found.parents) == version.parents && found.author == version.author
                    && fields == ModelFields(found)
            }
            guard let match else {
                return """
                    version \(version) of \(self.id) is expected and there is only \(unclaimed), after \
                    \(order.map { versions[$0].map { "\n  \($0)" } ?? "" }.joined())
                    """
            }
            let found = unclaimed.remove(at: match)
            if isOpen { contents[version.fields.content] = found.content }
            version.fields = ModelFields(found)
            version.joinedContents = version.joinedContents?.map { names[$0] ?? $0 }
            version.id = found.id
            names[id] = found.id
            order[place] = found.id
            versions[id] = nil
            versions[found.id] = version
        }
        pastHeads = Set(pastHeads.map { names[$0] ?? $0 })
        head = names[head] ?? head
        for (agent, share) in shares { shares[agent]?.sinceHead = names[share.sinceHead] ?? share.sinceHead }
        return unclaimed.isEmpty ? nil : "versions of \(id) that nobody made: \(unclaimed)"
    }
}

extension ModelMemory {
    /// What is wrong with the contents that the store merged. Each is checked once.
    mutating func checkMergedContents() -> String? {
        for id in order {
            guard let edits = self[id].joinedContents else { continue }
            versions[id]?.joinedContents = nil
            if let finding = finding(in: self[id].fields.content, mergedOf: edits) { return "\(finding) in \(id)" }
        }
        return nil
    }

    /// What is wrong with a merged content; nil if every sentence that an edit added is there once, every sentence that
    /// all edits kept is there, and nothing else is.
    private func finding(in content: String, mergedOf edits: [VersionID]) -> String? {
        let merged = sentences(of: content)
        let all = edits.map { Set(sentences(of: self[$0].fields.content)) }
        let base = commonAncestor(of: edits).map { sentences(of: self[$0].fields.content) } ?? []
        for (edit, own) in zip(edits, all) {
            let before = ancestors(of: edit).subtracting([edit])
                .reduce(into: Set<String>()) { $0.formUnion(sentences(of: self[$1].fields.content)) }
            for sentence in own.subtracting(before) where merged.count(where: { $0 == sentence }) != 1 {
                return """
                    '\(sentence)' of \(edit) stands \(merged.count { $0 == sentence }) times in \(merged), made of \
                    \(edits.map { sentences(of: self[$0].fields.content) }) on \(base)
                    """
            }
        }
        for sentence in (all.first ?? []) where all.allSatisfy({ $0.contains(sentence) }) {
            guard merged.contains(sentence) else { return "'\(sentence)' was lost, though all had kept it" }
        }
        let known = all.reduce(into: Set(base)) { $0.formUnion($1) }
        return merged.first { !known.contains($0) }.map { "'\($0)' is nobody's" }
    }

    private func sentences(of content: String) -> [String] {
        content.split(separator: ".").map { $0.drop { $0 == " " } }.map(String.init).filter { !$0.isEmpty }
    }
}
