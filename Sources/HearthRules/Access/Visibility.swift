package import HearthModel

/// Which documents of a catalog one agent sees, and why: the outcome of the rules for every entry.
///
/// An agent sees its own draft in the place of the published head, as long as it sees the head. The category of the
/// head decides; where the head is deleted, so is the draft. A draft that deletes the memory is seen as an entry that is
/// deleted; search and browsing leave it out.
@usableFromInline
package struct Visibility: Sendable {
    /// What an agent is to a document, as a small number.
    @usableFromInline
    enum Code {
        @inlinable static var hidden: UInt16 { 0 }
        @inlinable static var own: UInt16 { 1 }
        /// From here on, a place in ``contexts``.
        @inlinable static var shared: UInt16 { 2 }
    }

    /// A code for every entry of the catalog.
    @usableFromInline private(set) var codes: [UInt16] = []
    /// How many words each entry has that the agent can find, at least 1; 0 for an entry that it can't find.
    @usableFromInline package private(set) var lengths: [UInt32] = []
    /// How many documents the agent can find, and how many words they have. BM25 goes by these numbers.
    package private(set) var collection = BM25.Collection(documents: 0, tokens: 0)

    /// The slots of what the agent can find and that expires some day.
    private var expiring: Set<Int32> = []
    /// When the first of them expires, or earlier.
    private var earliestExpiry = Int64.max

    private let viewer: KnownAgent
    private let directory: AgentDirectory
    private var contexts: [SharingContext] = []
    private var places: [SharingContext: UInt16] = [:]
    /// What the rules say of the documents that no share decides about.
    private var ruled: [Pair: UInt16] = [:]
    /// The slot of the agent's own draft, by memory.
    private var drafts: [Int64: Int32] = [:]

    private struct Pair: Hashable {
        var owner: Int64
        var category: Int32
    }

    /// Applies the rules to every entry.
    ///
    /// - Parameters:
    ///   - entries: Every document of a user, in the order of their keys.
    ///   - shares: What is shared with the agent by call, by memory.
    ///   - viewer: Who looks.
    ///   - directory: The agents and the policy.
    ///   - category: The name of a category by its key.
    package init(
        entries: [DocumentEntry],
        shares: [Int64: Share],
        viewer: KnownAgent,
        directory: AgentDirectory,
        category: (Int32) throws -> MemoryCategory?
    ) throws {
        self.viewer = viewer
        self.directory = directory
        grow(to: entries.count)
        for (slot, entry) in entries.enumerated() {
            try decide(slot, entries: entries, shares: shares, category: category)
            if entry.isDraft, !entry.isGone, entry.agent == viewer.key { drafts[entry.memory] = Int32(slot) }
        }
        for memory in drafts.keys {
            guard let head = entries.place(ofDocument: memory) else { continue }
            try decide(head, entries: entries, shares: shares, category: category)
        }
    }

    /// Applies the rules again to the entries that have changed, and to those that depend on them.
    ///
    /// - Parameters:
    ///   - changes: What changed.
    ///   - entries: Every document of the user, as it is now.
    ///   - shares: What is shared with the agent by call, by memory.
    ///   - category: The name of a category by its key.
    /// - Returns: Every slot that was decided again, once, with what was known of it before.
    package mutating func update(
        _ changes: EntryChanges,
        entries: [DocumentEntry],
        shares: [Int64: Share],
        category: (Int32) throws -> MemoryCategory?
    ) throws -> [Reconsidered] {
        var former: [Int32: DocumentEntry?] = [:]
        var memories = Set(changes.sharedMemories)
        for change in changes.slots {
            let slot = change.slot
            former[slot] = change.former
            let entry = entries[Int(slot)]
            memories.insert(entry.memory)
            if let before = change.former { memories.insert(before.memory) }
            guard entry.isDraft, entry.agent == viewer.key else { continue }
            if entry.isGone {
                if drafts[entry.memory] == slot { drafts[entry.memory] = nil }
            } else {
                drafts[entry.memory] = slot
            }
        }
        for memory in memories {
            let head = entries.place(ofDocument: memory).map { Int32($0) }
            for slot in [head, drafts[memory]].compactMap(\.self) where former[slot] == nil {
                former[slot] = entries[Int(slot)]
            }
        }
        let knownCount = codes.count
        grow(to: entries.count)
        return try former.map { slot, entry in
            let couldFind = Int(slot) < knownCount && lengths[Int(slot)] != 0
            try decide(Int(slot), entries: entries, shares: shares, category: category)
            return Reconsidered(slot: slot, former: entry, couldFind: couldFind)
        }
    }

    private mutating func grow(to count: Int) {
        guard count > codes.count else { return }
        codes.append(contentsOf: repeatElement(Code.hidden, count: count - codes.count))
        lengths.append(contentsOf: repeatElement(0, count: count - lengths.count))
    }

    /// Sets what the agent is to an entry, and keeps the collection in step.
    private mutating func decide(
        _ slot: Int,
        entries: [DocumentEntry],
        shares: [Int64: Share],
        category: (Int32) throws -> MemoryCategory?
    ) throws {
        let entry = entries[slot]
        let code = try code(of: entry, entries: entries, shares: shares, category: category)
        let length = code == Code.hidden || entry.flags.contains(.deleted) ? 0 : UInt32(max(1, entry.length))
        collection.documents += (length == 0 ? 0 : 1) - (lengths[slot] == 0 ? 0 : 1)
        collection.tokens += Int(length) - Int(lengths[slot])
        codes[slot] = code
        lengths[slot] = length
        if length != 0, entry.expiresAt != .max {
            expiring.insert(Int32(slot))
            earliestExpiry = min(earliestExpiry, entry.expiresAt)
        } else if !expiring.isEmpty {
            expiring.remove(Int32(slot))
        }
    }

    private mutating func code(
        of entry: DocumentEntry,
        entries: [DocumentEntry],
        shares: [Int64: Share],
        category: (Int32) throws -> MemoryCategory?
    ) throws -> UInt16 {
        if entry.isGone { return Code.hidden }
        guard entry.isDraft else {
            return drafts[entry.memory] == nil
                ? try standing(to: entry, shares: shares, category: category) : Code.hidden
        }
        guard entry.agent == viewer.key, let head = entries.place(ofDocument: entry.memory), !entries[head].isGone
        else { return Code.hidden }
        return try standing(to: entries[head], shares: shares, category: category)
    }

    private mutating func standing(
        to entry: DocumentEntry,
        shares: [Int64: Share],
        category: (Int32) throws -> MemoryCategory?
    ) throws -> UInt16 {
        if entry.owner == viewer.key { return Code.own }
        if let share = shares[entry.memory] { return try apply(share, to: entry, category: category) }
        let pair = Pair(owner: entry.owner, category: entry.category)
        if let known = ruled[pair] { return known }
        let code = try apply(nil, to: entry, category: category)
        ruled[pair] = code
        return code
    }

    private mutating func apply(
        _ share: Share?,
        to entry: DocumentEntry,
        category: (Int32) throws -> MemoryCategory?
    ) throws -> UInt16 {
        guard let name = try category(entry.category) else {
            throw MemoryError.corrupt("Category number \(entry.category) is missing.")
        }
        let owner = try directory.agent(key: entry.owner).id
        switch directory.rules.standing(of: viewer.id, owner: owner, category: name, share: share) {
        case .none: return Code.hidden
        case .owner: return Code.own
        case .shared(let context): return try place(of: context)
        }
    }

    private mutating func place(of context: SharingContext) throws -> UInt16 {
        if let place = places[context] { return place }
        guard let place = UInt16(exactly: Int(Code.shared) + contexts.count) else {
            throw MemoryError.corrupt("The shares of one user name more rules than any policy has.")
        }
        contexts.append(context)
        places[context] = place
        return place
    }
}

/// What has changed in the entries of a catalog whose slots are numbered as before.
package struct EntryChanges: Sendable {
    /// The slots whose entry is another now, each with the entry before; nil for a new slot.
    package var slots: [(slot: Int32, former: DocumentEntry?)]
    /// The memories whose shares changed.
    package var sharedMemories: [Int64]

    package init(slots: [(slot: Int32, former: DocumentEntry?)] = [], sharedMemories: [Int64] = []) {
        self.slots = slots
        self.sharedMemories = sharedMemories
    }

    package var isEmpty: Bool { slots.isEmpty && sharedMemories.isEmpty }
}

/// A slot about which the rules were asked again.
package struct Reconsidered: Sendable {
    package var slot: Int32
    /// The entry that the slot had; nil for a new slot.
    package var former: DocumentEntry?
    /// Whether the agent could find what the slot held.
    package var couldFind: Bool
}

extension Visibility {
    /// The slots of what has expired and is not removed yet, ascending.
    ///
    /// Nobody is to notice when that is done, so searches take it for gone.
    ///
    /// - Parameters:
    ///   - now: Microseconds since 1970.
    ///   - entries: Every document of the user.
    package func expired(at now: Int64, in entries: [DocumentEntry]) -> [Int32] {
        guard now >= earliestExpiry else { return [] }
        return expiring.filter { entries[Int($0)].expiresAt <= now }.sorted()
    }

    /// What the agent can find without some slots.
    package func collection(without slots: [Int32]) -> BM25.Collection {
        var rest = collection
        for slot in slots where lengths[Int(slot)] != 0 {
            rest.documents -= 1
            rest.tokens -= Int(lengths[Int(slot)])
        }
        return rest
    }

    /// The tokens of each slot, 0 for one that the agent can't find, and for those slots.
    package func lengths(without slots: [Int32]) -> [UInt32] {
        guard !slots.isEmpty else { return lengths }
        var rest = lengths
        for slot in slots { rest[Int(slot)] = 0 }
        return rest
    }

    /// Whether the agent sees the document in that place of the catalog.
    @inlinable package func isVisible(_ slot: Int) -> Bool { codes[slot] != Code.hidden }

    /// Whether the agent owns it.
    @inlinable package func isOwn(_ slot: Int) -> Bool { codes[slot] == Code.own }

    /// Whether the agent can find the document: it sees it, and has not deleted it in a draft.
    @inlinable package func canFind(_ slot: Int) -> Bool { lengths[slot] != 0 }

    /// Why the agent sees the document; nil for its own, and for one that it does not see.
    package func context(_ slot: Int) -> SharingContext? {
        codes[slot] < Code.shared ? nil : contexts[Int(codes[slot] - Code.shared)]
    }
}
