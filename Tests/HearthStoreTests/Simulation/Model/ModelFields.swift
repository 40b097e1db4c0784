import FoundationEssentials

@testable import HearthModel
@testable import HearthStore

/// What a memory says, as the model of the simulation keeps it.
struct ModelFields: Equatable {
    var content: String
    var category: MemoryCategory
    var tags: [String]
    var importance: Double
    var confidence: Double
    var metadata: [String: String]
    var expiresAt: Date?
    var isDeleted = false
}

extension ModelFields {
    /// Takes over what only the owner changes.
    mutating func keepOwners(of other: ModelFields) {
        category = other.category
        expiresAt = other.expiresAt
    }
}

extension ModelFields {
    init(_ draft: MemoryDraft) {
        self.init(
            content: draft.content,
            category: draft.category,
            tags: draft.tags,
            importance: draft.importance,
            confidence: draft.confidence,
            metadata: draft.metadata,
            expiresAt: draft.expiresAt
        )
    }

    init(_ memory: Memory) {
        self.init(
            content: memory.content,
            category: memory.category,
            tags: memory.tags,
            importance: memory.importance,
            confidence: memory.confidence,
            metadata: memory.metadata,
            expiresAt: memory.expiresAt
        )
    }

    init(_ version: MemoryVersion) {
        self.init(
            content: version.content,
            category: version.category,
            tags: version.tags,
            importance: version.importance,
            confidence: version.confidence,
            metadata: version.metadata,
            expiresAt: version.expiresAt,
            isDeleted: version.isDeleted
        )
    }
}

/// What is merged on its own when edits meet: whole fields, the presence of each tag, each key of the metadata.
enum ModelField: Hashable {
    case content
    case category
    case importance
    case confidence
    case expiry
    case tag(String)
    case metadata(String)
}

/// The value of a field in one version.
enum ModelValue: Hashable {
    case text(String)
    case number(Double)
    case date(Date)
    case present
    case absent
}

extension ModelFields {
    func value(of field: ModelField) -> ModelValue {
        switch field {
        case .content: .text(content)
        case .category: .text(category.rawValue)
        case .importance: .number(importance)
        case .confidence: .number(confidence)
        case .expiry: expiresAt.map(ModelValue.date) ?? .absent
        case .tag(let tag): tags.contains(tag) ? .present : .absent
        case .metadata(let key): metadata[key].map(ModelValue.text) ?? .absent
        }
    }

    mutating func set(_ field: ModelField, to value: ModelValue) {
        switch (field, value) {
        case (.content, .text(let text)): content = text
        case (.category, .text(let text)): category = MemoryCategory(rawValue: text)
        case (.importance, .number(let number)): importance = number
        case (.confidence, .number(let number)): confidence = number
        case (.expiry, .date(let date)): expiresAt = date
        case (.expiry, _): expiresAt = nil
        case (.tag(let tag), .present): if !tags.contains(tag) { tags.append(tag) }
        case (.tag(let tag), _): tags.removeAll { $0 == tag }
        case (.metadata(let key), .text(let text)): metadata[key] = text
        case (.metadata(let key), _): metadata[key] = nil
        default: preconditionFailure("\(field) can't be \(value)")
        }
    }

    /// The fields that any of several versions has.
    static func fields(of versions: some Sequence<ModelFields>) -> Set<ModelField> {
        var fields: Set<ModelField> = [.content, .category, .importance, .confidence, .expiry]
        for version in versions {
            fields.formUnion(version.tags.map(ModelField.tag))
            fields.formUnion(version.metadata.keys.map(ModelField.metadata))
        }
        return fields
    }
}

/// An edit: the fields that it gives another value.
struct ModelChange: Equatable {
    var content: String?
    var category: MemoryCategory?
    var tags: [String]?
    var importance: Double?
    var confidence: Double?
    var metadata: [String: String]?
    var expiresAt: Date??
    var isDeletion = false

    static let deletion = ModelChange(isDeletion: true)
}

extension ModelChange {
    var isEmpty: Bool { self == ModelChange() }

    /// An edit that sets every field to the value that it has here.
    init(everything fields: ModelFields) {
        self.init(
            content: fields.content,
            category: fields.category,
            tags: fields.tags,
            importance: fields.importance,
            confidence: fields.confidence,
            metadata: fields.metadata,
            expiresAt: .some(fields.expiresAt),
            isDeletion: fields.isDeleted
        )
    }

    /// The names of the fields that it sets.
    var names: Set<String> {
        var names: Set<String> = isDeletion ? ["deletion"] : []
        if content != nil { names.insert("content") }
        if category != nil { names.insert("category") }
        if tags != nil { names.insert("tags") }
        if importance != nil { names.insert("importance") }
        if confidence != nil { names.insert("confidence") }
        if metadata != nil { names.insert("metadata") }
        if expiresAt != nil { names.insert("expiresAt") }
        return names
    }

    /// The same edit as the store takes it.
    var request: MemoryChange {
        MemoryChange(
            content: content,
            category: category,
            tags: tags,
            importance: importance,
            confidence: confidence,
            metadata: metadata,
            expiresAt: expiresAt
        )
    }

    func applied(to fields: ModelFields) -> ModelFields {
        ModelFields(
            content: content ?? fields.content,
            category: category ?? fields.category,
            tags: tags ?? fields.tags,
            importance: importance ?? fields.importance,
            confidence: confidence ?? fields.confidence,
            metadata: metadata ?? fields.metadata,
            expiresAt: expiresAt ?? fields.expiresAt,
            isDeleted: isDeletion || fields.isDeleted
        )
    }

    func followed(by later: ModelChange) -> ModelChange {
        ModelChange(
            content: later.content ?? content,
            category: later.category ?? category,
            tags: later.tags ?? tags,
            importance: later.importance ?? importance,
            confidence: later.confidence ?? confidence,
            metadata: later.metadata ?? metadata,
            expiresAt: later.expiresAt ?? expiresAt,
            isDeletion: later.isDeletion || isDeletion
        )
    }

    /// What is left of it without the values that the fields have already.
    func leftOver(on fields: ModelFields) -> ModelChange {
        ModelChange(
            content: content == fields.content ? nil : content,
            category: category == fields.category ? nil : category,
            tags: tags == fields.tags ? nil : tags,
            importance: importance == fields.importance ? nil : importance,
            confidence: confidence == fields.confidence ? nil : confidence,
            metadata: metadata == fields.metadata ? nil : metadata,
            expiresAt: expiresAt == .some(fields.expiresAt) ? nil : expiresAt,
            isDeletion: isDeletion && !fields.isDeleted
        )
    }
}
