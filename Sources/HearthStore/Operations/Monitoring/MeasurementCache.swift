import HearthModel
import HearthRules
import HearthSQLite
import Synchronization

/// What takes long to count and holds until the file changes.
final class MeasurementCache: Sendable {
    private struct State {
        var pages: IndexPages?
        var counts: (sequence: Int64, counts: DocumentCounts)?
    }

    private let state = Mutex(State())

    /// The index's pages, counted anew when the file has grown or shrunk by a twentieth; nil where SQLite can't tell.
    func indexPages(in snapshot: Snapshot) throws -> IndexPages? {
        if let known = state.withLock({ $0.pages }), try known.isFresh(in: snapshot.connection) { return known }
        do {
            let pages = try IndexPages(snapshot.connection)
            state.withLock { $0.pages = pages }
            return pages
        } catch let error as SQLiteError where error.resultCode.primary == .error {
            return nil
        }
    }

    /// The memories by owner and type, counted anew when anything was written.
    func counts(in snapshot: Snapshot) throws -> DocumentCounts {
        let sequence = snapshot.state.sequence
        if let known = state.withLock({ $0.counts }), known.sequence == sequence { return known.counts }
        let counts = try DocumentCounts(snapshot)
        state.withLock { $0.counts = (sequence, counts) }
        return counts
    }
}

/// The memories of all users, counted.
struct DocumentCounts: Sendable {
    struct Group: Sendable {
        var agent: AgentID
        var type: MemoryType
        var memories: Int
    }

    var groups: [Group]
    /// Rows of memories that are deleted or folded.
    var ended: Int

    init(_ snapshot: Snapshot) throws {
        var live = 0
        groups = try snapshot.connection.rows(
            """
            SELECT owner_key, type, count(*) FROM documents WHERE agent_key IS NULL AND flags & 1 = 0 GROUP BY owner_key, type
            """,
            as: { row in
                let count = row.int(2)
                live += count
                guard let type = MemoryType(place: UInt8(clamping: row.int(1))) else {
                    throw MemoryError.corrupt("A document is of no type that there is.")
                }
                return Group(agent: try snapshot.directory.agent(key: row.int64(0)).id, type: type, memories: count)
            }
        )
        let all = try snapshot.connection.first("SELECT count(*) FROM memories", as: { $0.int(0) }) ?? 0
        ended = max(all - live, 0)
    }
}
