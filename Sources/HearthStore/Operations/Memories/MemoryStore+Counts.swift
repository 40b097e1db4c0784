package import HearthModel
import HearthRules
import HearthSQLite

extension MemoryStore {
    /// How many of a user's memories an agent sees. No text is read, and nothing is audited.
    ///
    /// - Throws: `.invalidArgument`, `.unknownAgent`; `.keyUnavailable` for tags or metadata of sensitive memories.
    package func count(
        as agentID: AgentID,
        userID: UserID,
        filter: SearchFilter = .init(),
        includeShared: Bool = true
    ) async throws -> Int {
        try await matching(filter, as: agentID, userID: userID, includeShared: includeShared) { slots, _, _ in
            slots.count
        } ?? 0
    }

    /// The slots of an agent's slice that pass a filter, in the order in which the memories were stored.
    ///
    /// - Returns: What the closure makes of them; nil for a user that the file does not know.
    func matching<R: Sendable>(
        _ filter: SearchFilter,
        as agentID: AgentID,
        userID: UserID,
        includeShared: Bool,
        _ body: @Sendable ([Int], VisibleSlice, Snapshot) throws -> R
    ) async throws -> R? {
        let userID = try userID.validated()
        try filter.validate()
        let now = clock.now()
        return try await withKeys {
            try read { [self] snapshot -> R? in
                let viewer = try snapshot.directory.acting(agentID)
                guard let user = try UserTable.find(userID, in: snapshot.connection) else { return nil }
                let wanted = try CatalogFilter(filter, user: user, viewer: viewer.key, now: now, in: snapshot)
                let slice = try slice(
                    of: user,
                    viewer: viewer,
                    filter: wanted,
                    includeShared: includeShared,
                    in: snapshot
                )
                let slots = slice.catalog.entries.indices.filter { slot in
                    slice.visibility.isVisible(slot) && (includeShared || slice.visibility.isOwn(slot))
                        && wanted.admits(slice.catalog.entries[slot])
                }
                return try body(slots, slice, snapshot)
            }
        }
    }
}
