import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// The catalogs of the users last asked for, each brought to the state of the file that a reader sees.
///
/// What a commit costs the next reader goes by what it changed of the reader's user: nothing for another user's write,
/// one entry for a memory that was stored, edited or shared. Only a change of the agents or of the policy makes anew
/// what the agents see.
final class CatalogCache: Sendable {
    /// What is kept of one user.
    final class Box: Sendable {
        struct State {
            var catalog: DocumentCatalog?
            /// What each viewer sees of the catalog.
            var views: [View] = []
            /// Where words stand in the catalog's documents, as the index has them: of sensitive memories it has tokens.
            var words = KnownWords()
            /// Where tokens stand for words of sensitive memories.
            var tokens = KnownWords()
            /// The memories that were found last.
            var records = KnownRecords()
            /// Whether the last search found all it needed in memory.
            var wasEnough = false

            /// What is known besides the catalog, in bytes.
            var knownSize: Int { words.size + tokens.size + records.size }
        }

        let state = Mutex(State())

        func forgetTexts() {
            state.withLock { state in
                (state.words, state.tokens, state.records) = (KnownWords(), KnownWords(), KnownRecords())
            }
        }
    }

    /// What one agent sees of a catalog, slot by slot.
    struct View {
        let viewer: Int64
        /// The state of the directory whose rules were applied.
        let directory: Int64
        var visibility: Visibility
        var sessions: SessionOrder?
    }

    /// How many documents all catalogs have together at most. Beyond it, the user whose last use is oldest is
    /// forgotten.
    private static let maximumEntries = 4_000_000

    /// How much the words and records of all users may take together, in bytes: so much, or more where there are many
    /// documents. Beyond it, the user whose last use is oldest loses them.
    static let maximumKnownSize = 8 << 20
    private static let knownSizePerEntry = 16

    /// Of how many agents it is kept what they see of one user's documents.
    private static let maximumViews = 16

    private struct State {
        var boxes: [Int64: (box: Box, lastUse: UInt64, entries: Int?)] = [:]
        var uses: UInt64 = 0
        /// The entries of all boxes.
        var entries = 0
        /// The users of whom words or records are known, and what these take, in bytes.
        var known: [Int64: Int] = [:]
        /// The sum of these.
        var knownSize = 0

        mutating func setKnown(_ size: Int, of user: Int64) {
            knownSize += size - (known[user] ?? 0)
            known[user] = size == 0 ? nil : size
        }
    }

    private let state = Mutex(State())
    private let commits: RecentCommits
    private let categories = Mutex<[Int32: MemoryCategory]>([:])
    /// The keys of the users last searched.
    private let users = Mutex<[UserID: Int64]>([:])

    /// How many keys of users are remembered.
    private static let maximumUsers = 1_024

    init(commits: RecentCommits) {
        self.commits = commits
    }

    /// How many documents all catalogs have together.
    var entryCount: Int { state.withLock { $0.entries } }

    /// What is known of all users besides their catalogs, in bytes.
    var knownSize: Int { state.withLock { $0.knownSize } }

    /// What is known of one user, in bytes.
    func knownSize(of user: Int64) -> Int { box(of: user).state.withLock { $0.knownSize } }

    /// Whether a user's documents have been read: whoever asks for them first waits until they are.
    func holds(user: Int64) -> Bool {
        state.withLock { $0.boxes[user]?.entries != nil }
    }

    /// Whether a user's documents have been read, as far as that is known without a look at the file.
    func holds(_ user: UserID) -> Bool {
        users.withLock { $0[user] }.map { holds(user: $0) } ?? false
    }

    /// Whether the last search of a user's memories needed nothing of the file, so that the next one hardly does.
    func isEnough(for user: UserID) -> Bool {
        guard let key = users.withLock({ $0[user] }) else { return false }
        guard let box = state.withLock({ $0.boxes[key]?.box }) else { return false }
        return box.state.withLock { $0.wasEnough }
    }

    /// Notes whether a search of a user's memories needed nothing of the file.
    func noteSearch(of user: Int64, needsNothing wasEnough: Bool) {
        state.withLock { $0.boxes[user]?.box }?.state.withLock { $0.wasEnough = wasEnough }
    }

    /// Remembers which key a user has.
    func remember(_ user: UserID, as key: Int64) {
        users.withLock { users in
            if users[user] == key { return }
            if users.count >= Self.maximumUsers { users = [:] }
            users[user] = key
        }
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
            try catchUp(&state, user: user, in: snapshot)
            return try self.slice(of: &state, for: viewer, needsSessions: needsSessions, in: snapshot)
        }
        count(slice.catalog.entries.count, of: user)
        return slice
    }

    /// A user's documents, at exactly the state of the snapshot.
    ///
    /// - Throws: ``StaleSnapshot`` if the cache has a later state by now.
    func catalog(of user: Int64, in snapshot: Snapshot) throws -> DocumentCatalog {
        let catalog = try box(of: user).state
            .withLock { state in
                try catchUp(&state, user: user, in: snapshot)
                return state.catalog
            }
        guard let catalog else { preconditionFailure("a catalog was read before") }
        count(catalog.entries.count, of: user)
        return catalog
    }

    /// The name of a category by its key.
    func name(ofCategory key: Int32, in connection: Connection) throws -> MemoryCategory? {
        if let name = categories.withLock({ $0[key] }) { return name }
        return try reloadCategories(connection)[key]
    }

    private func reloadCategories(_ connection: Connection) throws -> [Int32: MemoryCategory] {
        let rows = try connection.rows(
            "SELECT category_key, name FROM categories",
            as: { ($0.int32(0), MemoryCategory(rawValue: $0.string(1))) }
        )
        let names = try Dictionary(uniqueRows: rows, what: "Two categories")
        // The name of a key never changes, so the answer of an older reader does no harm.
        categories.withLock { $0.merge(names) { _, new in new } }
        return names
    }
}

// MARK: - One user

extension CatalogCache {
    /// Brings a user's catalog, and what each agent sees of it, to the state of the snapshot.
    private func catchUp(_ state: inout Box.State, user: Int64, in snapshot: Snapshot) throws {
        let sequence = snapshot.state.sequence
        let added = state.catalog.flatMap { commits.added(to: user, after: $0.sequence, upTo: sequence) }
        if let known = state.catalog?.sequence, known != sequence {
            if let added {
                if added.isEmpty, state.views.allSatisfy({ $0.directory == snapshot.directory.sequence }) {
                    // What was committed is none of this user's.
                    state.catalog?.goOn(to: sequence)
                    return
                }
            } else {
                // A snapshot that is too old must not cost what is held.
                try snapshot.connection.begin()
            }
        }
        // The box lets go of both while they change: arrays are then changed in place, and nothing half-changed is left
        // behind by an error.
        var views: [View] = []
        swap(&views, &state.views)
        var words = KnownWords()
        swap(&words, &state.words)
        var tokens = KnownWords()
        swap(&tokens, &state.tokens)
        var records = KnownRecords()
        swap(&records, &state.records)
        guard var catalog = state.catalog else {
            commits.forget()
            state.catalog = try DocumentCatalog(user: user, connection: snapshot.connection, state: snapshot.state)
            return
        }
        if catalog.sequence == sequence {
            (state.views, state.words, state.tokens, state.records) = (views, words, tokens, records)
            return
        }
        guard catalog.sequence < sequence else {
            (state.views, state.words, state.tokens, state.records) = (views, words, tokens, records)
            throw StaleSnapshot()
        }
        state.catalog = nil
        let changes: CatalogChanges
        if let added {
            changes = catalog.add(added, upTo: sequence)
        } else {
            // What is gone or sensitive by now is not to stay in memory.
            commits.forget()
            changes = try catalog.catchUp(user: user, connection: snapshot.connection, to: sequence)
        }
        views.removeAll { $0.directory != snapshot.directory.sequence }
        // What was erased is not to stay in memory.
        if changes.hasErased { words = KnownWords() }
        if changes.hasNewLayout {
            views = []
            words = KnownWords()
            tokens = KnownWords()
        }
        if !changes.isEmpty {
            for index in views.indices {
                try views[index].update(changes.entries, catalog) { try name(ofCategory: $0, in: snapshot.connection) }
            }
        }
        try words.follow(changes.entries.slots, in: catalog) { [connection = snapshot.connection] entry in
            if let document = added?.first(where: { $0.entry.document == entry.document }) { return document.words }
            return try DocumentTable.openWords(of: entry.document, user: user, in: connection)
        }
        tokens.forget(after: changes.entries.slots, in: catalog)
        records.follow(changes, in: catalog)
        state.catalog = catalog
        (state.views, state.words, state.tokens, state.records) = (views, words, tokens, records)
    }

    private func slice(
        of state: inout Box.State,
        for viewer: KnownAgent,
        needsSessions: Bool,
        in snapshot: Snapshot
    ) throws -> VisibleSlice {
        guard let catalog = state.catalog else { preconditionFailure("a catalog was read before") }
        let directory = snapshot.directory.sequence
        let index: Int
        if let known = state.views.firstIndex(where: { $0.viewer == viewer.key && $0.directory == directory }) {
            index = known
        } else {
            let visibility = try Visibility(
                entries: catalog.entries,
                shares: catalog.shares[viewer.key] ?? [:],
                viewer: viewer,
                directory: snapshot.directory,
                category: { try name(ofCategory: $0, in: snapshot.connection) }
            )
            state.views.removeAll { $0.viewer == viewer.key }
            if state.views.count == Self.maximumViews { state.views.removeFirst() }
            state.views.append(View(viewer: viewer.key, directory: directory, visibility: visibility))
            index = state.views.count - 1
        }
        if needsSessions, state.views[index].sessions == nil {
            state.views[index].sessions = SessionOrder(
                entries: catalog.entries,
                visibility: state.views[index].visibility
            )
        }
        let view = state.views[index]
        return VisibleSlice(catalog: catalog, visibility: view.visibility, sessions: view.sessions)
    }
}

extension CatalogCache.View {
    fileprivate mutating func update(
        _ changes: EntryChanges,
        _ catalog: DocumentCatalog,
        category: (Int32) throws -> MemoryCategory?
    ) throws {
        let slots = try visibility.update(
            changes,
            entries: catalog.entries,
            shares: catalog.shares[viewer] ?? [:],
            category: category
        )
        sessions?.update(slots, entries: catalog.entries, visibility: visibility)
    }
}

// MARK: - All users

extension CatalogCache {
    /// Calls a closure with what is kept of a user, if it is at exactly the state of this catalog.
    func withState<R>(
        of user: Int64,
        at catalog: DocumentCatalog,
        _ body: (inout Box.State) throws -> R
    ) rethrows -> R? {
        guard let box = state.withLock({ $0.boxes[user]?.box }) else { return nil }
        return try box.state.withLock { state in
            guard let held = state.catalog, held.sequence == catalog.sequence, held.layout == catalog.layout else {
                return nil
            }
            return try body(&state)
        }
    }

    func box(of user: Int64) -> Box {
        state.withLock { state in
            state.uses += 1
            let known = state.boxes[user]
            let box = known?.box ?? Box()
            state.boxes[user] = (box, state.uses, known?.entries)
            return box
        }
    }

    /// Notes how many entries a user's catalog has, and forgets the users whose last use is oldest if all catalogs have
    /// too many.
    private func count(_ entries: Int, of user: Int64) {
        state.withLock { state in
            if let known = state.boxes[user] {
                state.entries += entries - (known.entries ?? 0)
                state.boxes[user]?.entries = entries
            }
            while state.entries > Self.maximumEntries,
                let oldest = state.boxes.filter({ $0.key != user }).min(by: { $0.value.lastUse < $1.value.lastUse })
            {
                state.entries -= oldest.value.entries ?? 0
                state.boxes[oldest.key] = nil
                state.setKnown(0, of: oldest.key)
            }
        }
    }

    /// Forgets a user who is erased.
    func forget(_ user: Int64) {
        state.withLock { state in
            state.entries -= state.boxes.removeValue(forKey: user)?.entries ?? 0
            state.setKnown(0, of: user)
        }
    }

    /// Forgets all texts and words, of which some are erased.
    func forgetTexts() {
        let boxes = state.withLock { state in
            for user in Array(state.known.keys) { state.setKnown(0, of: user) }
            return state.boxes.values.map(\.box)
        }
        for box in boxes { box.forgetTexts() }
    }

    /// Notes what is known of a user, and forgets what is known of the users whose last use is oldest if all takes too
    /// much.
    func count(known size: Int, of user: Int64) {
        let forgotten = state.withLock { state -> [Box] in
            var forgotten: [Box] = []
            state.setKnown(size, of: user)
            while state.knownSize > max(Self.maximumKnownSize, state.entries * Self.knownSizePerEntry),
                let oldest = state.known.keys.filter({ $0 != user })
                    .min(by: { state.boxes[$0]?.lastUse ?? 0 < state.boxes[$1]?.lastUse ?? 0 })
            {
                state.setKnown(0, of: oldest)
                if let box = state.boxes[oldest]?.box { forgotten.append(box) }
            }
            return forgotten
        }
        // A box may be asked for by a reader that waits for the state.
        for box in forgotten { box.forgetTexts() }
    }
}

/// What one agent sees of one user's documents.
struct VisibleSlice: Sendable {
    let catalog: DocumentCatalog
    let visibility: Visibility
    /// Which memories of a session are neighbours; made when a search first asks for it.
    let sessions: SessionOrder?
}
