import CoreMetrics
import Crypto
package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// Stores a memory under a key of the host's, or publishes what is given as an edit of the one that has the key;
    /// durable on return.
    ///
    /// There is one memory for each user, agent and key, whoever stores it first, in whichever process: the key decides the
    /// identifier, and it is looked up in the transaction that stores.
    ///
    /// - Parameters:
    ///   - key: The host's name for it: as an identifier.
    ///   - draft: What it is to say. Of one that is there the type, the parent and the time stay as they are.
    ///   - sessionID: The session of a new memory.
    ///   - shareWith: The agents that a new memory is shared with.
    /// - Throws: As ``store(_:agentID:userID:sessionID:shareWith:)``; `.locked` while another agent holds the lease;
    ///   `.invalidArgument` for a key whose memory was erased.
    package func upsert(
        key: String,
        _ draft: MemoryDraft,
        agentID: AgentID,
        userID: UserID,
        sessionID: SessionID? = nil,
        shareWith: [AgentID] = []
    ) async throws -> UpsertedMemory {
        try Identifiers.validate(key, kind: "key")
        let (agentID, userID) = (try agentID.validated(), try userID.validated())
        try draft.validate()
        let now = clock.now()
        try draft.refuseExpiry(before: now)
        let id = MemoryID(key: key, user: userID, agent: agentID)
        let edit = EditRequest(
            memoryID: id,
            agentID: agentID,
            userID: userID,
            change: try MemoryChange(replacingWith: draft).validated(),
            isSensitive: draft.isSensitive ? true : nil,
            expectedVersion: nil,
            publishesAtOnce: true
        )
        let (sealed, keys) = try await sealing(of: [draft], agentID: agentID, userID: userID)
        let make: @Sendable (Int) throws(MemoryError) -> NewMemory = { index in
            try NewMemory(
                id: id,
                agentID: agentID,
                userID: userID,
                sessionID: sessionID,
                draft: draft,
                keys: sealed[index] ? keys : nil,
                now: now
            )
        }
        let item = MemoryImport(id: id, userID: userID, agentID: agentID, sessionID: sessionID, draft: draft)
        let prepared = try await preparedVectors(of: [draft.content])
        let result = try await auditingRefusal {
            try await prepare(1, make) { [self] new in
                try await writePublishing(prepared: prepared) { [self] context in
                    let agent = try context.directory.acting(agentID)
                    if try context.holds(item, of: agent) {
                        return UpsertedMemory(memory: try Self.bringUpToDate(edit, in: context), isNew: false)
                    }
                    try context.refuseErased(item, key: key)
                    var inserter = try inserter(context.transaction, shareWith: shareWith, now: context.now)
                    try new.visit { _, memory in
                        var memory = memory
                        memory.hasNamesake = try MemoryNames.isTaken(id, in: context.connection)
                        try inserter.add(memory)
                    }
                    try inserter.finish()
                    let (view, _) = try context.snapshot.look(for: id, as: agent, user: userID, now: context.now)
                    guard let view else { throw MemoryError.memoryNotFound(id) }
                    return UpsertedMemory(memory: view.memory, isNew: true)
                }
            }
        }
        if result.isNew { metrics?.stored.increment(by: 1) }
        embedLater()
        return result
    }

    /// Publishes an edit of a memory that its owner has, deleted and expired or not.
    private static func bringUpToDate(_ edit: EditRequest, in context: WriteContext) throws -> Memory {
        _ = try restore(edit.memoryID, as: edit.agentID, userID: edit.userID, in: context)
        guard let view = try perform(edit, in: context) else { throw MemoryError.memoryNotFound(edit.memoryID) }
        return view.memory
    }
}

extension WriteContext {
    /// Whether the agent has a memory of that identifier, deleted or not.
    fileprivate func holds(_ item: MemoryImport, of agent: KnownAgent) throws -> Bool {
        guard let user = try UserTable.find(item.userID, in: connection) else { return false }
        return try MemoryNames.key(of: item.id, user: user, owner: agent.key, in: connection) != nil
    }

    fileprivate func refuseErased(_ item: MemoryImport, key: String) throws {
        let isErased = try ErasureMarks.read(connection)?.cover(item, keys: nil, allowsText: true, in: connection)
        guard isErased ?? false else { return }
        throw MemoryError.invalidArgument("The memory of key \(key) was erased for good; give another key.")
    }
}

extension MemoryChange {
    /// An edit after which a memory says what a draft says.
    fileprivate init(replacingWith draft: MemoryDraft) {
        self.init(
            content: draft.content,
            category: draft.category,
            tags: draft.tags,
            importance: draft.importance,
            confidence: draft.confidence,
            metadata: draft.metadata,
            expiresAt: .some(draft.expiresAt),
            provenance: draft.provenance
        )
    }
}

extension MemoryID {
    private static let domain = "hearth.key.1"

    /// The identifier of the memory that a user and an agent have under a key: "mem_" and the first half of a SHA-256. It must
    /// never change, or every host's keys name other memories.
    fileprivate init(key: String, user: UserID, agent: AgentID) {
        var encoder = CanonicalEncoder()
        encoder.append(Self.domain)
        encoder.append(user.rawValue)
        encoder.append(agent.rawValue)
        encoder.append(key)
        let digest = encoder.bytes.withUnsafeBytes { Array(SHA256.hash(data: $0)) }
        self.init(rawValue: "mem_" + Hexadecimal.string(Array(digest.prefix(16))))
    }
}
