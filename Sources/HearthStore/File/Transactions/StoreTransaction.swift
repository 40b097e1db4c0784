import HearthModel
import HearthRules
import HearthSQLite

/// The state of one commit, shared by the operations that it groups.
///
/// Row ids, hybrid times and the sequence are counted here and written once. Index rows are collected and written together just before
/// the commit, in the order of their documents, because FTS5 flushes at every savepoint and at every step back. What an operation that
/// fails has counted or collected is forgotten.
final class StoreTransaction: WriteGroup {
    let connection: Connection

    /// Everything that a failed operation must take back.
    private struct Progress {
        var state: StoreState
        var auditEnd: AuditEnd?
        var indexChanges: Int
        var isDirty: Bool
    }

    private var progress: Progress
    private var marked: Progress
    private var indexChanges: [IndexChange] = []
    private var localDirectory: AgentDirectory?
    /// Keys of users, sessions and categories met in this transaction.
    var keys = KeyCache()
    /// The vectors that this transaction writes.
    var vectors = VectorWriter()
    /// The text that this transaction analysed last.
    var recentAnalysis = RecentAnalysis()

    init(connection: Connection) throws {
        self.connection = connection
        progress = Progress(state: try StoreState.read(connection), auditEnd: nil, indexChanges: 0, isDirty: false)
        marked = progress
    }

    func mark() {
        progress.indexChanges = indexChanges.count
        marked = progress
        vectors.mark()
    }

    func rollbackToMark() {
        progress = marked
        vectors.rollbackToMark()
        indexChanges.removeSubrange(marked.indexChanges...)
        localDirectory = nil
        keys = KeyCache()
    }

    func flush() throws {
        for change in IndexChange.arranged(indexChanges) { try change.apply(to: connection) }
        guard progress.isDirty else { return }
        try vectors.flush(into: connection, sequence: sequence)
        if let auditEnd = progress.auditEnd { try auditEnd.write(connection) }
        progress.state.sequence += 1
        try progress.state.write(connection)
    }

    func didCommit() {}
}

extension StoreTransaction {
    /// What the file knows of itself, with this transaction's changes.
    var state: StoreState { progress.state }

    /// The stamp for every row this transaction writes.
    var sequence: Int64 {
        progress.isDirty = true
        return progress.state.sequence + 1
    }

    /// A row id that was never used.
    func newRow() -> Int64 {
        progress.isDirty = true
        defer { progress.state.nextRow += 1 }
        return progress.state.nextRow
    }

    /// A hybrid time after every other in the file.
    func nextTime(at wallClock: Timestamp) -> HybridTime {
        progress.isDirty = true
        progress.state.clock = progress.state.clock.next(at: wallClock)
        return progress.state.clock
    }

    /// Collects a change of the word index for the end of the group.
    func changeIndex(_ change: IndexChange) {
        progress.isDirty = true
        indexChanges.append(change)
    }

    /// Agents and policy as this transaction has them.
    func directory(_ cache: AgentDirectoryCache) throws -> AgentDirectory {
        if let localDirectory, localDirectory.sequence == state.policyChanged { return cache.admitting(localDirectory) }
        if let cached = cache.directory(at: state.policyChanged) { return cached }
        let directory = try AgentDirectory.read(connection, sequence: state.policyChanged)
        localDirectory = directory
        return cache.admitting(directory)
    }

    /// Says that agents or policy were changed: every cache of them is out of date once this commits.
    func directoryDidChange() {
        progress.state.policyChanged = sequence
        localDirectory = nil
    }

    /// Says that the index was written by the present analyser.
    func indexWasRebuilt(analyser: Int) {
        progress.isDirty = true
        progress.state.analyser = analyser
    }

    /// The end of the audit chain, with this transaction's rows.
    func auditEnd() throws -> AuditEnd {
        if let end = progress.auditEnd { return end }
        return try AuditEnd.read(connection)
    }

    func auditDidGrow(to end: AuditEnd) {
        progress.isDirty = true
        progress.auditEnd = end
    }
}
