import HearthEmbedding
import HearthModel
import HearthRules
import HearthSQLite

/// Writes the new memories of one operation, many rows to a statement, and shares them.
///
/// Rows are held back until ``finish()``, or until a memory names a parent, which may be one of them.
struct MemoryInserter {
    /// With whom the memories of one owner and category are shared.
    private struct SharingPlan {
        var owner: KnownAgent
        var category: MemoryCategory
        /// One for the call and one for each agent of a propagation rule.
        var grants: [(share: Share, agents: [KnownAgent])]
    }

    /// How many memories are held back at most: enough for some full statements, and little memory.
    private static let heldRows = 256

    let directory: AgentDirectory
    private let transaction: StoreTransaction
    private let agents: [AgentID]
    private let now: Timestamp
    private let embedder: (any Embedder)?
    private let clock: StoreClock
    private let keyring: Keyring
    private var rows: [MemoryTable.Rows] = []
    private var grants: [(memory: MemoryKeys, plan: SharingPlan)] = []
    /// Where the texts of the rows that are held back came from, of those that are not the standard, by what equal texts have in common.
    private var heldProvenances: [String: [(user: UserID, owner: AgentID, provenance: Provenance)]] = [:]
    /// Which memory of the call was added last, from 1.
    private var added = 0
    /// How many memories were added in plain though the policy has their category sealed: there is no key provider.
    private(set) var unsealed = 0
    /// The plan for the memory before: most of the next ones have the same.
    private var plan: SharingPlan?

    /// Prepares to write the new memories of an operation.
    ///
    /// - Parameters:
    ///   - transaction: The transaction of the operation.
    ///   - directory: The agent directory, as the transaction has it.
    ///   - embedder: The embedder that made the memories' vectors.
    ///   - clock: The clock that says which leases are live.
    ///   - keyring: The keys of users' sensitive memories.
    ///   - agents: The agents to share each memory with, besides those of the propagation rules.
    ///   - now: The time of the operation.
    init(
        _ transaction: StoreTransaction,
        directory: AgentDirectory,
        embedder: (any Embedder)?,
        clock: StoreClock,
        keyring: Keyring,
        shareWith agents: [AgentID],
        now: Timestamp
    ) {
        self.directory = directory
        self.embedder = embedder
        self.clock = clock
        self.keyring = keyring
        self.transaction = transaction
        self.agents = agents
        self.now = now
    }

    /// Adds a memory.
    ///
    /// - Parameters:
    ///   - new: The memory.
    ///   - number: Which memory of the call it is, from 1, for messages; nil: the next one.
    /// - Throws: `.unknownAgent`, `.restrictedCategory`, `.memoryNotFound` for a parent that the owner may not see.
    mutating func add(_ new: NewMemory, number: Int? = nil) throws {
        added = number ?? added + 1
        let plan = try plan(for: new)
        if let parentID = new.parentID { try requireParent(parentID, of: new, owner: plan.owner) }
        if new.keys == nil, keyring.misses(new.fields.category, by: directory.rules.policy) { unsealed += 1 }
        var new = new
        new.fields.provenance = try provenance(of: new, owner: plan.owner)
        let row = try MemoryTable.Rows(
            new,
            owner: plan.owner,
            now: now,
            flags: plan.grants.isEmpty ? [] : .everShared,
            embedder: embedder,
            in: transaction
        )
        rows.append(row)
        if !plan.grants.isEmpty { grants.append((row.keys, plan)) }
        if rows.count == Self.heldRows { try finish() }
    }

    /// Writes what is held back.
    mutating func finish() throws {
        try MemoryTable.insert(rows, now: now, into: transaction)
        rows.removeAll(keepingCapacity: true)
        heldProvenances.removeAll(keepingCapacity: true)
        for (memory, plan) in grants {
            for (share, agents) in plan.grants {
                try ShareWriter.grant(share, to: agents, memory: memory, by: plan.owner, at: now, in: transaction)
                for agent in agents { transaction.note(share, with: agent.key, of: memory.key) }
            }
        }
        grants.removeAll(keepingCapacity: true)
    }

    /// What trust a new text has: no more than that of an equal one that its owner can see.
    private mutating func provenance(of new: NewMemory, owner: KnownAgent) throws -> Provenance {
        let priority = owner.profile.priority
        let given = new.provenance
        let isGranted = TrustRules.grants(given, priority: priority)
        let user = try transaction.keys.user(new.userID, now: now, in: transaction.connection)
        let snapshot = Snapshot(transaction, directory: directory, clock: clock, keyring: keyring)
        let stored =
            isGranted
            ? []
            : try snapshot.provenances(
                ofTextsEqualTo: new.fields.content,
                digest: new.contentDigest,
                user: user,
                seenBy: owner,
                now: now
            )
        guard given ?? .standard != .standard || !stored.isEmpty || !heldProvenances.isEmpty else { return .standard }
        let text = EqualTexts.folded(new.fields.content)
        let held = (heldProvenances[text] ?? [])
            .filter { $0.user == new.userID && $0.owner == owner.id }.map(\.provenance)
        let provenance = TrustRules.written(as: given, seen: stored + held, priority: priority)
        if provenance != .standard {
            heldProvenances[text, default: []].append((new.userID, owner.id, provenance))
        }
        return provenance
    }

    /// - Throws: `.memoryNotFound`, which says whose parent is not to be found, and in which row.
    private mutating func requireParent(_ parentID: MemoryID, of new: NewMemory, owner: KnownAgent) throws {
        try finish()
        let snapshot = Snapshot(transaction, directory: directory, clock: clock, keyring: keyring)
        let (view, refused) = try snapshot.look(for: parentID, as: owner, user: new.userID, now: now)
        guard view == nil else { return }
        let error = MemoryError(
            code: .memoryNotFound,
            message: """
                Memory \(added) of the call names the parent \(parentID), and there is no memory \(parentID) of user \(new.userID) \
                that agent \(owner.id) may see. Store the parent first, or earlier in the same call.
                """
        )
        guard let refused else { throw error }
        throw AuditedRefusal(error, AuditEntry(refusing: "name as parent", of: refused, to: owner))
    }

    private mutating func plan(for new: NewMemory) throws -> SharingPlan {
        let category = new.fields.category
        if let plan, plan.owner.id == new.agentID, plan.category == category { return plan }
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
                AuditEntry(
                    action: .refuse,
                    agent: owner.key,
                    // A user that this call would have made is not there when the row is written.
                    user: try UserTable.find(new.userID, in: transaction.connection),
                    detail: ["attempt": AuditAction.share.rawValue]
                )
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
        let plan = SharingPlan(owner: owner, category: category, grants: grants)
        self.plan = plan
        return plan
    }
}
