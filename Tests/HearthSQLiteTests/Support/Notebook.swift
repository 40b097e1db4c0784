import Dispatch
import Synchronization
import Testing

@testable import HearthSQLite

/// A small domain to try the layer with: notes, and a full-text index of them that is written once for each group.
final class Notebook: WriteGroup {
    let connection: Connection
    private let journal: Journal?
    private var unindexed: [(id: Int64, text: String)] = []
    private var marked = 0

    init(connection: Connection) throws {
        self.connection = connection
        self.journal = nil
    }

    init(connection: Connection, journal: Journal) {
        self.connection = connection
        self.journal = journal
    }

    @discardableResult
    func add(_ text: String) throws -> Int64 {
        try connection.run("INSERT INTO notes (text) VALUES (?1)", text)
        let id = try connection.first("SELECT last_insert_rowid()") { $0.int64(0) } ?? 0
        unindexed.append((id, text))
        return id
    }

    func mark() {
        marked = unindexed.count
    }

    func rollbackToMark() {
        unindexed.removeSubrange(marked...)
    }

    func flush() throws {
        try journal?.beforeFlush(unindexed.map(\.text))
        for (id, text) in unindexed {
            try connection.run("INSERT INTO notes_index (rowid, content, tags) VALUES (?1, ?2, 'note')", id, text)
        }
    }

    func didCommit(as version: CommittedVersion?) {
        journal?.committed(unindexed.map(\.text), as: version)
    }
}

/// What became of the groups of a notebook, and a way to make one fail.
final class Journal: Sendable {
    private struct State {
        var groups: [[String]] = []
        var versions: [CommittedVersion?] = []
        var refused: Set<String> = []
    }

    private let state = Mutex(State())

    /// The texts of each group that was committed and had any.
    var groups: [[String]] { state.withLock(\.groups) }

    /// Which versions of the file these commits were.
    var versions: [CommittedVersion?] { state.withLock(\.versions) }

    /// Makes every group fail at its end that holds this text.
    func refuse(_ text: String) {
        state.withLock { _ = $0.refused.insert(text) }
    }

    fileprivate func beforeFlush(_ texts: [String]) throws {
        let isRefused = state.withLock { !$0.refused.isDisjoint(with: texts) }
        if isRefused { throw Refusal() }
    }

    fileprivate func committed(_ texts: [String], as version: CommittedVersion?) {
        guard !texts.isEmpty else { return }
        state.withLock { state in
            state.groups.append(texts)
            state.versions.append(version)
        }
    }
}

/// An operation's own failure.
struct Refusal: Error, Equatable {}

extension DatabaseOptions {
    /// The options of a notebook.
    static var notebook: DatabaseOptions {
        DatabaseOptions(
            applicationID: 0x4E6F_7465,
            migrations: [
                Migration("notes") { connection in
                    try connection.execute(
                        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT"
                    )
                },
                Migration("index") { connection in
                    try connection.execute(
                        """
                        CREATE VIRTUAL TABLE notes_index
                        USING fts5(content, tags, content='', columnsize=0, detail=full)
                        """
                    )
                },
            ]
        )
    }
}

extension Database<Notebook> {
    static func notebook(
        _ location: DatabaseLocation = .inMemory,
        options: DatabaseOptions = .notebook,
        journal: Journal = Journal()
    ) throws -> Database {
        try open(location, options: options, makeGroup: { Notebook(connection: $0, journal: journal) })
    }

    @discardableResult
    func add(_ text: String) async throws -> Int64 {
        try await write { try $0.add(text) }
    }

    var texts: [String] {
        get throws {
            try read { try $0.rows("SELECT text FROM notes ORDER BY id") { $0.string(0) } }
        }
    }

    /// How many operations wait for the writer.
    var waitingWrites: Int { queue?.count ?? 0 }
    /// How many operations give way to others.
    var writesThatGiveWay: Int { queue?.countGivingWay ?? 0 }

    /// Expects SQLite and FTS5 to find nothing wrong, and each note to be in the index.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try read { connection in
            let findings = try connection.rows("PRAGMA integrity_check") { $0.string(0) }
            #expect(findings == ["ok"], sourceLocation: sourceLocation)
            let notes = try connection.rows("SELECT id FROM notes ORDER BY id") { $0.int64(0) }
            let indexed = try connection.rows("SELECT rowid FROM notes_index WHERE notes_index MATCH 'tags: note'") {
                $0.int64(0)
            }
            let difference = Set(notes).symmetricDifference(indexed)
            #expect(difference.isEmpty, sourceLocation: sourceLocation)
        }
    }

    /// Runs operations so that they wait together and are taken as one group, in order.
    ///
    /// - Returns: What came of each.
    func together<R: Sendable>(
        _ operations: (@Sendable (Notebook) throws -> R)...
    ) async -> [Result<R, any Error>] {
        let gate = Gate()
        let first = Task { try await self.write { _ in gate.wait() } }
        await until { gate.isReached }
        var tasks: [Task<R, any Error>] = []
        for operation in operations {
            tasks.append(Task { try await self.write(operation) })
            // Each in the queue before the next, so that their order is known.
            await until { self.waitingWrites == tasks.count }
        }
        gate.open()
        var results: [Result<R, any Error>] = []
        for task in tasks { results.append(await task.result) }
        _ = await first.result
        return results
    }
}

/// Waits for a condition that other threads bring about, also in a task that was cancelled.
func until(_ condition: () throws -> Bool) async rethrows {
    while try !condition() {
        // Without a pause, many tests that wait would keep those busy that they wait for.
        try? await Task.sleep(for: .milliseconds(1), clock: .continuous)
        await Task.yield()
    }
}

/// A place where a thread waits until it is let through.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let reached = Atomic(false)

    /// Whether somebody has come to the gate.
    var isReached: Bool { reached.load(ordering: .acquiring) }

    /// Lets everybody through from now on.
    func open() {
        semaphore.signal()
    }

    /// Waits to be let through, but not beyond a time.
    func wait(atMostMilliseconds limit: Int) {
        _ = semaphore.wait(timeout: .now() + .milliseconds(limit))
    }

    func wait() {
        reached.store(true, ordering: .releasing)
        semaphore.wait()
        semaphore.signal()
    }
}
