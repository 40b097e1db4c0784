import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// What is kept in memory of every document of one user: enough to decide who may see it, to browse, to count and to
/// score.
///
/// A document keeps its slot: one that is gone leaves an entry that nobody sees, and new ones come at the end. What is
/// kept beside the catalog, slot by slot, needs only to follow the changes. When too many are gone, or a document comes
/// back after its entry was dropped, the slots are numbered anew and ``layout`` says so.
struct DocumentCatalog: Sendable {
    /// The state of the file it mirrors.
    private(set) var sequence: Int64
    /// The documents, by ascending key, and what is left of those that are gone.
    private(set) var entries: [DocumentEntry] = []
    /// The keys of ``entries``, side by side, so that a document is found without a look at the entries.
    private(set) var documents: [Int64] = []
    /// The greatest key that was read. Keys rise, so what has a greater one is new.
    private var lastDocument: Int64 = 0
    /// A number of its own for each way to number the slots.
    private(set) var layout = Self.newLayout()
    /// The shares, by agent and then by memory.
    private(set) var shares: [Int64: [Int64: Share]] = [:]
    /// Whether any of ``entries`` is or was of a sensitive memory.
    private(set) var hasSensitive = false
    /// How many of ``entries`` are gone.
    private var goneCount = 0

    /// The slot of a document, which is its index in ``entries``; nil if the catalog does not have it.
    func slot(of document: Int64) -> Int? {
        let slot = insertionSlot(of: document)
        return slot < documents.count && documents[slot] == document ? slot : nil
    }

    /// Adds the slots of some documents, given in ascending order, to what was found: as the next clause, which occurs so
    /// often in each. One that is not there is left out.
    func findSlots(of wanted: ArraySlice<Int64>, _ occurrences: ArraySlice<UInt16>, into found: inout FoundWords) {
        found.addClause(ofAtMost: wanted.count) { slots, counts in
            var place = 0
            documents.withUnsafeBufferPointer { documents in
                var slot = 0
                for (document, count) in zip(wanted, occurrences) {
                    // A galloping search: the wanted documents are mostly near one another, and are few among all
                    // documents.
                    var step = 1
                    while slot + step < documents.count, documents[slot + step] <= document {
                        slot += step
                        step *= 2
                    }
                    while step > 0 {
                        if slot + step < documents.count, documents[slot + step] <= document { slot += step }
                        step /= 2
                    }
                    guard slot < documents.count, documents[slot] == document else { continue }
                    slots[place] = Int32(slot)
                    counts[place] = count
                    place += 1
                }
            }
            return place
        }
    }

    private func insertionSlot(of document: Int64) -> Int {
        var low = 0
        var high = documents.count
        // Mostly the newest documents are looked for.
        if let last = documents.last, last < document { return high }
        while low < high {
            let middle = (low + high) / 2
            if documents[middle] < document { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static let layouts = Atomic<UInt64>(0)

    private static func newLayout() -> UInt64 {
        layouts.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

extension DocumentCatalog {
    private static let columns = """
        SELECT document_key, memory_key, agent_key, owner_key, session_key, type, category_key, created_at, expires_at,
            coalesce(importance, 0.5), length, flags
        FROM documents
        """
    private static let allOfUser = ComposedSQL(columns, "WHERE user_key = ?1")
    /// Those that were changed, and behind them those that are new.
    private static let changedOfUser = ComposedSQL(
        columns,
        "INDEXED BY documents_by_change WHERE user_key = ?1 AND changed > ?2 AND document_key <= ?3 ORDER BY +document_key"
    )
    private static let newOfUser = ComposedSQL(
        columns,
        "WHERE user_key = ?1 AND document_key > ?2 ORDER BY document_key"
    )

    /// Calls a closure with every document of a user that is not gone, by ascending key.
    ///
    /// - Returns: The greatest key, also of one that is gone; 0 if there is none.
    @discardableResult
    static func forEachEntry(
        of user: Int64,
        in connection: Connection,
        do body: (DocumentEntry) throws -> Void
    ) throws -> Int64 {
        var last: Int64 = 0
        try connection.forEach(
            allOfUser,
            user,
            do: { row in
                let entry = entry(row)
                last = entry.document
                if !entry.isGone { try body(entry) }
            }
        )
        return last
    }

    /// Reads all documents of a user, row by row.
    init(user: Int64, connection: Connection, sequence: Int64) throws {
        self.sequence = sequence
        lastDocument = try Self.forEachEntry(of: user, in: connection) { entry in
            entries.append(entry)
            if entry.flags.contains(.sensitive) { hasSensitive = true }
        }
        documents = entries.map(\.document)
        _ = try readShares(user: user, connection: connection, changedAfter: 0)
    }

    private init(_ image: CatalogImage) {
        sequence = image.sequence
        entries = image.entries
        hasSensitive = image.entries.contains { $0.flags.contains(.sensitive) }
        documents = image.documents
        // Documents behind the last one were gone when the image was made, or are new.
        lastDocument = image.documents.last ?? 0
    }

    /// All documents of a user at a state of the file: from the image if there is one, with the later changes.
    init(user: Int64, connection: Connection, state: StoreState) throws {
        let horizon = try UpkeepState.integer(.horizon, in: connection) ?? 0
        guard let image = try CatalogImage.read(user: user, in: connection), image.sequence >= horizon else {
            try self.init(user: user, connection: connection, sequence: state.sequence)
            return
        }
        self.init(image)
        _ = try readShares(user: user, connection: connection, changedAfter: 0)
        _ = try catchUp(user: user, connection: connection, to: state.sequence)
        dropGone()
    }

    /// Takes in commits that changed nothing of it.
    mutating func goOn(to sequence: Int64) { self.sequence = sequence }

    /// Takes in commits that added documents and changed nothing else of it.
    ///
    /// - Returns: What changed.
    mutating func add(_ added: [AddedDocument], upTo sequence: Int64) -> CatalogChanges {
        var changes = CatalogChanges()
        let formerLayout = layout
        for document in added {
            put(document.entry, into: &changes)
            lastDocument = max(lastDocument, document.entry.document)
            for (agent, share) in document.shares {
                changes.entries.sharedMemories.append(document.entry.memory)
                shares[agent, default: [:]][document.entry.memory] = share
            }
        }
        self.sequence = sequence
        changes.hasNewLayout = layout != formerLayout
        return changes
    }

    /// Reads what was committed after the catalog's own state.
    ///
    /// - Returns: What changed.
    mutating func catchUp(user: Int64, connection: Connection, to sequence: Int64) throws -> CatalogChanges {
        if let horizon = try UpkeepState.integer(.horizon, in: connection), self.sequence < horizon {
            // Rows that would say what is gone may be missing.
            self = try DocumentCatalog(user: user, connection: connection, sequence: sequence)
            var changes = CatalogChanges()
            changes.hasNewLayout = true
            return changes
        }
        let changed = try connection.rows(
            Self.changedOfUser,
            user,
            self.sequence,
            lastDocument,
            as: Self.entry
        )
        let new = try connection.rows(Self.newOfUser, user, lastDocument, as: Self.entry)
        var changes = CatalogChanges()
        let formerLayout = layout
        for entry in changed { put(entry, into: &changes) }
        for entry in new { put(entry, into: &changes) }
        try dropErased(user: user, connection: connection, into: &changes)
        if let last = new.last { lastDocument = last.document }
        changes.entries.sharedMemories = try readShares(user: user, connection: connection, changedAfter: self.sequence)
        self.sequence = sequence
        if goneCount > max(Self.toleratedGone, entries.count / 8) { dropGone() }
        changes.hasNewLayout = layout != formerLayout
        return changes
    }

    /// So many documents that are gone are kept in any case.
    private static let toleratedGone = 1_024

    private mutating func put(_ entry: DocumentEntry, into changes: inout CatalogChanges) {
        if entry.flags.contains(.sensitive) { hasSensitive = true }
        let slot = insertionSlot(of: entry.document)
        if slot < documents.count, documents[slot] == entry.document {
            let former = entries[slot]
            goneCount += (entry.isGone ? 1 : 0) - (former.isGone ? 1 : 0)
            entries[slot] = entry
            changes.entries.slots.append((Int32(slot), former))
        } else if !entry.isGone {
            entries.insert(entry, at: slot)
            documents.insert(entry.document, at: slot)
            if slot == documents.count - 1 {
                changes.entries.slots.append((Int32(slot), nil))
            } else {
                layout = Self.newLayout()
            }
        }
    }

    /// Takes the documents of memories that were erased since for gone: they have no rows any more.
    private mutating func dropErased(user: Int64, connection: Connection, into changes: inout CatalogChanges) throws {
        let erased = try connection.rows(
            "SELECT document_key FROM erased_documents WHERE user_key = ?1 AND changed > ?2",
            user,
            sequence,
            as: { $0.int64(0) }
        )
        changes.hasErased = !erased.isEmpty
        for document in erased {
            // A head has its memory's key.
            dropShares(of: document)
            let slot = insertionSlot(of: document)
            guard slot < documents.count, documents[slot] == document else { continue }
            var entry = entries[slot]
            entry.flags.insert(.gone)
            put(entry, into: &changes)
        }
    }

    private mutating func dropShares(of memory: Int64) {
        for agent in Array(shares.keys) where shares[agent]?.removeValue(forKey: memory) != nil {
            if shares[agent]?.isEmpty == true { shares[agent] = nil }
        }
    }

    private mutating func dropGone() {
        guard goneCount > 0 else { return }
        entries.removeAll { $0.isGone }
        documents = entries.map(\.document)
        goneCount = 0
        layout = Self.newLayout()
    }

    /// - Returns: The memories whose shares changed.
    private mutating func readShares(
        user: Int64,
        connection: Connection,
        changedAfter sequence: Int64
    ) throws -> [Int64] {
        var memories: [Int64] = []
        try connection.forEach(
            "SELECT memory_key, agent_key, rule, permission, is_revoked FROM shares WHERE user_key = ?1 AND changed > ?2",
            user,
            sequence,
            do: { row in
                let memory = row.int64(0)
                memories.append(memory)
                shares[row.int64(1), default: [:]][memory] = try ShareTable.share(row, at: 2)
            }
        )
        return memories
    }

    private static func entry(_ row: Row) -> DocumentEntry {
        DocumentEntry(
            document: row.int64(0),
            memory: row.int64(1),
            agent: row.optionalInt64(2) ?? 0,
            owner: row.int64(3),
            session: row.optionalInt64(4) ?? 0,
            createdAt: row.int64(7),
            expiresAt: row.optionalInt64(8) ?? .max,
            importance: row.double(9),
            length: row.int32(10),
            category: row.int32(6),
            flags: DocumentFlags(rawValue: UInt16(truncatingIfNeeded: row.int64(11))),
            type: UInt8(truncatingIfNeeded: row.int64(5))
        )
    }
}

/// What a catalog learned when it caught up with the file.
struct CatalogChanges {
    var entries = EntryChanges()
    /// Whether the slots are numbered anew, so that nothing kept by slot is right any more.
    var hasNewLayout = false
    /// Whether memories were erased.
    var hasErased = false

    var isEmpty: Bool { entries.isEmpty && !hasNewLayout }
}
