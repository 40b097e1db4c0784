import CSQLite
import Foundation
import TestSupport
import Testing

/// What a command that was killed while it held a lease leaves to others.
@Suite(.timeLimit(.minutes(60))) struct KilledEdits {
    private let tool: Tool

    init() throws {
        tool = try Tool(["HEARTH_AGENT": "alden", "HEARTH_USER": "iris"])
    }

    @Test func `an edit that was killed under its lease keeps nobody waiting`() async throws {
        let id = try await tool.stored("Iris likes tea")
        let watch = try Watch(on: tool.store)
        var wasKilled = false
        // The moment between taking the lease and publishing is short, so it may take some attempts.
        for attempt in 0..<200 where !wasKilled {
            let running = try tool.start(["edit", id, "attempt \(attempt)", "--publish", "--db", tool.store])
            while running.isRunning, try !watch.seesLease() {}
            // Once we write nobody else does, so the edit that we see under its lease stays there.
            try watch.begin()
            if try watch.seesLease() {
                running.signal(SIGKILL)
                wasKilled = try await running.outcome().signal == SIGKILL
            }
            try watch.end()
            _ = try await running.outcome()
        }
        try #require(wasKilled)
        #expect(try watch.seesLease(), "the row is as the process left it")
        #expect(try await tool.json("locks", "list")["locks"] == .array([]))
        let edit = try await tool.json("edit", id, "Iris likes oolong", "--publish", "--timeout", "0")
        #expect(edit["published"]?.bool == true)
        #expect(try await tool.json("verify")["sound"]?.bool == true)
    }
}

/// A look into the store's file from this process.
private final class Watch {
    private var connection: OpaquePointer?
    private var statement: OpaquePointer?

    init(on path: String) throws {
        try #require(sqlite3_open(path, &connection) == SQLITE_OK)
        sqlite3_busy_timeout(connection, 60_000)
        // Like every connection to a store: a checkpoint that races a commit is not safe with every SQLite.
        sqlite3_wal_autocheckpoint(connection, 0)
        let sql = "SELECT count(*) FROM leases WHERE is_released = 0"
        try #require(sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK)
    }

    /// Whether there is a lease that nobody has released, of a process that lives or not.
    func seesLease() throws -> Bool {
        defer { sqlite3_reset(statement) }
        try #require(sqlite3_step(statement) == SQLITE_ROW)
        return sqlite3_column_int(statement, 0) > 0
    }

    /// Takes the right to write.
    func begin() throws {
        try #require(sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
    }

    /// Gives it back.
    func end() throws {
        try #require(sqlite3_exec(connection, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
    }

    deinit {
        sqlite3_finalize(statement)
        sqlite3_close(connection)
    }
}
