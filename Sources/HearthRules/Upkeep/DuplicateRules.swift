package import HearthModel
package import HearthText

/// A memory as it is compared with others of the same user and owner.
package struct ComparedMemory: Sendable {
    package var memory: AgedMemory
    package var fields: MemoryFields
    package var parent: MemoryID?
    package var words: WordSequence
    /// The canonical form of the text.
    package var canonical: [UInt8]

    package init(memory: AgedMemory, fields: MemoryFields, parent: MemoryID?, canonical: [UInt8]) {
        self.memory = memory
        self.fields = fields
        self.parent = parent
        self.canonical = canonical
        words = WordSequence(fields.content)
    }
}

/// Decides which memories say the same, and which of them stands for the others.
package struct DuplicateRules: Sendable {
    package let policy: MaintenancePolicy
    /// Whether other devices have the memories too, and fold them by themselves.
    package let isExchanging: Bool

    package init(policy: MaintenancePolicy, isExchanging: Bool = false) {
        self.policy = policy
        self.isExchanging = isExchanging
    }

    /// With fewer words that carry meaning nothing is nearly the same.
    package static let fewestWords = 4

    /// Which of two memories is folded, and into which.
    package struct Fold: Sendable {
        package var folded: ComparedMemory
        package var representative: ComparedMemory
    }

    /// How two memories are folded; nil if they are not duplicates.
    ///
    /// Who may see them is not looked at here.
    ///
    /// - Parameter cosine: The cosine of their vectors; nil if it is not known. It is asked for at last.
    package func fold(
        _ first: ComparedMemory,
        _ second: ComparedMemory,
        cosine: () throws -> Double?
    ) rethrows -> Fold? {
        guard policy.folding != .none, Self.areAlike(first, second) else { return nil }
        let (older, newer) = isOlder(first.memory, than: second.memory) ? (first, second) : (second, first)
        if older.canonical == newer.canonical { return Fold(folded: older, representative: newer) }
        guard policy.folding == .near else { return nil }
        let fold: Fold
        if covers(newer, older) {
            fold = Fold(folded: older, representative: newer)
        } else if covers(older, newer) {
            fold = Fold(folded: newer, representative: older)
        } else {
            return nil
        }
        guard let likeness = try cosine(), likeness >= policy.duplicateCosine else { return nil }
        return fold
    }

    /// Which of two is the older one. The later one stands for both, because it lives longer.
    ///
    /// Devices that exchange have to come to the same: if one folded the first into the second and another the second into the
    /// first, both memories would be gone. When a memory came is another time on each device, so there it is the identifiers
    /// that decide, which are made in the order of time.
    private func isOlder(_ first: AgedMemory, than second: AgedMemory) -> Bool {
        guard !isExchanging else { return first.id.rawValue.utf8.lexicographicallyPrecedes(second.id.rawValue.utf8) }
        return (first.since, first.key) < (second.since, second.key)
    }

    /// Whether everything but the text allows one to stand for the other. Neither is sensitive.
    private static func areAlike(_ first: ComparedMemory, _ second: ComparedMemory) -> Bool {
        let (left, right) = (first.memory, second.memory)
        guard left.key != right.key, left.user == right.user, left.owner == right.owner else { return false }
        guard !left.isDeleted, !right.isDeleted, !left.isSensitive, !right.isSensitive else { return false }
        guard left.type == right.type, left.expiresAt == right.expiresAt, first.parent == second.parent else {
            return false
        }
        guard first.fields.category == second.fields.category, first.fields.metadata == second.fields.metadata else {
            return false
        }
        return first.fields.provenance == second.fields.provenance
    }

    /// Whether a text says all that another one says, in the same order, and little more: no number and no negation.
    private func covers(_ longer: ComparedMemory, _ shorter: ComparedMemory) -> Bool {
        guard shorter.words.words.count >= Self.fewestWords, let additions = longer.words.additions(to: shorter.words)
        else { return false }
        let overlap = Double(shorter.words.words.count) / Double(longer.words.words.count)
        return overlap >= policy.duplicateOverlap && !additions.contains(where: WordSequence.turns)
    }

    /// What the representative takes over from what it stands for; nil if it stays as it is.
    ///
    /// It has the tags of both and the greater importance. It is edited too where it is the older one, so that what both
    /// say is kept as long as the newer one would have been.
    package static func change(by fold: Fold) -> (tags: [String], importance: Double, confidence: Double)? {
        let (folded, kept) = (fold.folded.fields, fold.representative.fields)
        let tags = kept.tags + folded.tags.filter { !kept.tags.contains($0) }
        let importance = max(kept.importance, folded.importance)
        let confidence = max(kept.confidence, folded.confidence)
        let isSame = tags == kept.tags && importance == kept.importance && confidence == kept.confidence
        guard !isSame || fold.representative.memory.since < fold.folded.memory.since else { return nil }
        return (tags, importance, confidence)
    }
}
