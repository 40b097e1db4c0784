/// What a cache knows of one document: enough to decide who may see it, to browse, to count and to score.
@usableFromInline
package struct DocumentEntry: Hashable, Sendable {
    package var document: Int64
    package var memory: Int64
    /// The draft's author; 0 for a published head.
    @usableFromInline package var agent: Int64
    package var owner: Int64
    /// 0 for none.
    package var session: Int64
    package var createdAt: Int64
    /// `Int64.max` for never.
    package var expiresAt: Int64
    package var importance: Double
    package var length: Int32
    package var category: Int32
    package var flags: DocumentFlags
    package var type: UInt8

    package init(
        document: Int64,
        memory: Int64,
        agent: Int64,
        owner: Int64,
        session: Int64,
        createdAt: Int64,
        expiresAt: Int64,
        importance: Double,
        length: Int32,
        category: Int32,
        flags: DocumentFlags,
        type: UInt8
    ) {
        self.document = document
        self.memory = memory
        self.agent = agent
        self.owner = owner
        self.session = session
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.importance = importance
        self.length = length
        self.category = category
        self.flags = flags
        self.type = type
    }

    @inlinable package var isDraft: Bool { agent != 0 }

    /// Whether the document is gone, and only its slot is left.
    package var isGone: Bool { flags.contains(.gone) }
}

/// What `documents.flags` says.
///
/// Inlinable, because it is asked of every document that a search finds.
@usableFromInline
package struct DocumentFlags: OptionSet, Hashable, Sendable {
    @usableFromInline package var rawValue: UInt16

    @inlinable
    package init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The document is gone: caches drop it.
    @inlinable package static var gone: DocumentFlags { DocumentFlags(rawValue: 1) }
    /// A draft that deletes the memory.
    @inlinable package static var deleted: DocumentFlags { DocumentFlags(rawValue: 2) }
    /// Shares exist or existed.
    @inlinable package static var everShared: DocumentFlags { DocumentFlags(rawValue: 4) }
    /// Drafts exist or existed.
    @inlinable package static var everDrafted: DocumentFlags { DocumentFlags(rawValue: 8) }
    /// A lease exists or existed.
    @inlinable package static var everLeased: DocumentFlags { DocumentFlags(rawValue: 16) }
    /// A conflict exists or existed.
    @inlinable package static var everConflicting: DocumentFlags { DocumentFlags(rawValue: 32) }
    /// The memory is sensitive: its text, tags, metadata and vector are sealed.
    @inlinable package static var sensitive: DocumentFlags { DocumentFlags(rawValue: 64) }
}

extension [DocumentEntry] {
    /// The place of a document among entries in the order of their keys.
    func place(ofDocument key: Int64) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].document < key { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].document == key ? low : nil
    }
}
