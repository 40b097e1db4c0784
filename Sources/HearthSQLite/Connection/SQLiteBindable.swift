internal import CSQLite

/// A value that a statement's parameter can hold.
@usableFromInline
package protocol SQLiteBindable {
    /// Gives the parameter this value until it is bound again.
    ///
    /// - Parameters:
    ///   - statement: The statement, not running.
    ///   - index: The parameter's number, from 1.
    /// - Throws: ``SQLiteError``, of code `SQLITE_RANGE` where no such parameter exists.
    func bind(to statement: Statement, at index: Int32) throws
}

extension Int64: SQLiteBindable {
    /// Binds an INTEGER.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try statement.check(sqlite3_bind_int64(statement.handle, index, self))
    }
}

extension Int: SQLiteBindable {
    /// Binds an INTEGER.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try Int64(self).bind(to: statement, at: index)
    }
}

extension Int32: SQLiteBindable {
    /// Binds an INTEGER.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try Int64(self).bind(to: statement, at: index)
    }
}

extension Bool: SQLiteBindable {
    /// Binds the INTEGER 1 or 0.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try Int64(self ? 1 : 0).bind(to: statement, at: index)
    }
}

extension Double: SQLiteBindable {
    /// Binds a REAL; a NaN is bound as NULL, because SQLite has no NaN.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try statement.check(sqlite3_bind_double(statement.handle, index, self))
    }
}

extension String: SQLiteBindable {
    /// Binds TEXT with its length, so that a NUL inside it survives.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        var text = self
        try text.withUTF8 { utf8 in
            try utf8.withMemoryRebound(to: CChar.self) { characters in
                try statement.check(
                    hearth_sqlite_bind_text(statement.handle, index, characters.baseAddress, UInt64(characters.count))
                )
            }
        }
    }
}

extension UnsafeRawBufferPointer: SQLiteBindable {
    /// Binds a BLOB, copied; an empty one is not NULL.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try statement.check(hearth_sqlite_bind_blob(statement.handle, index, baseAddress, UInt64(count)))
    }
}

extension [UInt8]: SQLiteBindable {
    /// Binds a BLOB; an empty one is not NULL.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try withUnsafeBytes { try $0.bind(to: statement, at: index) }
    }
}

extension ArraySlice<UInt8>: SQLiteBindable {
    /// Binds a BLOB; an empty one is not NULL.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        try withUnsafeBytes { try $0.bind(to: statement, at: index) }
    }
}

extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    /// Binds the value, or NULL.
    @usableFromInline
    package func bind(to statement: Statement, at index: Int32) throws {
        switch self {
        case .some(let value): try value.bind(to: statement, at: index)
        case .none: try statement.check(sqlite3_bind_null(statement.handle, index))
        }
    }
}
