internal import CSQLite
internal import Testing

/// The right to write to a store, held by a connection of its own so that nobody else can.
package final class WriteLock {
    private var connection: OpaquePointer?

    package init(on path: String) throws {
        try #require(sqlite3_open(path, &connection) == SQLITE_OK)
        // Like every connection to a store: a checkpoint that races a commit is not safe with every SQLite.
        sqlite3_wal_autocheckpoint(connection, 0)
        try #require(sqlite3_exec(connection, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
    }

    package func release() {
        sqlite3_close(connection)
        connection = nil
    }

    deinit {
        sqlite3_close(connection)
    }
}
