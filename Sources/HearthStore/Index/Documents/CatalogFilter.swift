import HearthModel
import HearthRules
import HearthSQLite

/// A search filter in the terms of a catalog.
struct CatalogFilter {
    private var types: Set<UInt8>?
    private var categories: Set<Int32>?
    /// The documents that have the tags and the metadata that are wanted; nil where none are.
    private var documents: Set<Int64>?
    private var trusted: TrustedDocuments?
    private var session: Int64?
    private var sessions: Set<Int64>?
    private var owners: Set<Int64>?
    private var states: SyncStates?
    private var createdAfter: Int64
    private var createdBefore: Int64
    private var minimumImportance: Double
    private var now: Int64
    private var admitsCurrent: Bool
    /// Whose expired memories pass; 0 for nobody's.
    private var ownerOfExpired: Int64
    private var includesSensitive: Bool

    /// - Throws: `.invalidArgument` for a date out of range, or a minimum that is not from 0 to 1.
    init(
        _ filter: SearchFilter,
        session: Int64? = nil,
        user: Int64,
        viewer: Int64,
        now: Timestamp,
        in snapshot: Snapshot
    ) throws {
        let connection = snapshot.connection
        try filter.validate()
        types = filter.types.isEmpty ? nil : Set(filter.types.map(\.place))
        if !filter.categories.isEmpty {
            let keys = try filter.categories.compactMap { category in
                try connection.first(
                    "SELECT category_key FROM categories WHERE name = ?1",
                    category.canonical.rawValue,
                    as: { $0.int32(0) }
                )
            }
            categories = Set(keys)
        }
        let tagged = TaggedDocuments(of: user, includesSensitive: filter.includesSensitive, in: snapshot)
        if !filter.tags.isEmpty { documents = try tagged.any(of: filter.tags) }
        for tag in filter.allTags {
            let found = try tagged.any(of: [tag])
            documents = documents?.intersection(found) ?? found
        }
        if !filter.metadata.isEmpty {
            let found = try MetadataDocuments(
                of: user,
                viewer: viewer,
                includesSensitive: filter.includesSensitive,
                in: snapshot
            )
            .all(with: filter.metadata)
            documents = documents?.intersection(found) ?? found
        }
        if !filter.sessions.isEmpty {
            sessions = Set(try filter.sessions.compactMap { try SessionTable.find($0, user: user, in: connection) })
        }
        if !filter.owners.isEmpty {
            owners = Set(
                try filter.owners.filter { snapshot.directory.contains($0) }
                    .map { try snapshot.directory.agent($0).key }
            )
        }
        if !filter.syncStatus.isEmpty {
            states = try SyncStates(filter.syncStatus, of: user, viewer: viewer, in: snapshot)
        }
        trusted = try filter.minimumTrust.map { try TrustedDocuments(of: user, atLeast: $0, in: connection) }
        self.session = session
        createdAfter = try filter.createdAfter.map { try Timestamp($0, name: "createdAfter").rawValue } ?? .min
        createdBefore = try filter.createdBefore.map { try Timestamp($0, name: "createdBefore").rawValue } ?? .max
        minimumImportance = filter.minimumImportance ?? 0
        self.now = now.rawValue
        admitsCurrent = filter.expiry != .expired
        ownerOfExpired = filter.expiry == .current ? 0 : viewer
        includesSensitive = filter.includesSensitive
    }

    /// The same filter without its tags and its metadata, which take a key, if it has any.
    var withoutSealedParts: CatalogFilter? {
        guard documents != nil else { return nil }
        var filter = self
        filter.documents = nil
        return filter
    }

    /// Whether an entry passes the filter. Drafts that delete never pass, and what has expired only for its owner.
    func admits(_ entry: DocumentEntry) -> Bool {
        !entry.flags.contains(.deleted) && fits(entry)
    }

    /// Whether an entry is a draft that deletes, and would pass if it did not.
    func admitsDeleted(_ entry: DocumentEntry) -> Bool {
        entry.flags.contains(.deleted) && fits(entry)
    }

    private func fits(_ entry: DocumentEntry) -> Bool {
        (entry.expiresAt > now ? admitsCurrent : entry.owner == ownerOfExpired)
            && entry.createdAt >= createdAfter && entry.createdAt < createdBefore
            && entry.importance >= minimumImportance
            && (session == nil || entry.session == session)
            && sessions?.contains(entry.session) ?? true
            && owners?.contains(entry.owner) ?? true
            && types?.contains(entry.type) ?? true
            && categories?.contains(entry.category) ?? true
            && documents?.contains(entry.document) ?? true
            && trusted?.contains(entry.document) ?? true
            && (includesSensitive || !entry.flags.contains(.sensitive))
            && states?.contain(entry) ?? true
    }
}

extension VisibleSlice {
    /// Whether the agent sees a sensitive memory that passes a filter.
    func hasSensitive(admittedBy filter: CatalogFilter, includeShared: Bool) -> Bool {
        catalog.entries.indices.contains { slot in
            let entry = catalog.entries[slot]
            return entry.flags.contains(.sensitive) && visibility.canFind(slot)
                && (includeShared || visibility.isOwn(slot)) && filter.admits(entry)
        }
    }
}
