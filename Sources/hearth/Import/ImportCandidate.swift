import HearthMemory

/// A memory that is to be stored, and what may be there of it already.
struct ImportCandidate {
    var memory: MemoryImport
    /// Where it stands in the file, for messages.
    var place: String
    /// Identifiers under which its text may be there, looked at first.
    var earlierIDs: [MemoryID] = []
    /// Identifiers for where the one before is held by another text.
    var furtherIDs: [MemoryID] = []
    /// The value of the metadata that has to differ before ``furtherIDs`` are used; nil: a different text is enough.
    var tellingKey: String?

    /// What is to become of it.
    enum Fate: Equatable {
        /// It is given to the store under this identifier, which stores it unless it is there.
        case stored(as: MemoryID)
        /// The identifier is held by another text.
        case differing(MemoryID)
    }

    /// Decides by what is there.
    ///
    /// - Parameter held: What an identifier holds; nil if nothing does.
    func fate(_ held: (MemoryID) throws -> HeldMemory?) rethrows -> Fate {
        let text = memory.draft.content
        for id in earlierIDs {
            if let there = try held(id), there.has(text) { return .stored(as: id) }
        }
        for id in [memory.id] + furtherIDs {
            guard let there = try held(id), !there.has(text), !there.isDeleted else { return .stored(as: id) }
            guard isAnother(than: there) else { return .differing(id) }
        }
        return .differing(furtherIDs.last ?? memory.id)
    }

    /// Whether it is another thing than a memory of another text, rather than the same thing with a changed text.
    private func isAnother(than held: HeldMemory) -> Bool {
        guard !furtherIDs.isEmpty else { return false }
        guard let tellingKey else { return true }
        // What an earlier release stored doesn't say it.
        return held.metadata[tellingKey].map { $0 != memory.draft.metadata[tellingKey] } ?? false
    }
}

/// What stands under an identifier of an import.
struct HeldMemory {
    /// The texts of all its versions: what was edited here is still what the file says. nil: they can't be read without
    /// a key, and count as the same.
    var texts: [String]?
    /// The metadata of the last version.
    var metadata: [String: String] = [:]
    var isDeleted = false

    func has(_ text: String) -> Bool { texts?.contains(text) ?? true }
}
