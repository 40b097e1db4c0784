import HearthModel
import HearthRules
import HearthSQLite
import HearthText

/// The transaction of one commit, shared by the operations of its group.
///
/// Row ids, hybrid times and the sequence are counted here and written once. Changes of the word index are collected
/// and written just before the commit, in the order of their documents, because FTS5 flushes at every savepoint and
/// whenever a row id is lower than the one before. If an operation fails, everything that it counted or collected is
/// dropped.
final class StoreTransaction: WriteGroup {
    let connection: Connection

    /// Everything that is restored when an operation fails.
    private struct Progress {
        var state: StoreState
        var auditEnd: AuditEnd?
        var indexChanges: Int
        var isDirty: Bool
        var added: [AddedDocument]? = []
    }

    private var progress: Progress
    private var marked: Progress
    private var indexChanges: [IndexChange] = []
    private var localDirectory: AgentDirectory?
    /// The keys of the users, sessions and categories that this transaction has used.
    var keys = KeyCache()
    /// What this transaction knows of users' keys and of the words of their sensitive memories.
    var sealing = SealingCache()
    /// The vectors that this transaction writes.
    var vectors = VectorWriter()
    /// The text that this transaction analysed last.
    var recentAnalysis = RecentAnalysis()
    /// Whose documents the operations so far may change; nil where that may be anybody's.
    private var concerned: Set<Int64>? = []
    /// Whether the present operation has said whom it concerns.
    private var isSaid = true
    /// Where commits are noted.
    private var commits: RecentCommits?
    /// Where the row of `store` is noted.
    private var latest: LatestState?
    /// The row of `store` as the transaction leaves it; nil where it changes nothing, and so has no number of its own.
    private var finalState: StoreState?

    init(connection: Connection) throws {
        self.connection = connection
        progress = Progress(state: try StoreState.read(connection), auditEnd: nil, indexChanges: 0, isDirty: false)
        marked = progress
    }

    func mark() {
        endOperation()
        isSaid = false
        progress.indexChanges = indexChanges.count
        marked = progress
        vectors.mark()
    }

    func rollbackToMark() {
        // It has changed nothing.
        isSaid = true
        progress = marked
        vectors.rollbackToMark()
        indexChanges.removeSubrange(marked.indexChanges...)
        localDirectory = nil
        keys = KeyCache()
        sealing = SealingCache()
    }

    func flush() throws {
        endOperation()
        if !indexChanges.isEmpty { try state.checkAnalyser() }
        for change in IndexChange.arranged(indexChanges) { try change.apply(to: connection) }
        // A transaction may write nothing but vectors.
        guard progress.isDirty || vectors.hasWrites else { return }
        try vectors.flush(into: connection, sequence: sequence)
        if state.exchanges {
            let next = state.clock.successor
            if try DeviceOutbox.stampSessions(at: next, in: connection) { note(next) }
        }
        if let auditEnd = progress.auditEnd { try auditEnd.write(connection) }
        progress.state.sequence += 1
        try progress.state.write(connection)
        // Some columns were written by themselves.
        finalState = try StoreState.read(connection)
    }

    func didCommit(as version: CommittedVersion?) {
        guard let finalState else { return }
        if let commits {
            if let concerned {
                commits.note(finalState.sequence, concerning: concerned, added: progress.added)
            } else {
                commits.forget()
            }
        }
        if let version { latest?.note(finalState, at: version) }
    }

    private func endOperation() {
        if !isSaid { concerned = nil }
    }

    /// Says where the commit is noted, and what it makes of the row of `store`.
    func note(in commits: RecentCommits, and latest: LatestState) { (self.commits, self.latest) = (commits, latest) }

    /// Says that the present operation changes nobody's documents, shares and vectors. An operation that doesn't say what it
    /// changes may change anybody's.
    func changesNoDocuments() { isSaid = true }

    /// Says that the present operation adds the documents that it has noted to a user's, with their words, vectors and shares,
    /// and changes nothing else of anybody's.
    func adds(to user: Int64) {
        isSaid = true
        concerned?.insert(user)
    }

    /// Notes a new document, unless the transaction adds so much that caches ask the file for it.
    func note(_ document: AddedDocument) {
        guard let added = progress.added else { return }
        if added.count < Self.mostAdded, added.size + document.size <= Self.mostSizeAdded {
            progress.added?.append(document)
        } else {
            progress.added = nil
        }
    }

    /// Notes that a new document is added of which caches are not to be told: they ask the file.
    func noteUntold() { progress.added = nil }

    /// Notes with whom a new memory is shared.
    func note(_ share: Share, with agent: Int64, of memory: Int64) {
        guard let index = progress.added?.lastIndex(where: { $0.entry.memory == memory }) else { return noteUntold() }
        progress.added?[index].shares.append((agent, share))
    }

    /// How many new documents caches are told of in one commit, and how much they take together, in bytes: a few turns of a
    /// chat, or a page of text. Reading more from the file is little beside storing it.
    private static let mostAdded = 16
    private static let mostSizeAdded = 32 << 10
}

extension StoreTransaction {
    /// The row of `store`, with this transaction's changes.
    var state: StoreState { progress.state }

    /// The value of `changed` in every row that this transaction writes.
    var sequence: Int64 {
        progress.isDirty = true
        return progress.state.sequence + 1
    }

    /// A row id that was never used before.
    func newRow() -> Int64 {
        progress.isDirty = true
        defer { progress.state.nextRow += 1 }
        return progress.state.nextRow
    }

    /// A hybrid time that is later than any other in the file, but for those of when this device's clock was wrong.
    ///
    /// - Parameter time: What it is to be later than in any case: what the change is made of, or replaces.
    func nextTime(at wallClock: Timestamp, after time: HybridTime = .zero) -> HybridTime {
        progress.isDirty = true
        let next = progress.state.clock.next(at: wallClock)
        let later = time < next ? next : time.successor
        progress.state.clock = ClockBound.isTooFarAhead(later, of: wallClock) ? next : later
        return later
    }

    /// Lets the clock go back to a time that is right.
    func setClock(to time: HybridTime) {
        progress.isDirty = true
        progress.state.clock = time
    }

    /// Notes a hybrid time that was given out in another file: later ones follow on it.
    func note(_ time: HybridTime) {
        progress.isDirty = true
        progress.state.clock = max(progress.state.clock, time)
    }

    /// Notes a change of the word index, to be written at the end of the group.
    func changeIndex(_ change: IndexChange) {
        progress.isDirty = true
        indexChanges.append(change)
    }

    /// The last change to come of each of some documents.
    func pendingIndexChanges(of isWanted: (Int64) -> Bool) -> [Int64: IndexChange] {
        var last: [Int64: IndexChange] = [:]
        for change in indexChanges where isWanted(change.document) { last[change.document] = change }
        return last
    }

    /// Whether a document that is to be indexed has a word.
    func isAboutToIndex(_ word: String) -> Bool {
        indexChanges.contains { change in
            guard case .insert(_, let words) = change else { return false }
            return words.content.contains(word) || words.tags.contains(word)
        }
    }

    /// The agents and the policy as this transaction sees them.
    func directory(_ cache: AgentDirectoryCache) throws -> AgentDirectory {
        if let localDirectory, localDirectory.sequence == state.policyChanged { return cache.admitting(localDirectory) }
        if let cached = cache.directory(at: state.policyChanged) { return cached }
        let directory = try AgentDirectory.read(connection, sequence: state.policyChanged)
        localDirectory = directory
        return cache.admitting(directory)
    }

    /// Notes that agents or the policy have changed. Once this commits, every cache of them is out of date.
    func directoryDidChange(at now: Timestamp) throws {
        progress.state.policyChanged = sequence
        localDirectory = nil
        if state.exchanges {
            let next = nextTime(at: now, after: try DeviceRegisters.latestPolicy(in: connection))
            try DeviceOutbox.stamp([.agent, .policy], at: next, in: connection)
        }
    }

    /// Notes that the file exchanges with other devices from now on, or no longer.
    func exchangesDidChange(to exchanges: Bool) throws {
        try connection.run("UPDATE store SET exchanges = ?1 WHERE id = 1", exchanges)
        progress.isDirty = true
        progress.state.exchanges = exchanges
    }

    /// Notes that the present analyser wrote the word index.
    func indexWasRebuilt(analyser: Int) {
        progress.isDirty = true
        progress.state.analyser = analyser
    }

    /// The end of the audit chain, this transaction's rows included.
    func auditEnd() throws -> AuditEnd {
        if let end = progress.auditEnd { return end }
        return try AuditEnd.read(connection)
    }

    func auditDidGrow(to end: AuditEnd) {
        progress.isDirty = true
        progress.auditEnd = end
    }
}
