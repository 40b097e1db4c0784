package import HearthModel

/// Which documents of a catalog one agent sees, and why: the outcome of the rules for every entry.
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
    @usableFromInline let codes: [UInt16]
    private let contexts: [SharingContext]
    /// How many words each entry has that the agent can find, at least 1; 0 for an entry that it can't find.
    @usableFromInline package let lengths: [UInt32]
    /// How many documents the agent can find, and how many words they have. BM25 goes by these numbers.
    package let collection: BM25.Collection

    /// Applies the rules.
    ///
    /// An agent sees its own draft in the place of the published head, as long as it sees the head. The category of the
    /// head decides; where the head is deleted, so is the draft. A draft that deletes the memory is seen as an entry
    /// that is deleted; search and browsing leave it out.
    ///
    /// - Parameters:
    ///   - entries: Every document of a user, in the order of their keys.
    ///   - shares: The shares of the user's memories, by memory and then by agent.
    ///   - viewer: Who looks.
    ///   - directory: The agents and the policy.
    ///   - categories: The names of the categories, by key.
    package init(
        entries: [DocumentEntry],
        shares: [Int64: [Int64: Share]],
        viewer: KnownAgent,
        directory: AgentDirectory,
        categories: [Int32: MemoryCategory]
    ) throws {
        var codes = [UInt16](repeating: Code.hidden, count: entries.count)
        var contexts: [SharingContext] = []
        var places: [SharingContext: UInt16] = [:]
        var ruled: [Pair: UInt16] = [:]
        var drafted: Set<Int64> = []

        func code(_ standing: AccessRules.Standing) -> UInt16 {
            switch standing {
            case .none: return Code.hidden
            case .owner: return Code.own
            case .shared(let context):
                if let place = places[context] { return place }
                let place = Code.shared + UInt16(contexts.count)
                contexts.append(context)
                places[context] = place
                return place
            }
        }

        func decide(_ entry: DocumentEntry, share: Share?) throws -> UInt16 {
            guard let category = categories[entry.category] else {
                throw MemoryError.corrupt("Category number \(entry.category) is missing.")
            }
            let owner = try directory.agent(key: entry.owner).id
            return code(directory.rules.standing(of: viewer.id, owner: owner, category: category, share: share))
        }

        for (slot, entry) in entries.enumerated() {
            var entry = entry
            if entry.isDraft {
                guard entry.agent == viewer.key, let head = entries.place(ofDocument: entry.memory) else { continue }
                drafted.insert(entry.memory)
                entry = entries[head]
            }
            if entry.owner == viewer.key {
                codes[slot] = Code.own
            } else if let share = shares[entry.memory]?[viewer.key] {
                codes[slot] = try decide(entry, share: share)
            } else {
                let pair = Pair(owner: entry.owner, category: entry.category)
                if let known = ruled[pair] {
                    codes[slot] = known
                } else {
                    codes[slot] = try decide(entry, share: nil)
                    ruled[pair] = codes[slot]
                }
            }
        }
        if !drafted.isEmpty {
            for (slot, entry) in entries.enumerated() where !entry.isDraft && drafted.contains(entry.memory) {
                codes[slot] = Code.hidden
            }
        }
        self.codes = codes
        self.contexts = contexts
        var collection = BM25.Collection(documents: 0, tokens: 0)
        var lengths = [UInt32](repeating: 0, count: codes.count)
        for (slot, entry) in entries.enumerated()
        where codes[slot] != Code.hidden && !entry.flags.contains(.deleted) {
            collection.documents += 1
            collection.tokens += Int(entry.length)
            lengths[slot] = UInt32(max(1, entry.length))
        }
        self.lengths = lengths
        self.collection = collection
    }

    private struct Pair: Hashable {
        var owner: Int64
        var category: Int32
    }
}

extension Visibility {
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
