internal import CSQLite

/// A prepared statement.
///
/// It belongs to its connection and, like it, to one thread at a time. The connection's cache hands a statement out
/// only while nobody else holds it, so that the same SQL may be used again inside a loop over its own rows.
@usableFromInline
package final class Statement {
    let handle: OpaquePointer
    /// The number of values the statement takes: its greatest parameter index.
    let parameterCount: Int32

    /// Compiles the first statement of `sql`.
    ///
    /// - Parameters:
    ///   - sql: UTF-8, ended by a zero byte.
    ///   - connection: The handle of the open connection.
    ///   - isCached: Whether the statement is kept: SQLite then allocates it where long-lived things go.
    /// - Throws: ``SQLiteError`` with the SQL.
    init(preparing sql: UnsafePointer<CChar>, on connection: OpaquePointer, isCached: Bool) throws {
        var handle: OpaquePointer?
        let flags = isCached ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        let code = sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil)
        guard code == SQLITE_OK else {
            throw SQLiteError(code: code, handle: connection, sql: String(cString: sql))
        }
        // A text of only white space and comments compiles to nothing, without an error.
        guard let handle else { throw SQLiteError(.misuse, "there is no statement", sql: String(cString: sql)) }
        self.handle = handle
        self.parameterCount = sqlite3_bind_parameter_count(handle)
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// The SQL text, with its parameters as placeholders.
    var sql: String { String(cString: sqlite3_sql(handle)) }

    /// Moves to the next row.
    ///
    /// - Returns: Whether there is a next row.
    @usableFromInline
    package func step() throws -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = failure(code)
            // Until reset a failed statement stays active and would keep the transaction from ending.
            sqlite3_reset(handle)
            throw error
        }
    }

    /// The current row; valid until the next ``step()`` or ``reset()``.
    @usableFromInline
    package var row: Row { Row(statement: handle) }

    /// Ends the run, so that the statement holds no lock, and keeps the bound values.
    ///
    /// - Throws: What failed after the last step, such as a value for which there was no memory.
    @usableFromInline
    package func reset() throws {
        let code = sqlite3_reset(handle)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Binds one value for each parameter, in order.
    @inlinable
    package func bind<each Value: SQLiteBindable>(_ values: repeat each Value) throws {
        var count: Int32 = 0
        for value in repeat each values {
            count += 1
            try value.bind(to: self, at: count)
        }
        try checkCount(count)
    }

    /// Binds one value for each parameter, in order.
    package func bind(all values: [any SQLiteBindable]) throws {
        var count: Int32 = 0
        for value in values {
            count += 1
            try value.bind(to: self, at: count)
        }
        try checkCount(count)
    }

    /// A parameter left out would silently be NULL.
    @usableFromInline
    func checkCount(_ count: Int32) throws {
        guard count == parameterCount else {
            throw SQLiteError(.misuse, "\(count) values for \(parameterCount) parameters", sql: sql)
        }
    }

    /// Makes the statement as good as new for its next user.
    @usableFromInline
    func clear() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, handle: sqlite3_db_handle(handle), sql: sql)
    }
}
