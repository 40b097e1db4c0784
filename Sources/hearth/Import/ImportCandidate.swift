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
    /// Values of the metadata that don't count where its tags and metadata are compared too; nil: its text alone is.
    var placeKeys: Set<String>?
    /// Whether it says all of its tags and metadata, so that an update takes them with its text.
    var hasLabels = false

    /// What is to become of it.
    enum Fate: Equatable {
        /// It is given to the store under this identifier, which stores it unless it is there.
        case stored(as: MemoryID)
        /// The identifier is held by another text, or by other tags and metadata where those count.
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
            guard let there = try held(id), !there.isDeleted else { return .stored(as: id) }
            if there.has(text) {
                return there.says(memory.draft, besides: placeKeys) ? .stored(as: id) : .differing(id)
            }
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
    struct Version {
        var text: String
        var tags: [String] = []
        var metadata: [String: String] = [:]
    }

    /// All its versions: what was edited here is still what the file says. nil: they can't be read without a key, and
    /// count as the same.
    var versions: [Version]?
    var isDeleted = false

    /// The metadata of the last version.
    var metadata: [String: String] { versions?.last?.metadata ?? [:] }

    func has(_ text: String) -> Bool { versions?.contains { $0.text == text } ?? true }

    /// Whether a version says what a draft does; of its metadata some keys don't count.
    ///
    /// - Parameter keys: Those keys; nil if the text alone counts.
    func says(_ draft: MemoryDraft, besides keys: Set<String>?) -> Bool {
        guard let keys, let versions else { return has(draft.content) }
        func counting(_ metadata: [String: String]) -> [String: String] { metadata.filter { !keys.contains($0.key) } }
        return versions.contains {
            $0.text == draft.content && Set($0.tags) == Set(draft.tags)
                && counting($0.metadata) == counting(draft.metadata)
        }
    }
}
