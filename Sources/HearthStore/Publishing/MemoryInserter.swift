import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// Writes the new memories of one operation, many rows to a statement, and shares them.
///
/// Rows are held back until ``finish()``, or until something has to find them: a memory that names a parent, which may be
/// one of them.
struct MemoryInserter {
    /// What holds for all memories of an owner and a category.
    private struct Terms {
        var owner: KnownAgent
        var category: MemoryCategory
        /// By call and by each propagation rule.
        var grants: [(share: Share, agents: [KnownAgent])]
    }

    /// Memories held back at the most: some full statements, and little memory.
    private static let heldRows = 256

    let directory: AgentDirectory
    private let transaction: StoreTransaction
    private let agents: [AgentID]
    private let now: Timestamp
    private let embedder: (any Embedder)?
    private let clock: StoreClock
    private var rows: [MemoryTable.Rows] = []
    private var grants: [(memory: MemoryKeys, terms: Terms)] = []
    /// Those of the memory before: most of the next are on the same.
    private var terms: Terms?

    /// What writes an operation's new memories.
    ///
    /// - Parameters:
    ///   - transaction: The transaction of the operation.
    ///   - directory: The agents and the policy, as the transaction has them.
    ///   - embedder: Whose vectors the memories come with.
    ///   - clock: What leases are judged by.
    ///   - agents: With whom each of them is shared, besides those to whom rules propagate it.
    ///   - now: The time of the operation.
    init(
        _ transaction: StoreTransaction,
        directory: AgentDirectory,
        embedder: (any Embedder)?,
        clock: StoreClock,
        shareWith agents: [AgentID],
        now: Timestamp
    ) {
        self.directory = directory
        self.embedder = embedder
        self.clock = clock
        self.transaction = transaction
        self.agents = agents
        self.now = now
    }

    /// Takes a memory.
    ///
    /// - Throws: `.unknownAgent`, `.restrictedCategory`, `.memoryNotFound` for a parent that the owner may not see.
    mutating func add(_ new: NewMemory) throws {
        let terms = try terms(of: new)
        if let parentID = new.parentID { try requireParent(parentID, of: new, owner: terms.owner) }
        let row = try MemoryTable.Rows(
            new,
            owner: terms.owner,
            now: now,
            flags: terms.grants.isEmpty ? [] : .everShared,
            embedder: embedder,
            in: transaction
        )
        rows.append(row)
        if !terms.grants.isEmpty { grants.append((row.keys, terms)) }
        if rows.count == Self.heldRows { try finish() }
    }

    /// Writes what is held back.
    mutating func finish() throws {
        try MemoryTable.insert(rows, now: now, into: transaction)
        rows.removeAll(keepingCapacity: true)
        for (memory, terms) in grants {
            for (share, agents) in terms.grants {
                try Sharing.grant(share, to: agents, memory: memory, by: terms.owner, at: now, in: transaction)
            }
        }
        grants.removeAll(keepingCapacity: true)
    }

    private mutating func requireParent(_ parentID: MemoryID, of new: NewMemory, owner: KnownAgent) throws {
        try finish()
        let snapshot = Snapshot(transaction, directory: directory, clock: clock)
        guard try snapshot.look(for: parentID, as: owner, user: new.userID, now: now).view != nil else {
            throw MemoryError.memoryNotFound(parentID)
        }
    }

    private mutating func terms(of new: NewMemory) throws -> Terms {
        let category = new.fields.category
        if let terms, terms.owner.id == new.agentID, terms.category == category { return terms }
        let owner = try directory.acting(new.agentID)
        let others = agents.filter { $0 != owner.id }
        let targets = try others.map { agent throws(MemoryError) in try directory.agent(agent) }
        if !targets.isEmpty, directory.rules.isRestricted(category, owner: owner.id) {
            throw AuditedRefusal(
                MemoryError(
                    code: .restrictedCategory,
                    message: """
                        The category \(category.rawValue) of agent \(owner.id) is restricted and is never shared; \
                        store it without sharing, or under another category.
                        """
                ),
                AuditEntry(action: .refuse, agent: owner.key, detail: ["attempt": AuditAction.share.rawValue])
            )
        }
        var grants: [(Share, [KnownAgent])] = []
        if !targets.isEmpty {
            grants.append((Share(origin: .explicit, permission: .propose, isRevoked: false), targets))
        }
        let propagated = directory.rules.propagation(of: category, owner: owner.id)
            .filter { directory.contains($0.key) && !others.contains($0.key) }
        for (agent, share) in propagated.sorted(by: { $0.key < $1.key }) {
            grants.append((share, [try directory.agent(agent)]))
        }
        let terms = Terms(owner: owner, category: category, grants: grants)
        self.terms = terms
        return terms
    }
}
