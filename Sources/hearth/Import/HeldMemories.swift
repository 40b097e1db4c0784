import HearthMemory

/// What a store has under the identifiers of a batch.
///
/// Nothing is read of others' memories, and no read is counted: an import is no use of a memory.
struct HeldMemories {
    /// What an identifier names a memory among.
    private struct Name: Hashable {
        var id: MemoryID
        var user: UserID
        var agent: AgentID
    }

    /// What is asked for: the store keeps a sealed memory whose identifier is made from its text under another one.
    private struct Question {
        var name: Name
        var isSensitive: Bool
        var category: MemoryCategory
        var hasDerivedID: Bool

        init(_ id: MemoryID, of candidate: ImportCandidate) {
            name = HeldMemories.name(id, of: candidate)
            isSensitive = candidate.memory.draft.isSensitive
            category = candidate.memory.draft.category
            hasDerivedID = candidate.memory.hasDerivedID
        }

        var item: MemoryImport {
            var draft = MemoryDraft(content: "", category: category)
            draft.isSensitive = isSensitive
            var item = MemoryImport(id: name.id, userID: name.user, agentID: name.agent, draft: draft)
            item.hasDerivedID = hasDerivedID
            return item
        }
    }

    private let coordinator: MultiAgentMemoryCoordinator
    /// The identifiers that are there, and under which the store keeps them.
    private var kept: [Name: MemoryID] = [:]
    private var looked: Set<Name> = []
    private var held: [Name: HeldMemory] = [:]

    init(_ coordinator: MultiAgentMemoryCoordinator) {
        self.coordinator = coordinator
    }

    /// Finds out which of the identifiers that are looked at first are there.
    mutating func look(for batch: [ImportCandidate]) async throws {
        try await look(
            for: batch.flatMap { candidate in
                (candidate.earlierIDs + [candidate.memory.id]).map { Question($0, of: candidate) }
            }
        )
    }

    /// Decides what becomes of a memory, and has it there for those behind it.
    mutating func fate(of candidate: ImportCandidate) async throws -> ImportCandidate.Fate {
        while true {
            var unknown: Name?
            let fate = candidate.fate { id in
                let name = Self.name(id, of: candidate)
                if let memory = held[name] { return memory }
                guard kept[name] != nil || !looked.contains(name) else { return nil }
                unknown = unknown ?? name
                return nil
            }
            guard let unknown else {
                if case .stored(let id) = fate { note(id, of: candidate) }
                return fate
            }
            // Further identifiers are seldom needed, and asked for when they are.
            if !looked.contains(unknown) { try await look(for: [Question(unknown.id, of: candidate)]) }
            if let id = kept[unknown] { held[unknown] = try await memory(id, unknown) }
        }
    }

    private mutating func note(_ id: MemoryID, of candidate: ImportCandidate) {
        let name = Self.name(id, of: candidate)
        guard held[name] == nil else { return }
        let draft = candidate.memory.draft
        let version = HeldMemory.Version(text: draft.content, tags: draft.tags, metadata: draft.metadata)
        held[name] = HeldMemory(versions: [version])
    }

    private static func name(_ id: MemoryID, of candidate: ImportCandidate) -> Name {
        Name(id: id, user: candidate.memory.userID, agent: candidate.memory.agentID)
    }

    private mutating func look(for questions: [Question]) async throws {
        let questions = questions.filter { looked.insert($0.name).inserted }
        let ids = try await coordinator.identifiers(ofPresent: questions.map(\.item))
        for (question, id) in zip(questions, ids) where id != nil { kept[question.name] = id }
    }

    private func memory(_ id: MemoryID, _ name: Name) async throws -> HeldMemory {
        do {
            let versions = try await coordinator.history(of: id, agentID: name.agent, userID: name.user)
            guard let last = versions.last else { return HeldMemory() }
            return HeldMemory(
                versions: versions.map { HeldMemory.Version(text: $0.content, tags: $0.tags, metadata: $0.metadata) },
                isDeleted: last.isDeleted
            )
        } catch let error as MemoryError
            where [.keyUnavailable, .decryptionFailed, .storeCorrupt, .memoryNotFound].contains(error.code)
        {
            // What doesn't read, or is gone by now, keeps nothing else from being imported.
            return HeldMemory()
        }
    }

    /// Under which identifier the store keeps what a candidate's names.
    func keptID(_ id: MemoryID, of candidate: ImportCandidate) -> MemoryID {
        kept[Self.name(id, of: candidate)] ?? id
    }
}
