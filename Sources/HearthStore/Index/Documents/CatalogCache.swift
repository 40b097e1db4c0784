import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// The catalogs of the users last asked for, each brought to the state of the file that a reader sees.
final class CatalogCache: Sendable {
    /// What is kept of one user.
    private final class Box: Sendable {
        struct State {
            var catalog: DocumentCatalog?
            /// By viewer, each with the state of the directory that it was made from.
            var slices: [Int64: (slice: VisibleSlice, directory: Int64)] = [:]
        }

        let state = Mutex(State())
    }

    /// How many documents all catalogs have together at most. Beyond it, the user whose last use is oldest is
    /// forgotten.
    private static let maximumEntries = 4_000_000

    private struct State {
        var boxes: [Int64: (box: Box, lastUse: UInt64)] = [:]
        var uses: UInt64 = 0
    }

    private let state = Mutex(State())
    private let categories = Mutex<[Int32: MemoryCategory]>([:])

    /// Whether a user's documents have been read: whoever asks for them first waits until they are.
    func holds(user: Int64) -> Bool {
        state.withLock { $0.boxes[user] != nil }
    }

    /// What an agent sees of a user's documents, at exactly the state of the snapshot.
    ///
    /// - Throws: ``StaleSnapshot`` if the cache has a later state by now.
    func slice(
        of user: Int64,
        for viewer: KnownAgent,
        needsSessions: Bool = false,
        in snapshot: Snapshot
    ) throws -> VisibleSlice {
        let box = box(of: user)
        let slice = try box.state.withLock { state in
            let catalog = try current(&state, user: user, in: snapshot)
            var slice: VisibleSlice
            if let known = state.slices[viewer.key], known.slice.catalog.sequence == catalog.sequence,
                known.directory == snapshot.directory.sequence
            {
                slice = known.slice
            } else {
                let names = try names(of: catalog, in: snapshot.connection)
                let visibility = try Visibility(
                    entries: catalog.entries,
                    shares: catalog.shares,
                    viewer: viewer,
                    directory: snapshot.directory,
                    categories: names
                )
                slice = VisibleSlice(catalog: catalog, visibility: visibility)
            }
            if needsSessions, slice.sessions == nil {
                slice.sessions = SessionOrder(entries: catalog.entries, visibility: slice.visibility)
            }
            state.slices[viewer.key] = (slice, snapshot.directory.sequence)
            return slice
        }
        forgetOldest(besides: user)
        return slice
    }

    /// The name of a category by its key.
    func name(ofCategory key: Int32, in connection: Connection) throws -> MemoryCategory? {
        if let name = categories.withLock({ $0[key] }) { return name }
        return try reloadCategories(connection)[key]
    }

    private func current(_ state: inout Box.State, user: Int64, in snapshot: Snapshot) throws -> DocumentCatalog {
        if var catalog = state.catalog {
            guard catalog.sequence <= snapshot.state.sequence else { throw StaleSnapshot() }
            if catalog.sequence < snapshot.state.sequence {
                // The cache lets go of it while it changes, so that its arrays are changed in place and not copied.
                state.catalog = nil
                state.slices = [:]
                try catalog.catchUp(user: user, connection: snapshot.connection, to: snapshot.state.sequence)
                state.catalog = catalog
            }
            return catalog
        }
        let catalog = try DocumentCatalog(user: user, connection: snapshot.connection, state: snapshot.state)
        state.catalog = catalog
        return catalog
    }

    private func names(of catalog: DocumentCatalog, in connection: Connection) throws -> [Int32: MemoryCategory] {
        let known = categories.withLock { $0 }
        return catalog.entries.allSatisfy { known[$0.category] != nil } ? known : try reloadCategories(connection)
    }

    private func reloadCategories(_ connection: Connection) throws -> [Int32: MemoryCategory] {
        let rows = try connection.rows(
            "SELECT category_key, name FROM categories",
            as: { ($0.int32(0), MemoryCategory(rawValue: $0.string(1))) }
        )
        let names = Dictionary(uniqueKeysWithValues: rows)
        // The name of a key never changes, so the answer of an older reader does no harm.
        categories.withLock { $0.merge(names) { _, new in new } }
        return names
    }

    private func box(of user: Int64) -> Box {
        state.withLock { state in
            state.uses += 1
            let box = state.boxes[user]?.box ?? Box()
            state.boxes[user] = (box, state.uses)
            return box
        }
    }

    private func forgetOldest(besides user: Int64) {
        state.withLock { state in
            guard state.boxes.count > 1 else { return }
            var total = 0
            for (box, _) in state.boxes.values {
                total += box.state.withLockIfAvailable { $0.catalog?.entries.count ?? 0 } ?? 0
            }
            while total > Self.maximumEntries,
                let oldest = state.boxes.filter({ $0.key != user }).min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                total -= oldest.value.box.state.withLockIfAvailable { $0.catalog?.entries.count ?? 0 } ?? 0
                state.boxes[oldest.key] = nil
            }
        }
    }
}

/// What one agent sees of one user's documents.
struct VisibleSlice: Sendable {
    let catalog: DocumentCatalog
    let visibility: Visibility
    /// Which memories of a session are neighbours; made when a search first asks for it.
    var sessions: SessionOrder?
}
