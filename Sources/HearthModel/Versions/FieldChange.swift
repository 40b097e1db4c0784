/// Which fields an edit changes, and to what: the payload of a draft.
package struct FieldChange: Hashable, Sendable {
    package var content: String?
    package var category: MemoryCategory?
    package var tags: [String]?
    package var importance: Double?
    package var confidence: Double?
    package var metadata: [String: String]?
    /// The inner nil removes the expiry.
    package var expiresAt: Timestamp??
    package var isDeletion = false
    /// What is said of where the edit came from.
    package var provenance: Provenance?
    /// Whether that holds whatever the memory's own provenance is.
    package var grantsTrust = false

    package init(
        content: String? = nil,
        category: MemoryCategory? = nil,
        tags: [String]? = nil,
        importance: Double? = nil,
        confidence: Double? = nil,
        metadata: [String: String]? = nil,
        expiresAt: Timestamp?? = nil,
        isDeletion: Bool = false,
        provenance: Provenance? = nil,
        grantsTrust: Bool = false
    ) {
        self.content = content
        self.category = category
        self.tags = tags
        self.importance = importance
        self.confidence = confidence
        self.metadata = metadata
        self.expiresAt = expiresAt
        self.isDeletion = isDeletion
        self.provenance = provenance
        self.grantsTrust = grantsTrust
    }

    /// A deletion and nothing else.
    package static let deletion = FieldChange(isDeletion: true)

    /// The fields it changes, as the file numbers them; the numbers never change.
    package struct Fields: OptionSet, Hashable, Sendable {
        package var rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let content = Fields(rawValue: 1)
        package static let category = Fields(rawValue: 2)
        package static let tags = Fields(rawValue: 4)
        package static let importance = Fields(rawValue: 8)
        package static let confidence = Fields(rawValue: 16)
        package static let metadata = Fields(rawValue: 32)
        package static let expiresAt = Fields(rawValue: 64)
        package static let deletion = Fields(rawValue: 128)
        package static let provenance = Fields(rawValue: 256)
        package static let trust = Fields(rawValue: 512)

        /// The fields that only the owner changes: what becomes of the memory, and who may see it. Any other agent
        /// that may propose an edit may propose one of every other field.
        package static let ownersAlone: Fields = [.category, .expiresAt, .deletion]
    }

    package var fields: Fields {
        var fields: Fields = []
        if content != nil { fields.insert(.content) }
        if category != nil { fields.insert(.category) }
        if tags != nil { fields.insert(.tags) }
        if importance != nil { fields.insert(.importance) }
        if confidence != nil { fields.insert(.confidence) }
        if metadata != nil { fields.insert(.metadata) }
        if expiresAt != nil { fields.insert(.expiresAt) }
        if isDeletion { fields.insert(.deletion) }
        if provenance != nil { fields.insert(.provenance) }
        if grantsTrust { fields.insert(.trust) }
        return fields
    }

    package var isEmpty: Bool { fields.isEmpty }

    /// The change without the fields that only the owner changes. A deletion stays a deletion.
    package var withoutOwnersFields: FieldChange {
        var result = self
        result.category = nil
        result.expiresAt = nil
        return result
    }
}

extension FieldChange {
    /// The fields as they are after the change.
    package func applied(to fields: MemoryFields) -> MemoryFields {
        var result = fields
        if let content { result.content = content }
        if let category { result.category = category }
        if let tags { result.tags = tags }
        if let importance { result.importance = importance }
        if let confidence { result.confidence = confidence }
        if let metadata { result.metadata = metadata }
        if let expiresAt { result.expiresAt = expiresAt }
        if isDeletion { result.isDeleted = true }
        result.provenance = provenance(over: fields.provenance)
        return result
    }

    /// The provenance of a memory after the change.
    package func provenance(over earlier: Provenance) -> Provenance {
        fields.provenance(over: earlier, saying: provenance)
    }

    /// What this change and then a later one say of where they came from.
    private func provenance(before later: FieldChange) -> (Provenance?, grants: Bool) {
        if later.grantsTrust { return (later.provenance, true) }
        guard !later.fields.subtracting(.deletion).isEmpty else { return (provenance, grantsTrust) }
        guard !fields.subtracting(.deletion).isEmpty else { return (later.provenance, false) }
        if provenance == nil, later.provenance == nil { return (nil, false) }
        return (
            (provenance ?? .standard).edited(by: later.provenance ?? .standard, bringsText: later.content != nil),
            grantsTrust
        )
    }

    /// This change and then a later one, as one.
    package func followed(by later: FieldChange) -> FieldChange {
        let (provenance, grantsTrust) = provenance(before: later)
        return FieldChange(
            content: later.content ?? content,
            category: later.category ?? category,
            tags: later.tags ?? tags,
            importance: later.importance ?? importance,
            confidence: later.confidence ?? confidence,
            metadata: later.metadata ?? metadata,
            expiresAt: later.expiresAt ?? expiresAt,
            isDeletion: later.isDeletion || isDeletion,
            provenance: provenance,
            grantsTrust: grantsTrust
        )
    }

    /// The change without the fields that have these values already.
    ///
    /// Strings are compared by canonical equivalence, as everywhere: to compose or decompose characters is no edit.
    package func leavingOut(unchangedFrom fields: MemoryFields) -> FieldChange {
        var result = self
        if content == fields.content { result.content = nil }
        if category == fields.category { result.category = nil }
        if tags == fields.tags { result.tags = nil }
        if importance == fields.importance { result.importance = nil }
        if confidence == fields.confidence { result.confidence = nil }
        if metadata == fields.metadata { result.metadata = nil }
        if let expiresAt, expiresAt == fields.expiresAt { result.expiresAt = nil }
        if fields.isDeleted { result.isDeletion = false }
        // Beside another change, what is said of its provenance counts, and alone only where it grants or takes trust.
        if result.fields.isSubset(of: [.deletion, .provenance, .trust]) {
            let provenance = result.provenance(over: fields.provenance)
            if provenance == fields.provenance || !grantsTrust && provenance.trust == fields.provenance.trust {
                (result.provenance, result.grantsTrust) = (nil, false)
            }
        }
        return result
    }
}

extension MemoryFields {
    /// These fields with the ones that only the owner changes as another state has them, a deletion aside.
    package func withOwnersFields(of other: MemoryFields) -> MemoryFields {
        var result = self
        result.category = other.category
        result.expiresAt = other.expiresAt
        return result
    }

    /// Whether the memory no longer exists at a time because of its expiry.
    package func isExpired(at time: Timestamp) -> Bool {
        expiresAt.map { $0 <= time } ?? false
    }

    /// The fields that differ from an earlier state.
    package func changes(from earlier: MemoryFields) -> FieldChange.Fields {
        FieldChange(
            content: content,
            category: category,
            tags: tags,
            importance: importance,
            confidence: confidence,
            metadata: metadata,
            expiresAt: .some(expiresAt),
            isDeletion: isDeleted
        )
        .leavingOut(unchangedFrom: earlier).fields
    }
}

/// Equality byte for byte, for what is derived from a text. `==` compares strings by canonical equivalence.
extension String {
    package func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension [String] {
    package func isIdentical(to other: [String]) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.isIdentical(to: $1) }
    }
}

extension FieldChange.Fields {
    /// The provenance of a memory after a change of these fields. A deletion says nothing, so it changes nothing.
    ///
    /// - Parameters:
    ///   - earlier: That of the memory before.
    ///   - own: What is said of where the change came from; nil: nothing.
    package func provenance(over earlier: Provenance, saying own: Provenance?) -> Provenance {
        guard !subtracting(.deletion).isEmpty else { return earlier }
        return contains(.trust)
            ? own ?? .standard : earlier.edited(by: own ?? .standard, bringsText: contains(.content))
    }
}
