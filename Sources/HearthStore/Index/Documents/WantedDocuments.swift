import HearthModel
import HearthRules
import HearthSQLite

/// Finds the documents of a user by their tags.
struct TaggedDocuments {
    private let user: Int64
    private let keyers: [WordKeyer]
    private let connection: Connection

    /// - Parameter includesSensitive: Whether tags of sensitive memories count, if their keys are in memory.
    init(of user: Int64, includesSensitive: Bool, in snapshot: Snapshot) {
        self.user = user
        let keys = includesSensitive ? snapshot.keyring.loaded(user) : nil
        keyers = keys?.dataKeys.values.map { WordKeyer($0) } ?? []
        connection = snapshot.connection
    }

    /// The documents that have one of the tags.
    func any(of tags: Set<String>) throws -> Set<Int64> {
        var tagged: Set<Int64> = []
        for tag in tags.flatMap({ DocumentTable.spellings(of: $0, keyers: keyers) }) {
            try connection.forEach(
                "SELECT document_key FROM tags WHERE user_key = ?1 AND tag = ?2",
                user,
                tag,
                do: { tagged.insert($0.int64(0)) }
            )
        }
        return tagged
    }
}

/// Finds the documents of a user by the host's values, with the drafts of one agent.
struct MetadataDocuments {
    private let user: Int64
    private let viewer: Int64
    private let includesSensitive: Bool
    private let snapshot: Snapshot

    /// - Parameter includesSensitive: Whether sensitive memories count, if their keys are in memory.
    init(of user: Int64, viewer: Int64, includesSensitive: Bool, in snapshot: Snapshot) throws {
        self.user = user
        self.viewer = viewer
        self.includesSensitive = includesSensitive && snapshot.keyring.loaded(user) != nil
        self.snapshot = snapshot
    }

    /// The documents that have all of the values. Whether the agent sees them is for the caller to ask.
    ///
    /// A sensitive memory that can't be read is left out: it may be one that the agent does not see, of which it must not learn.
    func all(with wanted: [String: String]) throws -> Set<Int64> {
        func fits(_ metadata: [String: String]) -> Bool { wanted.allSatisfy { metadata[$0.key] == $0.value } }
        var found: Set<Int64> = []
        var sealed: [Int64] = []
        try snapshot.connection.forEach(
            """
            SELECT memory_key, is_sensitive, metadata FROM memories
            WHERE user_key = ?1 AND state = 'live' AND (is_sensitive OR metadata IS NOT NULL)
            """,
            user,
            do: { row in
                if row.bool(1) {
                    sealed.append(row.int64(0))
                } else if try fits(FieldText.object(from: row.string(2))) {
                    found.insert(row.int64(0))
                }
            }
        )
        if includesSensitive {
            for memory in sealed {
                if let metadata = try metadata(of: memory), fits(metadata) { found.insert(memory) }
            }
        }
        let isSealed = Set(sealed).contains
        let drafts = try DraftTable.pending(agent: viewer, user: user, session: nil, in: snapshot.connection)
        for pending in drafts where includesSensitive || !isSealed(pending.memory) {
            guard let draft = try DraftTable.find(memory: pending.memory, agent: viewer, in: snapshot) else { continue }
            if draft.change.metadata.map(fits) ?? found.contains(pending.memory) { found.insert(draft.key) }
        }
        return found
    }

    /// The values of a sensitive memory; nil if it can't be read.
    private func metadata(of memory: Int64) throws -> [String: String]? {
        do {
            return try MemoryRecord.find(key: memory, in: snapshot)?.fields.metadata
        } catch is KeysNeeded {
            return nil
        } catch let error as MemoryError where error.isDamage || error.code == .keyUnavailable {
            return nil
        }
    }
}

/// What decides in which state an agent sees the memories of a user.
struct SyncStates {
    private let wanted: Set<SyncStatus>
    private let viewer: Int64
    /// Who holds the lease of a memory.
    private let holders: [Int64: Int64]
    /// The memories on which a conflict waits.
    private let conflicts: Set<Int64>

    init(_ wanted: Set<SyncStatus>, of user: Int64, viewer: Int64, in snapshot: Snapshot) throws {
        self.wanted = wanted
        self.viewer = viewer
        let now = snapshot.clock.bootInstant
        let leases = try LeaseTable.unreleased(in: snapshot.connection).filter { $0.isLive(at: now) }
        holders = try Dictionary(uniqueRows: leases.map { ($0.memory, $0.holder) }, what: "Two leases")
        conflicts = try ConflictTable.waitingMemories(ofUser: user, in: snapshot.connection)
    }

    /// Whether a document that the agent sees is in one of the states.
    func contain(_ entry: DocumentEntry) -> Bool {
        let holder = holders[entry.memory]
        return wanted.contains(
            SyncStatus(
                isLockedByOther: holder != nil && holder != viewer,
                hasConflict: conflicts.contains(entry.memory),
                isDeleted: entry.flags.contains(.deleted),
                hasDraft: entry.isDraft
            )
        )
    }
}
